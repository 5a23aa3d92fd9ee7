package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.nvml.SquareWave;
import io.joulegram.nvml.StandInDriver;
import io.joulegram.nvml.StandInGpu;
import io.joulegram.nvml.StandInSensor;
import io.joulegram.power.rapl.LiveSysfs;
import io.joulegram.power.rapl.SysfsTree;
import io.joulegram.power.rapl.SysfsZone;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("accuracy")
class EnergyAccuracyIT {
    private static final int NOT_SUPPORTED = 3;
    private static final SquareWave WAVE = SquareWave.square(75, 620, Duration.ofMillis(1700), 0.37);

    @TempDir
    Path directory;

    private record Sample(long microjoules, long atNanos) {}

    /** Streams by {@code domain/device/source}. */
    private static Map<String, Sample> samples(AgentProcess agent) throws Exception {
        Map<String, Sample> samples = new HashMap<>();
        for (JsonNode meter : agent.json("api/v1/status").get("meters")) {
            for (JsonNode stream : meter.get("streams")) {
                samples.put(
                        meter.get("domain").asText() + "/" + meter.get("device").asText() + "/"
                                + stream.get("source").asText(),
                        new Sample(
                                stream.get("energyMicrojoules").asLong(),
                                stream.get("lastSampleMonotonicNanos").asLong()));
            }
        }
        return samples;
    }

    private static void assertError(
            String stream,
            Map<String, Sample> before,
            Map<String, Sample> after,
            LongToDoubleFunction truth,
            double most) {
        Sample first = before.get(stream);
        Sample last = after.get(stream);
        assertThat(first).as(stream).isNotNull();
        double measured = last.microjoules() - first.microjoules();
        double exact = truth.applyAsDouble(last.atNanos()) - truth.applyAsDouble(first.atNanos());
        System.out.printf("%s: error %.4f %%%n", stream, 100 * (measured / exact - 1));
        assertThat(measured / exact - 1).as(stream).isBetween(-most, most);
    }

    @Test
    void countersAreWithinHalfAPercentWhateverWraps() throws Exception {
        NvmlStandIn gpus = NvmlStandIn.create(directory.resolve("nvml"), StandInDriver.R580, 2);
        gpus.gpu(0).waveform(WAVE);
        gpus.gpu(1).waveform(WAVE.withPhase(Duration.ofMillis(400)));
        SysfsTree tree = SysfsTree.twoSockets(directory.resolve("host"));
        List<String> zones = List.of(
                "intel-rapl:0", "intel-rapl:0:0", "intel-rapl:0:1", "intel-rapl:1", "intel-rapl:1:0", "intel-rapl:1:1");
        // Wraps every two to five seconds.
        List<LiveSysfs.Drive> drives = zones.stream()
                .map(tree::zone)
                .map(zone -> new LiveSysfs.Drive(
                        zone,
                        new io.joulegram.power.rapl.SquareWave(90, 280, 1_300_000_000L, 0.45),
                        400_000_000,
                        700_000_000))
                .toList();
        try (LiveSysfs live = LiveSysfs.start(drives);
                AgentProcess agent =
                        AgentCommand.run().gpus(gpus).host(tree).noServer().start()) {
            Thread.sleep(4_000);
            Map<String, Sample> before = samples(agent);
            Thread.sleep(20_000);
            Map<String, Sample> after = samples(agent);

            for (int gpu = 0; gpu < 2; gpu++) {
                StandInGpu truth = gpus.gpu(gpu);
                assertError("gpu/" + gpu + "/nvml_energy", before, after, truth::energyMicrojoules, 0.005);
            }
            for (int socket = 0; socket < 2; socket++) {
                SysfsZone cpu = tree.zone("intel-rapl:" + socket);
                SysfsZone core = tree.zone("intel-rapl:" + socket + ":0");
                SysfsZone dram = tree.zone("intel-rapl:" + socket + ":1");
                assertError(
                        "cpu/" + socket + "/rapl_powercap",
                        before,
                        after,
                        at -> live.energyMicrojoules(cpu, at),
                        0.005);
                assertError(
                        "core/" + socket + "/rapl_powercap",
                        before,
                        after,
                        at -> live.energyMicrojoules(core, at),
                        0.005);
                assertError(
                        "dram/" + socket + "/rapl_powercap",
                        before,
                        after,
                        at -> live.energyMicrojoules(dram, at),
                        0.005);
            }
            Metrics metrics = agent.metrics();
            double packages = metrics.sum("joulegram_energy_joules_total", "domain=\"cpu\"");
            assertThat(metrics.sum("joulegram_facility_energy_joules_total", "component=\"cpu\""))
                    .as("packages alone, without their cores")
                    .isBetween(0.93 * packages, 1.001 * packages);
            assertThat(metrics.sum("joulegram_energy_counter_resets_total")).isZero();
        }
    }

