package io.joulegram.agent.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.joulegram.agent.config.MadeCertificate;
import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.nvml.SquareWave;
import io.joulegram.nvml.StandInDriver;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessIT {
    private static final int GPU_IS_LOST = 15;

    @TempDir
    Path directory;

    private Path emptySysfs;

    @BeforeEach
    void makeSysfs() throws IOException {
        emptySysfs = Files.createDirectory(directory.resolve("sys"));
    }

    private static void assertRefused(String expected, String... arguments) throws Exception {
        try (AgentProcess agent = AgentCommand.of(arguments).start()) {
            assertThat(agent.awaitExit()).as(agent.log()).isNotZero();
            assertThat(agent.log()).contains(expected).doesNotContain("\tat ");
        }
    }

    private static void awaitReady(AgentProcess agent) {
        await().atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .until(() -> agent.get("-/ready").statusCode() == 200);
    }

    @Test
    void startsCleanWithNothingToMeasureAndEndsOnASignal() throws Exception {
        Path config = Files.writeString(directory.resolve("joulegram.yaml"), "estimate: {enabled: false}\n");
        try (AgentProcess agent = AgentCommand.run()
                .with("--config", config.toString())
                .sysfs(emptySysfs)
                .noServer()
                .start()) {
            assertThat(agent.get("-/healthy").statusCode()).isEqualTo(200);
            awaitReady(agent);
            Metrics metrics = agent.metrics();
            assertThat(metrics.matching("joulegram_source_up", "source=\"rapl\""))
                    .hasValue(0);
            assertThat(metrics.matching("joulegram_source_up", "source=\"nvml\""))
                    .hasValue(0);
            assertThat(metrics.matching("joulegram_power_watts")).isEmpty();
            assertThat(agent.json("api/v1/status").toString()).contains("rapl").contains("nvml");
            assertThat(agent.log()).contains("nvml: ").contains("rapl: ");
            agent.terminate();

            assertThat(agent.awaitExit()).isEqualTo(AgentProcess.ENDED_BY_SIGTERM);
        }
    }

    @Test
    void runsOnTheJavaThatWasAskedFor() throws Exception {
        try (AgentProcess agent =
                AgentCommand.run().sysfs(emptySysfs).noServer().start()) {
            awaitReady(agent);
            Process java = new ProcessBuilder(AgentCommand.java(), "-version")
                    .redirectErrorStream(true)
                    .start();
            String version = new String(java.getInputStream().readAllBytes(), UTF_8);

            assertThat(version).contains('"' + agent.metrics().label("joulegram_build_info", "java") + '"');
        }
    }

    @Test
    void endsInTimeThoughAGpuHangs() throws Exception {
        NvmlStandIn gpus = NvmlStandIn.create(directory.resolve("nvml"), StandInDriver.R580, 2);
        gpus.gpu(0).waveform(SquareWave.constant(300));
        try (AgentProcess agent =
                AgentCommand.run().gpus(gpus).sysfs(emptySysfs).noServer().start()) {
            awaitReady(agent);
            gpus.gpu(0).block();
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> agent.json("api/v1/status").toString().contains("hung"));
            long beginNanos = System.nanoTime();
            agent.terminate();

            assertThat(agent.awaitExit()).isEqualTo(AgentProcess.ENDED_BY_SIGTERM);
            assertThat(Duration.ofNanos(System.nanoTime() - beginNanos)).isLessThan(Duration.ofSeconds(5));
        } finally {
            gpus.gpu(0).unblock();
        }
    }

    @Test
    void theSecondAgentOnAPortIsRefused() throws Exception {
        try (AgentProcess first =
                AgentCommand.run().sysfs(emptySysfs).noServer().start()) {
            String port = first.address().replaceAll(".*:|/", "");
            assertRefused("cannot listen on 127.0.0.1:" + port, "run", "--web.listen-address", "127.0.0.1:" + port);

            assertThat(first.get("metrics").statusCode()).isEqualTo(200);
        }
    }

    /** A full disk, a closed terminal, no input. */
    @ParameterizedTest
    @ValueSource(strings = {">/dev/full 2>&1", "<&-", "<&- >&- 2>&-"})
    void measuresOnWhateverItsStreamsAre(String redirections) throws Exception {
        NvmlStandIn gpus = NvmlStandIn.create(directory.resolve("nvml"), StandInDriver.R580, 1);
        gpus.gpu(0).waveform(SquareWave.constant(300));
        int port = AgentCommand.freePort();
        try (AgentProcess agent =
                AgentCommand.runOn(port).gpus(gpus).sysfs(emptySysfs).noServer().start(port, redirections)) {
            awaitReady(agent);
            gpus.gpu(0).allReturn(GPU_IS_LOST);
            await().until(() -> agent.json("api/v1/status").toString().contains("GPU_IS_LOST"));
            gpus.gpu(0).allReturn(0);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> agent.metrics()
                            .matching("joulegram_power_watts", "domain=\"gpu\"")
                            .isPresent());
            agent.terminate();

            assertThat(agent.awaitExit()).isEqualTo(AgentProcess.ENDED_BY_SIGTERM);
        }
    }

    @Test
    void opensToANetworkWithTlsAndAPassword() throws Exception {
        MadeCertificate certificate = MadeCertificate.make(directory, "server", "EC");
        Path web = Files.writeString(directory.resolve("web.yaml"), """
                tls_server_config: {cert_file: server.crt, key_file: server.key}
                basic_auth_users: {prometheus: %s}
                """.formatted(
                        BCrypt.with(BCrypt.Version.VERSION_2Y).hashToString(10, "secret".toCharArray())));
        try (AgentProcess agent = AgentCommand.run()
                .with("--web.config.file", web.toString())
                .sysfs(emptySysfs)
                .noServer()
                .start()) {
            assertThat(agent.address()).startsWith("https://127.0.0.1:");
            HttpClient client =
                    HttpClient.newBuilder().sslContext(certificate.trusted()).build();
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(agent.address() + "metrics"));
            assertThat(client.send(request.build(), BodyHandlers.discarding()).statusCode())
                    .isEqualTo(401);
            request.header(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString("prometheus:secret".getBytes(UTF_8)));
            for (int scrape = 0; scrape < 20; scrape++) {
                assertThat(client.send(request.build(), BodyHandlers.ofString()).body())
                        .contains("joulegram_build_info{");
            }
        }
        Files.delete(certificate.keyFile());
        assertRefused(
                web + ":1: tls_server_config.key_file: " + certificate.keyFile() + " does not exist",
                "run",
                "--web.config.file",
                web.toString());
    }

    @Test
    void refusesWhatItDoesNotUnderstand() throws Exception {
        Path file = Files.writeString(directory.resolve("bad.yaml"), "samplng:\n  interval: -5ms\n");
        assertRefused("--server", "run", "--servr", "none");
        assertRefused("sampling", "run", "--config", file.toString());
        assertRefused("-5ms", "run", "--sampling.interval", "-5ms");
        assertRefused("did you mean DE", "run", "--grid.zone", "DEE", "--web.listen-address", "127.0.0.1:0");
    }

    @Test
    void refusesAFileThatIsNoConfiguration() throws Exception {
        Path binary = Files.write(directory.resolve("binary.yaml"), new byte[] {0, (byte) 0xff, (byte) 0xfe, 7});
        Path huge = directory.resolve("huge.yaml");
        try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
            file.setLength(100_000_000);
        }
        Path absent = directory.resolve("absent.yaml");
        assertRefused(absent + " does not exist", "run", "--config", absent.toString());
        assertRefused(directory + " is a directory", "run", "--config", directory.toString());
        assertRefused(binary + " is not UTF-8 text", "run", "--config", binary.toString());
        assertRefused(huge + " is larger than 1 MiB", "run", "--config", huge.toString());
        // It opens for everyone and cannot be read by anyone, not even by root, who may read every file of a mode.
        assertRefused("/proc/self/mem cannot be read", "run", "--config", "/proc/self/mem");
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
