package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.joulegram.nvml.NvmlResidue;
import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.nvml.StandInDriver;
import io.joulegram.power.rapl.SysfsTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The driver is updated, unloaded and loaded again under an agent that runs on. */
class DriverIT {
    private static final int LIB_RM_VERSION_MISMATCH = 18;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void letsGoOfTheDriverWhenItIsTold() throws Exception {
        NvmlStandIn gpus = NvmlStandIn.create(directory.resolve("nvml"), StandInDriver.R580, 2);
        Path socket = directory.resolve("control.sock");
        try (AgentProcess agent =
                agent(gpus).with("--control.socket", socket.toString()).start()) {
            await().atMost(PATIENCE).until(() -> measuresGpus(agent));
            assertThat(held(agent)).isNotEmpty();
            assertThat(gpus.initializations()).isEqualTo(1);

            assertThat(control("quiesce", "--for", "1h", "--socket", socket.toString()))
                    .matches("(?s)0 joulegram: nvml is released until \\S+Z\\R");

            assertThat(gpus.initializations()).isZero();
            assertThat(held(agent)).isEmpty();
            await().atMost(PATIENCE)
                    .until(() -> agent.metrics()
                                    .matching("joulegram_source_up", "source=\"nvml\"")
                                    .isPresent()
                            && agent.metrics().sum("joulegram_source_up", "source=\"nvml\"") == 0);
            assertThat(source(agent, "nvml").get("reason").asText()).startsWith("quiesced until ");
            assertThat(measuresGpus(agent)).isFalse();
            double before = joules(agent);

            assertThat(control("resume", "--socket", socket.toString()))
                    .matches("(?s)0 joulegram: nvml is opened again\\R");

            await().atMost(PATIENCE).until(() -> measuresGpus(agent));
            assertThat(joules(agent)).isGreaterThanOrEqualTo(before);
            assertThat(gpus.initializations()).isEqualTo(1);

            assertThat(control("quiesce", "--for", "1s", "--socket", socket.toString()))
                    .startsWith("0 ");
            await().atMost(PATIENCE).until(() -> measuresGpus(agent));
            agent.terminate();
            assertThat(agent.awaitExit()).isEqualTo(AgentProcess.ENDED_BY_SIGTERM);
        }
        assertThat(socket).doesNotExist();
        assertThat(gpus.initializations()).isZero();
    }

    @Test
    void readsOnWithTheLibraryOfANewDriver() throws Exception {
        Path place = directory.resolve("nvml");
        NvmlStandIn old = NvmlStandIn.create(place, StandInDriver.R535, 1);
        try (AgentProcess agent = agent(old).with("--control.socket", "none").start()) {
            await().atMost(PATIENCE).until(() -> measuresGpus(agent));
            assertThat(driver(agent)).startsWith("535.");

            // The package is replaced, then the kernel module: what is loaded does not fit any more.
            old.gpu(0).allReturn(LIB_RM_VERSION_MISMATCH);
            old.initReturns(LIB_RM_VERSION_MISMATCH);
            Files.delete(old.library());
            NvmlStandIn young = NvmlStandIn.create(place, StandInDriver.R580, 1);

            await().atMost(PATIENCE).until(() -> driver(agent).startsWith("580."));
            await().atMost(PATIENCE).until(() -> measuresGpus(agent));
            assertThat(young.initializations()).isEqualTo(1);
            assertThat(held(agent)).noneMatch(file -> file.endsWith("(deleted)"));
            assertThat(agent.log()).containsOnlyOnce("LIB_RM_VERSION_MISMATCH");
        }
    }

    private AgentCommand agent(NvmlStandIn gpus) throws Exception {
        return AgentCommand.run()
                .gpus(gpus)
                .host(SysfsTree.twoSockets(directory.resolve("host")))
                .noServer();
    }

    private static java.util.Set<String> held(AgentProcess agent) {
        return NvmlResidue.of(Path.of("/proc", Long.toString(agent.pid())));
    }

    private static boolean measuresGpus(AgentProcess agent) throws Exception {
        return agent.metrics()
                .matching("joulegram_power_watts", "domain=\"gpu\"", "device=\"0\"")
                .isPresent();
    }

    private static double joules(AgentProcess agent) throws Exception {
        return agent.metrics().sum("joulegram_energy_joules_total", "domain=\"gpu\"", "device=\"0\"");
    }

    private static String driver(AgentProcess agent) throws Exception {
        JsonNode gpus = agent.json("api/v1/status").get("gpus");
        return Optional.ofNullable(gpus.get(0))
                .map(gpu -> gpu.get("driver").asText())
                .orElse("");
    }

    private static JsonNode source(AgentProcess agent, String name) throws Exception {
        for (JsonNode source : agent.json("api/v1/status").get("sources")) {
            if (source.get("name").asText().equals(name)) {
                return source;
            }
        }
        throw new AssertionError("no source " + name);
    }

    /** Runs a command and returns its exit status and what it wrote. */
    private static String control(String... arguments) throws Exception {
        Process process = new ProcessBuilder(AgentCommand.of(arguments).line())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        return process.waitFor() + " " + output;
    }
}
