package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.nvml.SquareWave;
import io.joulegram.nvml.StandInDriver;
import io.joulegram.power.rapl.SysfsTree;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GPU 0 is taken through one fault after another; GPU 1, and every scrape, must not notice. */
class FaultIT {
    private static final int GPU_IS_LOST = 15;
    private static final int UNKNOWN = 999;
    private static final SquareWave WAVE = SquareWave.square(75, 620, Duration.ofMillis(1700), 0.37);

    @TempDir
    Path directory;

    private double slowestScrapeMillis;

    @Test
    void aSickGpuHarmsNobody() throws Exception {
        NvmlStandIn gpus = NvmlStandIn.create(directory.resolve("nvml"), StandInDriver.R580, 2);
        gpus.gpu(0).waveform(WAVE);
        gpus.gpu(1).waveform(WAVE);
        SysfsTree tree = SysfsTree.twoSockets(directory.resolve("host"));
        try (AgentProcess agent =
                AgentCommand.run().gpus(gpus).host(tree).noServer().start()) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> agent.metrics()
                            .matching("joulegram_power_watts", "domain=\"gpu\"", "device=\"1\"")
                            .isPresent());
            Thread.sleep(2_000);
            JsonNode first = stream(agent, "1");

            gpus.gpu(0).allReturn(GPU_IS_LOST);
            assertSick(agent, "GPU_IS_LOST");
            gpus.gpu(0).allReturn(0);
            assertWell(agent);

            gpus.gpu(0).allReturn(UNKNOWN);
            assertSick(agent, "UNKNOWN");
            gpus.gpu(0).allReturn(0);
            assertWell(agent);

            gpus.gpu(0).block();
            assertSick(agent, "hung");
            gpus.gpu(0).unblock();
            assertWell(agent);

            gpus.gpu(0).resetCounter();
            pauseAndScrape(agent, 2);
            assertThat(agent.metrics().sum("joulegram_energy_counter_resets_total", "device=\"0\""))
                    .isEqualTo(1);

            gpus.gpu(0).garbagePowerMilliwatts(4_294_967_295L);
            pauseAndScrape(agent, 2);
            assertThat(agent.metrics().sum("joulegram_power_watts", "device=\"0\"", "nvml_instant"))
                    .isLessThan(1_100);

            JsonNode last = stream(agent, "1");
            double measured = micro(last) - micro(first);
            double exact = gpus.gpu(1).energyMicrojoules(at(last)) - gpus.gpu(1).energyMicrojoules(at(first));
            System.out.printf(
                    "other GPU: error %.4f %%, slowest scrape %.1f ms%n",
                    100 * (measured / exact - 1), slowestScrapeMillis);
            assertThat(measured / exact - 1).isBetween(-0.005, 0.005);
        }
    }

    private static JsonNode stream(AgentProcess agent, String device) throws Exception {
        for (JsonNode meter : agent.json("api/v1/status").get("meters")) {
            if (meter.get("domain").asText().equals("gpu")
                    && meter.get("device").asText().equals(device)) {
                return meter.get("streams").get(0);
            }
        }
        throw new AssertionError("no GPU " + device);
    }

    private static double micro(JsonNode stream) {
        return stream.get("energyMicrojoules").asLong();
    }

    private static long at(JsonNode stream) {
        return stream.get("lastSampleMonotonicNanos").asLong();
    }

    private void assertSick(AgentProcess agent, String reason) throws Exception {
        pauseAndScrape(agent, 4);
        Metrics metrics = agent.metrics();
        assertThat(metrics.matching("joulegram_power_watts", "domain=\"gpu\"", "device=\"0\""))
                .isEmpty();
        assertThat(metrics.matching("joulegram_power_watts", "domain=\"gpu\"", "device=\"1\""))
                .isPresent();
        assertThat(agent.json("api/v1/status").get("sources").toString()).contains(reason);
    }

    private void assertWell(AgentProcess agent) throws Exception {
        pauseAndScrape(agent, 7);
        assertThat(agent.metrics().matching("joulegram_power_watts", "domain=\"gpu\"", "device=\"0\""))
                .isPresent();
    }

    private void pauseAndScrape(AgentProcess agent, int seconds) throws Exception {
        for (int i = 0; i < 4 * seconds; i++) {
            long before = System.nanoTime();
            assertThat(agent.get("metrics").statusCode()).isEqualTo(200);
            slowestScrapeMillis = Math.max(slowestScrapeMillis, (System.nanoTime() - before) / 1e6);
            Thread.sleep(250);
        }
    }
}
