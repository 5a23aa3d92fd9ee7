package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.joulegram.tokens.Dialect;
import io.joulegram.tokens.FakeInferenceServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server on an unusual port is found by what its process names, on this very host and with no configuration. */
class OddPortIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    /** The server that {@link #serve} starts: {@code --port PORT}. It ends with its standard input. */
    public static void main(String[] arguments) throws Exception {
        try (FakeInferenceServer server = FakeInferenceServer.start(Dialect.LLAMACPP, Integer.parseInt(arguments[1]))) {
            server.engine("m", 0);
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }

    /** Java, called llama-server, as whose options the kernel shows the port. */
    private Process serve(int port) throws Exception {
        Path program = directory.resolve("llama-server");
        Files.createSymbolicLink(program, Path.of(AgentCommand.java()).toRealPath());
        return new ProcessBuilder(
                        program.toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        OddPortIT.class.getName(),
                        "--port",
                        String.valueOf(port))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("server.log").toFile())
                .start();
    }

    private void end(Process process) throws IOException {
        process.destroyForcibly();
        process.onExit().join();
        Files.deleteIfExists(directory.resolve("llama-server"));
    }

    private static void awaitThat(Callable<Boolean> condition) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .until(condition);
    }

    private static boolean isUp(AgentProcess agent, int port, int up) throws Exception {
        return agent.metrics()
                .matching("joulegram_server_up", "server=\"127.0.0.1:" + port + "\"")
                .equals(OptionalDouble.of(up));
    }

    @Test
    void isFoundAndExplainedByTheDoctorAndLostWithItsProcess() throws Exception {
        int port = AgentCommand.freePort();
        int silent = AgentCommand.freePort();
        Process server = serve(port);
        try (AgentProcess agent = AgentCommand.run().start();
                FakeInferenceServer stranger = FakeInferenceServer.start(Dialect.VLLM, silent)) {
            stranger.engine("m", 0);
            awaitThat(() -> isUp(agent, port, 1));
            assertThat(doctor())
                    .contains("llama.cpp, process " + server.pid() + ": port " + port
                            + ", named by --port on its command line")
                    .contains("127.0.0.1:" + port + ": llamacpp, models: ");
            end(server);
            awaitThat(() -> isUp(agent, port, 0));
            // It listens, and no process names it: so it is never asked.
            assertThat(stranger.requestsTaken()).isZero();
        } finally {
            end(server);
        }
    }

    private String doctor() throws Exception {
        Path told = directory.resolve("doctor.txt");
        Process doctor = new ProcessBuilder(AgentCommand.of("doctor").line())
                .redirectErrorStream(true)
                .redirectOutput(told.toFile())
                .start();
        assertThat(doctor.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return Files.readString(told);
    }
}