    @Test
    void powerAloneIsWithinOnePercent() throws Exception {
        NvmlStandIn gpus = NvmlStandIn.create(directory.resolve("nvml"), StandInDriver.R580, 2);
        gpus.gpu(0).waveform(WAVE);
        gpus.gpu(0).counterReturns(NOT_SUPPORTED).averageReturns(NOT_SUPPORTED).instant(StandInSensor.INSTANT);
        gpus.gpu(1).waveform(WAVE.withPhase(Duration.ofMillis(400)));
        gpus.gpu(1)
                .counterReturns(NOT_SUPPORTED)
                .instantReturns(NOT_SUPPORTED)
                .average(StandInSensor.ONE_SECOND_AVERAGE);
        SysfsTree tree = SysfsTree.twoSockets(directory.resolve("host"));
        try (AgentProcess agent =
                AgentCommand.run().gpus(gpus).host(tree).noServer().start()) {
            Thread.sleep(4_000);
            Map<String, Sample> before = samples(agent);
            // Twelve periods: an average moves energy across the ends of a span, which is no error of the total.
            Thread.sleep(20_400);
            Map<String, Sample> after = samples(agent);

            assertError("gpu/0/nvml_instant", before, after, gpus.gpu(0)::energyMicrojoules, 0.01);
            long halfWindow = 500_000_000L;
            assertError("gpu/1/nvml_average", before, after, at -> smoothed(gpus.gpu(1), at - halfWindow), 0.01);
        }
    }

    /** Asked for every 20 ms, and new every 100 ms. */
    @Test
    void sensorIsReadWhenItHasSomethingNew() throws Exception {
        NvmlStandIn gpus = NvmlStandIn.create(directory.resolve("nvml"), StandInDriver.R580, 1);
        gpus.gpu(0)
                .counterReturns(NOT_SUPPORTED)
                .averageReturns(NOT_SUPPORTED)
                .samples(Duration.ZERO, 0)
                .instant(StandInSensor.of(Duration.ofMillis(100), Duration.ofMillis(100)))
                .waveform(SquareWave.square(75, 620, Duration.ofMillis(171), 0.5));
        SysfsTree tree = SysfsTree.twoSockets(directory.resolve("host"));
        try (AgentProcess agent =
                AgentCommand.run().gpus(gpus).host(tree).noServer().start()) {
            Thread.sleep(4_000);
            Map<String, Sample> before = samples(agent);
            double ticksBefore = ticks(agent);
            Thread.sleep(10_000);
            double readings = ticks(agent) - ticksBefore;
            Map<String, Sample> after = samples(agent);

            assertError("gpu/0/nvml_instant", before, after, gpus.gpu(0)::energyMicrojoules, 0.01);
            System.out.printf("readings of a sensor that is new 100 times in 10 s: %.0f of 500%n", readings);
            // Fewer where the machine has no time for the agent, more where the sensor is lost and surveyed again.
            assertThat(readings).isBetween(60.0, 400.0);
            assertThat(agent.metrics().sum("joulegram_sensor_update_period_seconds", "source=\"nvml_instant\""))
                    .isBetween(0.09, 0.11);
        }
    }

    private static double ticks(AgentProcess agent) throws Exception {
        return agent.metrics().sum("joulegram_sampling_ticks_total", "source=\"nvml:0\"");
    }

    /** The energy as a one-second average tells it: the mean of the energy curve over its second. */
    private static double smoothed(StandInGpu gpu, long atNanos) {
        return Stream.iterate(-500, i -> i < 500, i -> i + 5)
                .mapToDouble(i -> gpu.energyMicrojoules(atNanos + i * 1_000_000L))
                .average()
                .orElseThrow();
    }
}
