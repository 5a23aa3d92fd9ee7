package io.joulegram.nvml;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofNanos;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NvmlDeviceTest {
    private static final SquareWave WAVE = SquareWave.square(75, 620, ofMillis(17), 0.37);

    @TempDir
    Path directory;

    private NvmlStandIn standIn;
    private StandInGpu gpu;
    private Nvml nvml;
    private NvmlDevice device;

    @BeforeEach
    void open() throws Exception {
        open(StandInDriver.R580);
    }

    @AfterEach
    void close() {
        if (nvml != null) {
            nvml.close();
        }
    }

    @Test
    void tellsWhoItIs() throws Exception {
        gpu.identity("NVIDIA H100 80GB HBM3", "GPU-0b0f2ac1-1111-2222-3333-444455556666");
        assertThat(device.name()).isEqualTo("NVIDIA H100 80GB HBM3");
        assertThat(device.uuid()).isEqualTo("GPU-0b0f2ac1-1111-2222-3333-444455556666");
        assertThat(device.serial()).isEqualTo("1320123000001");
        assertThat(device.pciBusId()).isEqualTo("00000000:1C:00.0");
        assertThat(device.minorNumber()).isEqualTo(1);
        assertThat(device.architecture()).isEqualTo(9);
        assertThat(device.computeCapability()).isEqualTo(new NvmlComputeCapability(9, 0));
    }

    @Test
    void energyCounterIsTheIntegralOfThePower() {
        long start = gpu.waveform(WAVE);
        gpu.counterOffsetMillijoules(126_272_101_025L);
        while (System.nanoTime() < start + 50_000_000) {
            long before = System.nanoTime();
            assertThat(device.readEnergy()).isEqualTo(NvmlReturn.SUCCESS);
            long after = System.nanoTime();
            assertThat(device.energyMillijoules() - 126_272_101_025L)
                    .isBetween(gpu.energyMicrojoules(before) / 1000, gpu.energyMicrojoules(after) / 1000);
        }
    }

    @Test
    void energyCounterMovesInSteps() {
        gpu.counterStep(ofMillis(20));
        long before = System.nanoTime();
        assertThat(device.readEnergy()).isEqualTo(NvmlReturn.SUCCESS);
        long after = System.nanoTime();
        assertThat(device.energyMillijoules()).isBetween(stepMillijoules(before), stepMillijoules(after));
    }

    @Test
    void energyCounterStartsAgainAfterAReset() {
        gpu.counterOffsetMillijoules(1_000_000_000);
        long before = System.nanoTime();
        gpu.resetCounter();
        assertThat(device.readEnergy()).isEqualTo(NvmlReturn.SUCCESS);
        long after = System.nanoTime();
        assertThat(device.energyMillijoules()).isBetween(0L, 1 + 75 * (after - before) / 1_000_000);
    }

    @Test
    void counterAboveTheRangeOfSignedLongsIsPassedOnAsItIs() {
        gpu.garbageCounterMillijoules(-1);
        assertThat(device.readEnergy()).isEqualTo(NvmlReturn.SUCCESS);
        assertThat(Long.toUnsignedString(device.energyMillijoules())).isEqualTo("18446744073709551615");
    }

    @Test
    void powerUsageFollowsItsSensor() {
        gpu.usage(StandInSensor.INSTANT);
        long changed = gpu.waveform(SquareWave.constant(333.25));
        assertThat(device.readPowerUsage()).isEqualTo(NvmlReturn.SUCCESS);
        waitUntil(changed);
        assertThat(device.readPowerUsage()).isEqualTo(NvmlReturn.SUCCESS);
        assertThat(device.powerUsageMilliwatts()).isEqualTo(333_250);
    }

    @Test
    void garbagePowerIsPassedOnUnsigned() {
        gpu.garbagePowerMilliwatts(0xffff_ffffL);
        assertThat(device.readPowerUsage()).isEqualTo(NvmlReturn.SUCCESS);
        assertThat(device.powerUsageMilliwatts()).isEqualTo(4_294_967_295L);
    }

    @Test
    void averagedSensorTellsTheMeanOfItsWindow() {
        gpu.usage(StandInSensor.of(ofNanos(0), ofMillis(50)));
        long start = gpu.waveform(SquareWave.square(100, 600, ofMillis(50), 0.25));
        waitUntil(start + 50_000_000);
        for (int i = 0; i < 100; i++) {
            assertThat(device.readPowerUsage()).isEqualTo(NvmlReturn.SUCCESS);
            assertThat(device.powerUsageMilliwatts()).isEqualTo(225_000);
        }
    }

    @Test
    void limitsAreInMilliwatts() throws Exception {
        gpu.limits(200, 700, 750).limit(650);
        assertThat(device.powerLimitMilliwatts()).isEqualTo(650_000);
        assertThat(device.enforcedPowerLimitMilliwatts()).isEqualTo(650_000);
        assertThat(device.defaultPowerLimitMilliwatts()).isEqualTo(700_000);
        assertThat(device.powerLimitRange()).isEqualTo(new NvmlPowerRange(200_000, 750_000));
    }

    @ParameterizedTest
    @EnumSource(StandInDriver.class)
    void everyDriverTellsTheLoad(StandInDriver driver) throws Exception {
        open(driver);
        gpu.utilization(87, 34).temperature(71).clocks(1700, 1980, 2619, 1500).throttleReasons(0x84);
        gpu.memory(80L << 30, 70L << 30, 1L << 30);
        assertThat(device.utilization()).isEqualTo(new NvmlUtilization(87, 34));
        assertThat(device.temperatureCelsius()).isEqualTo(71);
        assertThat(device.clockMegahertz(NvmlClock.SM)).isEqualTo(1980);
        assertThat(device.clockMegahertz(NvmlClock.VIDEO)).isEqualTo(1500);
        assertThat(device.throttleReasons()).isEqualTo(0x84);
        assertThat(device.memory())
                .isEqualTo(
                        driver == StandInDriver.R470
                                ? new NvmlMemory(80L << 30, 9L << 30, 71L << 30, OptionalLong.empty())
                                : new NvmlMemory(80L << 30, 9L << 30, 70L << 30, OptionalLong.of(1L << 30)));
    }

    @ParameterizedTest
    @EnumSource(StandInDriver.class)
    void everyDriverTellsItsProcesses(StandInDriver driver) throws Exception {
        open(driver);
        assertThat(device.computeProcesses()).isEmpty();
        gpu.processes(new StandInProcess(4242, 5L << 30, 60));
        assertThat(device.computeProcesses()).containsExactly(new NvmlProcess(4242, OptionalLong.of(5L << 30)));
        gpu.processes(new StandInProcess(4242, 5L << 30, 60), new StandInProcess(77, -1, 0));
        assertThat(device.computeProcesses())
                .containsExactly(
                        new NvmlProcess(4242, OptionalLong.of(5L << 30)), new NvmlProcess(77, OptionalLong.empty()));
        StandInProcess[] many = IntStream.rangeClosed(1, 32)
                .mapToObj(pid -> new StandInProcess(pid, pid * 1_000_000L, 0))
                .toArray(StandInProcess[]::new);
        gpu.processes(many);
        assertThat(device.computeProcesses())
                .hasSize(32)
                .last()
                .isEqualTo(new NvmlProcess(32, OptionalLong.of(32_000_000)));
    }

    @Test
    void processUtilizationComesSinceATime() throws Exception {
        assertThat(device.processUtilization(0)).isEmpty();
        gpu.processes(new StandInProcess(4242, 5L << 30, 60), new StandInProcess(77, 1L << 30, 0));
        List<NvmlProcessUtilization> found = device.processUtilization(0);
        assertThat(found).hasSize(1);
        assertThat(found.get(0).pid()).isEqualTo(4242);
        assertThat(found.get(0).smPercent()).isEqualTo(60);
        assertThat(device.processUtilization(found.get(0).timestampMicros() + 3_600_000_000L))
                .isEmpty();
    }

    @Test
    void powerSamplesComeSinceATime() throws Exception {
        long start = gpu.samples(ofMillis(5), 20).waveform(SquareWave.constant(300));
        waitUntil(start + 120_000_000);
        NvmlPowerRing ring = device.powerRing();
        assertThat(ring.read(0)).isEqualTo(NvmlReturn.SUCCESS);
        assertThat(ring.size()).isEqualTo(20);
        for (int i = 0; i < 20; i++) {
            assertThat(ring.powerMilliwatts(i)).isEqualTo(300_000);
        }
        assertThat(ring.timestampMicros(1) - ring.timestampMicros(0)).isBetween(4_999L, 5_001L);
        long last = ring.timestampMicros(19);
        ring.read(ring.timestampMicros(9) + 100);
        assertThat(ring.size()).isGreaterThanOrEqualTo(10);
        assertThat(ring.read(last + 3_600_000_000L)).isEqualTo(NvmlReturn.NOT_FOUND);
        assertThat(ring.size()).isZero();
    }

    @Test
    void modesAreTold() throws Exception {
        gpu.mig(0, 1).persistence(1);
        assertThat(device.migMode()).isEqualTo(new NvmlMigMode(false, true));
        assertThat(device.persistenceMode()).isTrue();
        gpu.persistence(0);
        assertThat(device.persistenceMode()).isFalse();
    }

    @Test
    void unsupportedValuesAreErrorsOfTheirFunction() {
        gpu.mig(StandInGpu.UNSUPPORTED, 0).temperature(StandInGpu.UNSUPPORTED);
        gpu.memory(StandInGpu.UNSUPPORTED, 0, 0);
        assertThatExceptionOfType(NvmlException.class)
                .isThrownBy(device::migMode)
                .withMessage("nvmlDeviceGetMigMode: NOT_SUPPORTED (3)");
        assertThatExceptionOfType(NvmlException.class)
                .isThrownBy(device::temperatureCelsius)
                .withMessage("nvmlDeviceGetTemperature: NOT_SUPPORTED (3)");
        assertThatExceptionOfType(NvmlException.class)
                .isThrownBy(device::memory)
                .withMessage("nvmlDeviceGetMemoryInfo: NOT_SUPPORTED (3)");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 17, 18, 999, 12345})
    void returnCodesComeThrough(int code) throws Exception {
        NvmlFieldValues fields = device.fieldValues(List.of(NvmlField.TOTAL_ENERGY));
        gpu.allReturn(code);
        assertThat(device.readEnergy()).isEqualTo(code);
        assertThat(device.readPowerUsage()).isEqualTo(code);
        assertThat(fields.read()).isEqualTo(code);
        assertThat(fields.returnCode(0)).isEqualTo(code);
        assertThatExceptionOfType(NvmlException.class)
                .isThrownBy(device::computeProcesses)
                .satisfies(e -> assertThat(e.code()).isEqualTo(code));
        gpu.allReturn(NvmlReturn.SUCCESS);
        assertThat(device.readEnergy()).isEqualTo(NvmlReturn.SUCCESS);
    }

    @Test
    void faultOfOneGpuLeavesTheOther() throws Exception {
        NvmlDevice other = nvml.device(0);
        gpu.allReturn(NvmlReturn.GPU_IS_LOST);
        assertThat(device.readEnergy()).isEqualTo(NvmlReturn.GPU_IS_LOST);
        assertThat(other.readEnergy()).isEqualTo(NvmlReturn.SUCCESS);
    }

    @Test
    @Timeout(30)
    void blockedCallHoldsItsOwnThreadOnly() throws Exception {
        NvmlDevice other = nvml.device(0);
        gpu.block();
        CompletableFuture<Integer> blocked = CompletableFuture.supplyAsync(device::readEnergy);
        while (gpu.blockedCalls() == 0) {
            Thread.onSpinWait();
        }
        assertThat(other.readEnergy()).isEqualTo(NvmlReturn.SUCCESS);
        assertThat(blocked).isNotDone();
        gpu.unblock();
        assertThat(blocked.get()).isEqualTo(NvmlReturn.SUCCESS);
    }

    private void open(StandInDriver driver) throws Exception {
        close();
        standIn = NvmlStandIn.create(directory, driver, 2);
        gpu = standIn.gpu(1);
        nvml = Nvml.open(standIn.library());
        device = nvml.device(1);
    }

    private long stepMillijoules(long nanoTime) {
        long sinceOrigin = nanoTime - gpu.originNanos();
        return gpu.energyMicrojoules(gpu.originNanos() + sinceOrigin / 20_000_000 * 20_000_000) / 1000;
    }

    private static void waitUntil(long nanoTime) {
        while (System.nanoTime() < nanoTime) {
            LockSupport.parkNanos(nanoTime - System.nanoTime());
        }
    }
}
