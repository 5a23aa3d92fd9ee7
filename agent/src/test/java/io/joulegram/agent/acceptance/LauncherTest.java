package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class LauncherTest {
    private static final Pattern OPTION = Pattern.compile("(?<= )-X[^ ]+");

    /** Otherwise the acceptance tests and the benchmark would be of another program than the one that users start. */
    @Test
    void givesTheOptionsThatTheAcceptanceTestsGive() throws IOException {
        String launcher = Files.readString(Path.of("..", "joulegram"));
        String command = launcher.substring(launcher.indexOf("exec \"$java\""));

        assertThat(options(command)).isEqualTo(AgentCommand.LAUNCHER_OPTIONS);
    }

    @Test
    void theInstalledCommandGivesTheSame() throws IOException {
        String installed = Files.readString(Path.of("..", "packaging", "bin", "joulegram"));

        assertThat(options(installed.substring(installed.indexOf("exec ")))).isEqualTo(AgentCommand.LAUNCHER_OPTIONS);
    }

    private static List<String> options(String command) {
        return OPTION.matcher(command)
                .results()
                .map(match -> match.group())
                .filter(option -> !option.startsWith("-Xlog"))
                .toList();
    }
}
