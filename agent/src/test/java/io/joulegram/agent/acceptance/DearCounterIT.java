package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.nvml.SquareWave;
import io.joulegram.nvml.StandInDriver;
import io.joulegram.nvml.StandInGpu;
import io.joulegram.nvml.StandInSensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A GPU that behaves as an H200 with driver 580 was measured to: see docs/validation.md. */
@Tag("accuracy")
class DearCounterIT {
    private static final SquareWave LOAD = SquareWave.square(120, 690, Duration.ofMillis(740), 0.5);

    @TempDir
    Path directory;

    private NvmlStandIn gpus;
    private StandInGpu gpu;

    @BeforeEach
    void makeGpu() throws Exception {
        gpus = NvmlStandIn.create(directory.resolve("nvml"), StandInDriver.R580, 1);
        gpu = gpus.gpu(0);
        gpu.identity("NVIDIA H200", "GPU-stand-in")
                .counterStep(Duration.ofMillis(100))
                .counterCost(Duration.ofMillis(3))
                .instant(StandInSensor.PART_TIME)
                .samples(Duration.ofMillis(20), 119)
                .waveform(SquareWave.constant(120));
    }

    @Test
    void energyIsRightThoughTheCounterIsReadSeldom() throws Exception {
        try (AgentProcess agent = AgentCommand.run()
                .gpus(gpus)
                .sysfs(Files.createDirectory(directory.resolve("sys")))
                .noServer()
                .start()) {
            Thread.sleep(4_000);
            Reading before = Reading.of(agent);
            gpu.waveform(LOAD);
            Thread.sleep(10_000);
            gpu.waveform(SquareWave.constant(120));
            Thread.sleep(5_000);
            Reading after = Reading.of(agent);
            double measured = after.microjoules() - before.microjoules();
            double truth = gpu.energyMicrojoules(after.atNanos()) - gpu.energyMicrojoules(before.atNanos());

            // The end of the driver's newest sample is known to a step of the counter, 100 ms, at either end.
            assertThat(measured).isCloseTo(truth, within(0.1 * 120e6 + 0.005 * truth));
            System.out.printf("dear counter: error %.3f %%%n", 100 * (measured / truth - 1));
            JsonNode status = agent.json("api/v1/status");
            assertThat(status.toString()).contains("nvml_samples").contains("nvml_energy");
            assertThat(agent.metrics().sum("joulegram_energy_unobserved_seconds_total", "domain=\"gpu\""))
                    .isZero();
        }
    }

    /** What was published of the GPU's energy, and up to which instant, on the clock of {@link System#nanoTime()}. */
    private record Reading(double microjoules, long atNanos) {
        static Reading of(AgentProcess agent) throws Exception {
            JsonNode status = agent.json("api/v1/status");
            for (JsonNode meter : status.get("meters")) {
                if (meter.get("domain").textValue().equals("gpu")) {
                    long ageNanos = meter.get("sampleAgeNanos").longValue();
                    return new Reading(
                            meter.get("energyMicrojoules").doubleValue(),
                            status.get("monotonicNanos").longValue() - ageNanos);
                }
            }
            throw new AssertionError("no meter of a GPU in " + status);
        }
    }

    @Test
    void calibrationTellsHowTheSensorsBehave() throws Exception {
        gpu.waveform(LOAD);
        Path trace = directory.resolve("trace.csv");
        try (AgentProcess calibrate = AgentCommand.of(
                        "calibrate",
                        "--sensors",
                        "--survey-seconds",
                        "12",
                        "--nvml.library",
                        gpus.library().toString(),
                        "--trace",
                        trace.toString())
                .start()) {
            assertThat(calibrate.awaitExit()).as(calibrate.log()).isZero();
            assertThat(calibrate.log())
                    .contains("NVIDIA H200")
                    .containsPattern("\\| gpu \\| nvml_energy \\| (9[5-9]|10[0-5])\\.\\d ms \\|")
                    .containsPattern("\\| gpu \\| nvml_average \\| [0-9.]+ ms \\| (9[05]|10[05])0\\.0 ms \\|")
                    .contains("| nvmlDeviceGetTotalEnergyConsumption | ");
        }
        assertThat(Files.readAllLines(trace)).first().isEqualTo("monotonic_nanos,device,domain,source,value,unit");
    }
}
