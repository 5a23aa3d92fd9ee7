package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.nvml.SquareWave;
import io.joulegram.nvml.StandInDriver;
import io.joulegram.power.rapl.LiveSysfs;
import io.joulegram.power.rapl.SysfsTree;
import io.joulegram.tokens.Dialect;
import io.joulegram.tokens.FakeInferenceServer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two GPUs at 75 W idle and 400 W under load, two processors at 100 W and their memory at 20 W, a PUE of 1.2, and a vLLM
 * with two data-parallel engines of 150 output tokens a second each while there is load.
 */
class PerTokenIT {
    private static final double TOKENS_PER_SECOND = 300;
    private static final double GRAMS_PER_KWH = 380;
    private static final String FAMILY = "joulegram_energy_per_token_joules";

    @TempDir
    Path directory;

    @Test
    void joulesAndGramsPerTokenAreWithinOnePercent() throws Exception {
        NvmlStandIn gpus = NvmlStandIn.create(directory.resolve("nvml"), StandInDriver.R580, 2);
        load(gpus, 75);
        SysfsTree tree = SysfsTree.twoSockets(directory.resolve("host"));
        LiveSysfs live = LiveSysfs.start(Stream.of("intel-rapl:0", "intel-rapl:1", "intel-rapl:0:1", "intel-rapl:1:1")
                .map(zone -> new LiveSysfs.Drive(
                        tree.zone(zone),
                        io.joulegram.power.rapl.SquareWave.constant(zone.length() > 12 ? 20 : 100),
                        0,
                        4_000_000_000L))
                .toList());
        try (FakeInferenceServer server = FakeInferenceServer.start(Dialect.VLLM)) {
            server.engine("llama", 0).requests(0, 0);
            server.engine("llama", 1).requests(0, 0);
            try (AgentProcess agent = start(gpus, tree, server)) {
                Thread.sleep(12_000);
                load(gpus, 400);
                work(server, TOKENS_PER_SECOND / 2, 4);
                // The window of a minute must hold nothing but load.
                Thread.sleep(66_000);

                Metrics loaded = agent.metrics();
                assertPerToken(loaded);
                loaded.assertConserved();
                surviveARestart(agent, server, loaded);
            }
        } finally {
            live.close();
        }
    }

    private static void assertPerToken(Metrics metrics) {
        double gpu = 2 * 400;
        double gpuActive = 2 * 325;
        double host = gpu + 2 * 100 + 2 * 20;
        // Processors and memory draw no more under load here, so that all of their energy is idle.
        assertRatio(metrics, "gpu", "loaded", gpu);
        assertRatio(metrics, "gpu", "active", gpuActive);
        assertRatio(metrics, "host", "loaded", host);
        assertRatio(metrics, "host", "active", gpuActive);
        assertRatio(metrics, "facility", "loaded", 1.2 * host);
        assertRatio(metrics, "facility", "active", 1.2 * gpuActive);

        double operational = 1.2 * host * GRAMS_PER_KWH / 3.6e6;
        double lifetimeGrams = 0;
        for (String device : List.of("gpu", "cpu", "dram", "other")) {
            lifetimeGrams += embodiedGramsPerSecond(metrics, device);
        }
        double grams = metrics.sum(
                "joulegram_co2_per_token_grams", "kind=\"generation\"", "boundary=\"facility\"", "load=\"loaded\"");
        assertThat(grams / ((operational + lifetimeGrams) / TOKENS_PER_SECOND) - 1)
                .isBetween(-0.01, 0.01);
    }

    private static double embodiedGramsPerSecond(Metrics metrics, String component) {
        double seconds = metrics.samples().entrySet().stream()
                .filter(sample ->
                        sample.getKey().startsWith("joulegram_embodied_lifetime_seconds{component=\"" + component))
                .mapToDouble(sample -> sample.getValue())
                .findFirst()
                .orElse(Double.POSITIVE_INFINITY);
        return metrics.sum("joulegram_embodied_co2_grams", "component=\"" + component) / seconds;
    }

    private static void assertRatio(Metrics metrics, String boundary, String load, double watts) {
        double joules =
                metrics.sum(FAMILY, "kind=\"generation\"", "boundary=\"" + boundary + "\"", "load=\"" + load + "\"");
        System.out.printf("%s %s: error %.3f %%%n", boundary, load, 100 * (joules / (watts / TOKENS_PER_SECOND) - 1));
        assertThat(joules / (watts / TOKENS_PER_SECOND) - 1)
                .as(boundary + " " + load)
                .isBetween(-0.01, 0.01);
    }

    private static void surviveARestart(AgentProcess agent, FakeInferenceServer server, Metrics before)
            throws Exception {
        server.restart();
        Thread.sleep(3_000);
        server.down();
        Thread.sleep(20_000);
        Metrics silent = agent.metrics();
        assertThat(silent.sum("joulegram_server_up")).isZero();
        assertThat(silent.sum("joulegram_unattributed_energy_joules_total", "component=\"gpu\""))
                .isGreaterThan(before.sum("joulegram_unattributed_energy_joules_total", "component=\"gpu\"") + 10_000);
        silent.assertConserved();
        server.up();
        Thread.sleep(12_000);
        Metrics after = agent.metrics();
        assertThat(after.sum("joulegram_server_up")).isEqualTo(1);
        after.assertConserved();
        after.assertSane();
        before.samples().forEach((sample, value) -> {
            if (sample.contains("_total{")) {
                assertThat(after.samples().getOrDefault(sample, value))
                        .as(sample)
                        .isGreaterThanOrEqualTo(value);
            }
        });
        double joules = after.sum(FAMILY, "kind=\"generation\"", "boundary=\"gpu\"", "load=\"loaded\"");
        assertThat(joules / (800 / TOKENS_PER_SECOND) - 1).isBetween(-0.05, 0.05);
    }

    private static void load(NvmlStandIn gpus, double watts) {
        gpus.gpu(0).waveform(SquareWave.constant(watts));
        gpus.gpu(1).waveform(SquareWave.constant(watts));
    }

    private static void work(FakeInferenceServer server, double tokensPerSecond, double running) {
        for (int rank = 0; rank < 2; rank++) {
            server.engine("llama", rank)
                    .steady(2 * tokensPerSecond, 0, tokensPerSecond)
                    .requests(running, 0);
        }
    }

    private static AgentProcess start(NvmlStandIn gpus, SysfsTree tree, FakeInferenceServer server) throws Exception {
        return AgentCommand.run()
                .gpus(gpus)
                .host(tree)
                .server(server)
                .with("--grid.intensity", String.valueOf(GRAMS_PER_KWH), "--pue", "1.2")
                .start();
    }
}
