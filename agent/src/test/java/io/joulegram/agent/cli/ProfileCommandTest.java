package io.joulegram.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.config.ConfigLoader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ProfileCommandTest {
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            --user ann --password-file p -- true                      | --user goes with --agent
            --agent http://127.0.0.1:1 --user ann -- true             | --user and --password-file go together
            --agent http://127.0.0.1:1 --ca-file /no/such/f -- true   | cannot read: /no/such/f
            --agent gpu1 -- true                                      | --agent: "gpu1" is not the address of an agent
            --repeat 0 -- true                                        | --repeat: 0 is out of range
            """)
    void whatIsWrongIsSaid(String arguments, String message) {
        int status = new Cli(new PrintWriter(new StringWriter()), new PrintWriter(err, true))
                .add(ProfileCommand.create(new ConfigLoader(Map.of())))
                .execute(("profile " + arguments).split(" +", -1));

        assertThat(status).isEqualTo(Cli.WRONG);
        assertThat(err.toString()).contains(message);
    }
}
