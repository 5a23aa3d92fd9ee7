package io.joulegram.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MIG instances and performance counters. */
final class NvmlPartsTest {
    private static final StandInInstance SMALL = new StandInInstance(9, 0, 1, 10_240, 250, 125);
    private static final StandInInstance LARGE = new StandInInstance(1, 0, 4, 40_960, 900, 700);

    @TempDir
    Path directory;

    @Test
    void tellsTheInstancesOfADividedGpu() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 1);
        standIn.gpu(0)
                .instances(LARGE, SMALL)
                .processes(
                        StandInProcess.inInstance(100, 5L << 30, 1, 0),
                        StandInProcess.inInstance(200, 2L << 30, 9, 0),
                        StandInProcess.inInstance(201, 1L << 30, 9, 0));
        try (Nvml nvml = Nvml.open(standIn.library())) {
            NvmlDevice device = nvml.device(0);

            assertThat(device.migMode().current()).isTrue();
            List<NvmlMigInstance> instances = device.migInstances();

            assertThat(instances).hasSize(2);
            NvmlMigInstance large = instances.get(0);
            assertThat(large.uuid()).isEqualTo(LARGE.uuid());
            assertThat(large.gpuInstance()).isEqualTo(1);
            assertThat(large.computeInstance()).isZero();
            assertThat(large.gpuSlices()).isEqualTo(4);
            assertThat(large.computeSlices()).isEqualTo(4);
            assertThat(large.multiprocessors()).isEqualTo(64);
            assertThat(large.memoryMebibytes()).isEqualTo(40_960);
            assertThat(large.memory().orElseThrow().totalBytes()).isEqualTo(40_960L << 20);
            assertThat(large.processes()).containsExactly(new NvmlProcess(100, OptionalLong.of(5L << 30)));
            assertThat(instances.get(1).processes())
                    .extracting(NvmlProcess::pid)
                    .containsExactly(200, 201);
            assertThat(device.computeProcesses()).hasSize(3);
            assertThatExceptionOfType(NvmlException.class)
                    .isThrownBy(() -> device.processUtilization(0))
                    .satisfies(e -> assertThat(e.code()).isEqualTo(NvmlReturn.NOT_SUPPORTED));
        }
    }

    @Test
    void followsAGpuThatIsDividedAnew() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 1);
        StandInGpu gpu = standIn.gpu(0).instances(LARGE, SMALL);
        try (Nvml nvml = Nvml.open(standIn.library())) {
            NvmlDevice device = nvml.device(0);
            assertThat(device.migInstances())
                    .extracting(NvmlMigInstance::gpuInstance)
                    .containsExactly(1, 9);
            gpu.instances(SMALL);
            // The handle of the instance that is gone is another's now.
            assertThat(device.migInstances()).extracting(NvmlMigInstance::uuid).containsExactly(SMALL.uuid());
            gpu.instances();
            assertThat(device.migMode().current()).isFalse();
            assertThat(device.migInstances()).isEmpty();
        }
    }

    @Test
    void readsTheCountersOfAGpuAndOfItsInstances() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 1);
        standIn.gpu(0).gpm(true, 640, 321).instances(LARGE, SMALL);
        try (Nvml nvml = Nvml.open(standIn.library())) {
            NvmlDevice device = nvml.device(0);
            assertThat(device.isGpmSupported()).isTrue();
            try (NvmlGpm whole = device.gpm();
                    NvmlGpm small = device.gpm(9)) {
                assertThat(standIn.gpmSamples()).isEqualTo(4);
                assertThat(whole.read()).isEmpty();
                assertThat(small.read()).isEmpty();
                assertThat(whole.read()).isEmpty();
                Thread.sleep(120);
                assertThat(whole.read()).contains(new NvmlGpmActivity(OptionalDouble.of(64), OptionalDouble.of(32.1)));
                assertThat(small.read()).contains(new NvmlGpmActivity(OptionalDouble.of(25), OptionalDouble.of(12.5)));
            }
        }
        assertThat(standIn.gpmSamples()).isZero();
    }

    @Test
    void countersThatAreMissingAreAnError() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 1);
        standIn.gpu(0).instances(SMALL);
        try (Nvml nvml = Nvml.open(standIn.library())) {
            NvmlDevice device = nvml.device(0);
            assertThat(device.isGpmSupported()).isFalse();
            try (NvmlGpm counters = device.gpm(9)) {
                assertThatExceptionOfType(NvmlException.class)
                        .isThrownBy(counters::read)
                        .withMessage("nvmlGpmMigSampleGet: NOT_SUPPORTED (3)");
            }
            standIn.gpu(0).gpm(true, 0, 0);
            try (NvmlGpm counters = device.gpm(5)) {
                assertThatExceptionOfType(NvmlException.class)
                        .isThrownBy(counters::read)
                        .withMessage("nvmlGpmMigSampleGet: NOT_FOUND (6)");
            }
        }
        assertThat(standIn.gpmSamples()).isZero();
    }

    @Test
    void processUtilizationHasRoomForProcessesThatCome() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 1);
        try (Nvml nvml = Nvml.open(standIn.library())) {
            NvmlDevice device = nvml.device(0);
            for (int count = 1; count <= 32; count *= 2) {
                StandInProcess[] processes = new StandInProcess[count];
                for (int i = 0; i < count; i++) {
                    processes[i] = new StandInProcess(100 + i, 1 << 20, 1 + i);
                }
                standIn.gpu(0).processes(processes);
                assertThat(device.processUtilization(0)).hasSize(count);
            }
        }
    }
}
