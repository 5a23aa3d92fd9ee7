package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What systemd is told of the service is true of the program. */
class UnitFileIT {
    private static final Path UNIT = Path.of("..", "packaging", "systemd", "joulegram.service");
    private static final Path EXAMPLE = Path.of("..", "docs", "joulegram.example.yaml");

    @TempDir
    Path directory;

    private static Map<String, String> settings() throws IOException {
        return Files.readAllLines(UNIT).stream()
                .filter(line -> line.matches("[A-Z][A-Za-z]+=.*"))
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.indexOf('=')),
                        line -> line.substring(line.indexOf('=') + 1),
                        (first, second) -> first + " " + second));
    }

    /** The unit's command line, with the Java and the jar of the tests in place of those that are installed. */
    private AgentProcess start(Path config) throws IOException {
        List<String> line = List.of(settings()
                .getOrDefault("ExecStart", "")
                .replace("/usr/lib/joulegram/jre/bin/java", AgentCommand.java())
                .replace(
                        "/usr/lib/joulegram/joulegram.jar", System.getProperty("joulegram.jar", "target/joulegram.jar"))
                .replace("/etc/joulegram/joulegram.yaml", config.toString())
                .split(" ", -1));
        assertThat(line).containsAll(AgentCommand.LAUNCHER_OPTIONS);
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().put("STATE_DIRECTORY", directory.toString());
        builder.environment().put("RUNTIME_DIRECTORY", directory.toString());
        return AgentProcess.start(builder);
    }

    @Test
    void startsKeepsALedgerAndEndsAsTheUnitSays() throws Exception {
        Path config = directory.resolve("joulegram.yaml");
        Files.writeString(config, Files.readString(EXAMPLE).replace("127.0.0.1:13600", "127.0.0.1:0"));
        try (AgentProcess agent = start(config)) {
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptions()
                    .until(() -> agent.get("-/ready").statusCode() == 200);
            await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(directory.resolve("ledger.db")));
            assertThat(directory.resolve("control.sock")).exists();
            agent.terminate();
            assertThat(settings()).containsEntry("SuccessExitStatus", String.valueOf(agent.awaitExit()));
        }
    }

    @Test
    void isNotStartedAgainWithAWrongConfiguration() throws Exception {
        Path config = Files.writeString(directory.resolve("joulegram.yaml"), "pue: 0.5\n");
        try (AgentProcess agent = start(config)) {
            assertThat(settings()).containsEntry("RestartPreventExitStatus", String.valueOf(agent.awaitExit()));
        }
    }
}
