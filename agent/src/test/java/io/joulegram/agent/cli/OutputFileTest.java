package io.joulegram.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.config.ConfigLoader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be written is refused before the work that it would take. */
final class OutputFileTest {
    @TempDir
    private Path folder;

    private final StringWriter err = new StringWriter();

    private int execute(String... arguments) {
        return new Cli(new PrintWriter(new StringWriter()), new PrintWriter(err, true))
                .add(ProfileCommand.create(new ConfigLoader(Map.of())))
                .add(BenchCommand.create(InstantSource.system(), Map.of()))
                .execute(arguments);
    }

    @Test
    void profileRefusesItBeforeItRunsTheCommand() {
        Path begun = folder.resolve("begun");
        for (String option : List.of("--output", "--csv")) {
            String file = folder + "/no/such/folder/x";
            assertThat(execute("profile", option, file, "--", "touch", begun.toString()))
                    .isEqualTo(Cli.WRONG);
            assertThat(err.toString())
                    .contains(option + ": " + file + " cannot be written: there is no folder " + folder
                            + "/no/such/folder");
            assertThat(execute("profile", option, folder.toString(), "--", "touch", begun.toString()))
                    .isEqualTo(Cli.WRONG);
            assertThat(err.toString()).contains(option + ": " + folder + " cannot be written: it is a folder");
        }
        assertThat(begun).doesNotExist();
    }

    @Test
    void benchRefusesItBeforeItAsksTheServer() throws Exception {
        String nobody = "--target=http://127.0.0.1:1";
        for (String option : List.of("--output", "--html")) {
            assertThat(execute("bench", nobody, "--agent=none", option, "/no/such/folder/x.json"))
                    .isEqualTo(Cli.WRONG);
            assertThat(err.toString())
                    .contains(option + ": /no/such/folder/x.json cannot be written: there is no folder");
        }
        Path result = Files.writeString(folder.resolve("bench.json"), "of an earlier benchmark");
        assertThat(execute("bench", nobody, "--agent=none", "--output=" + result, "--html=" + folder.resolve("x.html")))
                .isEqualTo(1);
        assertThat(result).hasContent("of an earlier benchmark");
        assertThat(folder).isDirectoryNotContaining(file -> !file.equals(result));
    }

    @Test
    void profileWantsACommand() {
        assertThat(execute("profile")).isEqualTo(Cli.WRONG);
        assertThat(execute("profile", "--repeat", "2", "--")).isEqualTo(Cli.WRONG);
        assertThat(err.toString()).contains("profile: Missing required parameter: 'CMD'");
    }
}
