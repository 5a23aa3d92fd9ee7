package io.joulegram.nvml;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The yardstick itself: what the C side tells is what the Java side holds to be the truth. */
final class NvmlStandInTest {
    private static final String READER = """
            #include <dlfcn.h>
            #include <stdio.h>
            typedef int (*init_t)(void);
            typedef int (*handle_t)(unsigned int, void **);
            typedef int (*energy_t)(void *, unsigned long long *);
            int main(int argc, char **argv) {
                void *library = dlopen(argv[argc - 1], RTLD_NOW);
                void *device = NULL;
                unsigned long long millijoules = 0;
                ((init_t)dlsym(library, "nvmlInit_v2"))();
                ((handle_t)dlsym(library, "nvmlDeviceGetHandleByIndex_v2"))(1, &device);
                ((energy_t)dlsym(library, "nvmlDeviceGetTotalEnergyConsumption"))(device, &millijoules);
                printf("%llu\\n", millijoules);
                return 0;
            }
            """;

    @TempDir
    Path directory;

    @Test
    void energyIsTheSumOfItsWaveforms() throws Exception {
        StandInGpu gpu = NvmlStandIn.create(directory, StandInDriver.R580, 1).gpu(0);
        long first = gpu.waveform(SquareWave.constant(100));
        long second = gpu.waveform(SquareWave.square(200, 600, ofMillis(10), 0.25));
        assertThat(gpu.energyMicrojoules(gpu.originNanos())).isZero();
        assertThat(gpu.energyMicrojoules(first)).isCloseTo(75 * (first - gpu.originNanos()) / 1000, within(1L));
        assertThat(gpu.energyMicrojoules(second) - gpu.energyMicrojoules(first))
                .isCloseTo(100 * (second - first) / 1000, within(1L));
        // Two periods of 2.5 ms at 600 W and 7.5 ms at 200 W, then 2.5 ms of each.
        assertThat(gpu.energyMicrojoules(second + 25_000_000) - gpu.energyMicrojoules(second))
                .isCloseTo(2 * 3_000_000 + 1_500_000 + 500_000, within(1L));
        assertThat(gpu.powerMilliwatts(second + 2_499_999)).isEqualTo(600_000);
        assertThat(gpu.powerMilliwatts(second + 2_500_000)).isEqualTo(200_000);
    }

    @Test
    void phaseMovesTheBusyPart() {
        SquareWave wave = SquareWave.square(200, 600, ofMillis(10), 0.25).withPhase(ofMillis(9));
        assertThat(wave.milliwattsAt(0)).isEqualTo(200_000);
        assertThat(wave.milliwattsAt(1_000_000)).isEqualTo(600_000);
        assertThat(wave.meanWatts()).isEqualTo(300);
        assertThat(wave.picojoulesUntil(10_000_000).longValueExact()).isEqualTo(3_000_000L * 1_000_000);
    }

    @Test
    void counterTellsTheTruthAcrossChangesOfTheWaveform() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 1);
        StandInGpu gpu = standIn.gpu(0);
        try (Nvml nvml = Nvml.open(standIn.library())) {
            NvmlDevice device = nvml.device(0);
            long last = 0;
            for (int i = 1; i <= 60; i++) {
                gpu.waveform(SquareWave.square(10 * i, 700 - 10 * i, ofMillis(3), 0.4)
                        .withPhase(ofMillis(i)));
                long before = System.nanoTime();
                device.readEnergy();
                long after = System.nanoTime();
                assertThat(device.energyMillijoules())
                        .isGreaterThanOrEqualTo(last)
                        .isBetween(gpu.energyMicrojoules(before) / 1000, gpu.energyMicrojoules(after) / 1000);
                last = device.energyMillijoules();
            }
        }
        assertThatIllegalStateException().isThrownBy(() -> {
            for (int i = 0; i < 10; i++) {
                gpu.waveform(SquareWave.constant(1));
            }
        });
    }

    @Test
    void attachedFixtureSteersTheSameGpus() throws Exception {
        NvmlStandIn made = NvmlStandIn.create(directory, StandInDriver.R535, 2);
        NvmlStandIn attached = NvmlStandIn.attach(directory);
        long start = attached.gpu(1).waveform(SquareWave.square(75, 620, ofMillis(1700), 0.37));
        assertThat(attached.library()).isEqualTo(made.library());
        assertThat(attached.gpuCount()).isEqualTo(2);
        long later = start + 123_456_789_012L;
        assertThat(made.gpu(1).energyMicrojoules(later))
                .isEqualTo(attached.gpu(1).energyMicrojoules(later));
        try (Nvml nvml = Nvml.open(made.library())) {
            attached.gpu(1).allReturn(NvmlReturn.SUCCESS).counterReturns(NvmlReturn.RESET_REQUIRED);
            assertThat(nvml.device(1).readEnergy()).isEqualTo(NvmlReturn.RESET_REQUIRED);
            assertThat(nvml.device(0).readEnergy()).isEqualTo(NvmlReturn.SUCCESS);
        }
    }

    @Test
    void anotherProcessSeesTheSameEnergy() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 2);
        standIn.gpu(1).waveform(SquareWave.square(75, 620, ofMillis(17), 0.37));
        Files.writeString(directory.resolve("reader.c"), READER);
        CCompiler.find().run(directory, List.of("-o", "reader", "reader.c", "-ldl"));
        long before = System.nanoTime();
        String printed = CCompiler.runToEnd(
                directory,
                List.of(
                        directory.resolve("reader").toString(),
                        standIn.library().toString()));
        long after = System.nanoTime();
        assertThat(Long.parseLong(printed.strip()))
                .isBetween(
                        standIn.gpu(1).energyMicrojoules(before) / 1000,
                        standIn.gpu(1).energyMicrojoules(after) / 1000);
    }

    @Test
    void standsAtTheTimeThatIsSet() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 1);
        long start = 5_000_000_000L;
        long wallAhead = 1_700_000_000_000_000_000L;
        standIn.virtualTime(start, start + wallAhead);
        StandInGpu gpu = standIn.gpu(0).renew();
        gpu.waveform(SquareWave.constant(400));
        try (Nvml nvml = Nvml.open(standIn.library())) {
            NvmlDevice device = nvml.device(0);
            device.readEnergy();
            assertThat(device.energyMillijoules()).isZero();
            standIn.virtualTime(start + 2_002_000_000L, start + 2_002_000_000L + wallAhead);
            device.readEnergy();
            // 2 ms at 75 W and 2 s at 400 W.
            assertThat(device.energyMillijoules()).isEqualTo(800_150);
            assertThat(standIn.wallMicros()).isEqualTo((start + 2_002_000_000L + wallAhead) / 1000);
            gpu.counterCost(ofMillis(30));
            device.readEnergy();
            assertThat(standIn.nanos()).isEqualTo(start + 2_032_000_000L);
            gpu.resetCounter();
            device.readEnergy();
            assertThat(device.energyMillijoules()).isLessThanOrEqualTo(12_000);
        }
        standIn.virtualTime(0, 0);
        assertThat(standIn.nanos()).isNotEqualTo(start);
    }

    @Test
    void takesNoHalfOfATime() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 0);
        assertThatIllegalArgumentException().isThrownBy(() -> standIn.virtualTime(1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> standIn.virtualTime(-1, 1));
    }

    @Test
    void hasAtMostSixteenGpus() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 16);
        try (Nvml nvml = Nvml.open(standIn.library())) {
            assertThat(nvml.device(15).readEnergy()).isEqualTo(NvmlReturn.SUCCESS);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> NvmlStandIn.create(directory, StandInDriver.R580, 17));
    }
}
