package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessIT {
    @TempDir
    Path directory;

    private static void assertRefused(String expected, String... arguments) throws Exception {
        try (AgentProcess agent = AgentProcess.start(arguments)) {
            assertThat(agent.awaitExit()).as(agent.log()).isNotZero();
            assertThat(agent.log()).contains(expected).doesNotContain("\tat ");
        }
    }

    @Test
    void startsCleanWithNothingToMeasureAndEndsOnASignal() throws Exception {
        Path empty = Files.createDirectory(directory.resolve("sys"));
        try (AgentProcess agent = AgentProcess.start(
                "run", "--web.listen-address", "127.0.0.1:0", "--path.sysfs", empty.toString(), "--server", "none")) {
            assertThat(agent.get("-/healthy").statusCode()).isEqualTo(200);
            Thread.sleep(1_500);
            assertThat(agent.get("-/ready").statusCode()).isEqualTo(200);
            assertThat(agent.metrics().sum("joulegram_source_up", "source=\"rapl\""))
                    .isZero();
            assertThat(agent.json("api/v1/status").toString()).contains("rapl").contains("nvml");
            agent.terminate();

            assertThat(agent.awaitExit()).isEqualTo(143);
        }
    }

    @Test
    void refusesWhatItDoesNotUnderstand() throws Exception {
        Path file = Files.writeString(directory.resolve("bad.yaml"), "samplng:\n  interval: -5ms\n");
        assertRefused("--server", "run", "--servr", "none");
        assertRefused("sampling", "run", "--config", file.toString());
        assertRefused("-5ms", "run", "--sampling.interval", "-5ms");
        assertRefused(
                "absent.yaml",
                "run",
                "--config",
                directory.resolve("absent.yaml").toString());
        assertRefused("did you mean DE", "run", "--grid.zone", "DEE", "--web.listen-address", "127.0.0.1:0");
    }

    @Test
    void saysThatThePortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertRefused(
                    "cannot listen on 127.0.0.1:" + taken.getLocalPort(),
                    "run",
                    "--web.listen-address",
                    "127.0.0.1:" + taken.getLocalPort());
        }
    }
}
