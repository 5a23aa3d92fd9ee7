package io.joulegram.power.nvml;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofNanos;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.joulegram.nvml.NvmlReturn;
import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.nvml.SquareWave;
import io.joulegram.nvml.StandInDriver;
import io.joulegram.nvml.StandInGpu;
import io.joulegram.nvml.StandInProcess;
import io.joulegram.nvml.StandInSensor;
import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.GpuProcess;
import io.joulegram.power.GpuSource;
import io.joulegram.power.GpuTelemetry;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Readings;
import io.joulegram.power.Readings.Status;
import io.joulegram.power.Sensor;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class NvmlGpuSourceTest {
    private static final int READS = 20_000;
    private static final SquareWave WAVE = SquareWave.square(75, 620, ofMillis(17), 0.37);

    @TempDir
    Path directory;

    private NvmlStandIn standIn;
    private StandInGpu gpu;
    private List<PowerSource> sources = List.of();

    @SuppressWarnings("NullAway.Init") // by open(), which each test calls once its GPU is set up
    private GpuSource source;

    @SuppressWarnings("NullAway.Init")
    private Readings readings;

    private long readBeganNanos;

    @BeforeEach
    void create() throws Exception {
        create(StandInDriver.R580);
    }

    @AfterEach
    void close() {
        sources.forEach(PowerSource::close);
        sources = List.of();
    }

    @Test
    void newDriverGivesCounterAverageAndInstantButNotMemoryThatAnswersZero() throws Exception {
        gpu.limits(200, 700, 750);
        open();
        assertThat(source.channels())
                .containsExactly(
                        Channel.energy(Domain.GPU, "0", Sensor.NVML_ENERGY, 1000, 0, 750, 0.05),
                        Channel.power(Domain.GPU, "0", Sensor.NVML_AVERAGE, 750, 1_000_000_000, 0.05),
                        Channel.power(Domain.GPU, "0", Sensor.NVML_INSTANT, 750, 0, 0.05));
    }

    @Test
    void memoryPowerIsAChannelWhereItAnswers() throws Exception {
        gpu.memoryPowerShare(200_000);
        open();
        assertThat(source.channels())
                .hasSize(4)
                .last()
                .isEqualTo(Channel.power(Domain.GPU_MEMORY, "0", Sensor.NVML_AVERAGE, 700, 1_000_000_000, 0.05));
        read();
        assertMeasured(1, 75_000);
        assertMeasured(3, 15_000);
    }

    @Test
    void oldDriverGivesCounterAndUsage() throws Exception {
        create(StandInDriver.R470);
        open();
        assertThat(source.channels())
                .extracting(Channel::sensor)
                .containsExactly(Sensor.NVML_ENERGY, Sensor.NVML_USAGE);
        read();
        assertCounterIsTrue(0);
        assertMeasured(1, 75_000);
    }

    @Test
    void counterIsReadByItsFunctionWhereTheFieldIsNotSupported() throws Exception {
        gpu.counterFieldUnsupported(true);
        open();
        assertThat(source.channels())
                .extracting(Channel::sensor)
                .containsExactly(Sensor.NVML_AVERAGE, Sensor.NVML_INSTANT, Sensor.NVML_ENERGY);
        gpu.waveform(WAVE);
        read();
        assertCounterIsTrue(2);
    }

    @Test
    void gpuWithoutCounterHasPowerOnly() throws Exception {
        gpu.counterReturns(NvmlReturn.NOT_SUPPORTED);
        open();
        assertThat(source.channels())
                .extracting(Channel::sensor)
                .containsExactly(Sensor.NVML_AVERAGE, Sensor.NVML_INSTANT);
    }

    @Test
    void usageStandsInOnlyWhereNeitherFieldWorks() throws Exception {
        gpu.averageReturns(NvmlReturn.NOT_SUPPORTED);
        open();
        assertThat(source.channels())
                .extracting(Channel::sensor)
                .containsExactly(Sensor.NVML_ENERGY, Sensor.NVML_INSTANT);
    }

    @Test
    void limitFallsBackOnTheDefaultAndThenIsUnknown() throws Exception {
        gpu.limits(200, 650, StandInGpu.UNSUPPORTED);
        open();
        assertThat(source.channels().get(0).maxWatts()).isEqualTo(650);
        close();
        gpu.limits(200, StandInGpu.UNSUPPORTED, StandInGpu.UNSUPPORTED);
        open();
        assertThat(source.channels().get(0).maxWatts()).isZero();
        assertThat(source.info().defaultPowerLimitWatts()).isZero();
    }

    @Test
    void counterFollowsTheIntegralOfASquareWave() throws Exception {
        gpu.counterOffsetMillijoules(3_600_000_000L);
        open();
        long start = gpu.waveform(WAVE);
        while (System.nanoTime() < start + 40_000_000) {
            long before = System.nanoTime();
            read();
            long after = System.nanoTime();
            assertThat(readings.timeNanos(0)).isBetween(before, after);
            assertThat(readings.value(0) - 3_600_000_000L)
                    .isBetween(gpu.energyMicrojoules(before) / 1000, gpu.energyMicrojoules(after) / 1000);
        }
    }

    @Test
    void instantSensorTellsThePowerOfTheInstant() throws Exception {
        gpu.instant(StandInSensor.INSTANT);
        open();
        waitUntil(gpu.waveform(SquareWave.constant(431)));
        read();
        assertMeasured(2, 431_000);
    }

    @Test
    void partTimeSensorTellsTheMeanOfAPartOfItsPeriod() throws Exception {
        gpu.instant(StandInSensor.of(ofMillis(8), ofMillis(2)));
        open();
        long start = gpu.waveform(WAVE);
        waitUntil(start + 10_000_000);
        for (int i = 0; i < 50; i++) {
            long before = lastUpdate(8_000_000, System.nanoTime());
            read();
            if (lastUpdate(8_000_000, System.nanoTime()) == before) {
                long mean = (gpu.energyMicrojoules(before) - gpu.energyMicrojoules(before - 2_000_000)) / 2;
                assertThat(readings.value(2)).isCloseTo(mean, within(1L));
            }
        }
    }

    @Test
    void oneSecondAverageHidesTheSwing() throws Exception {
        gpu.average(StandInSensor.ONE_SECOND_AVERAGE.updatedEvery(ofNanos(0)));
        open();
        long start = gpu.waveform(SquareWave.square(100, 600, ofMillis(50), 0.5));
        waitUntil(start + 1_000_000_000);
        for (int i = 0; i < 50; i++) {
            read();
            assertMeasured(1, 350_000);
        }
    }

    @Test
    void lostGpuTellsSoAtEachReadingUntilItIsBack() throws Exception {
        open();
        gpu.allReturn(NvmlReturn.GPU_IS_LOST);
        for (int i = 0; i < 3; i++) {
            read();
            for (int channel = 0; channel < readings.size(); channel++) {
                assertThat(readings.status(channel)).isEqualTo(Status.FAILED);
                assertThat(source.errorName(readings.errorCode(channel))).isEqualTo("GPU_IS_LOST");
            }
        }
        gpu.allReturn(NvmlReturn.SUCCESS);
        read();
        assertMeasured(1, 75_000);
    }

    @Test
    void failedCounterLeavesThePower() throws Exception {
        open();
        gpu.counterReturns(NvmlReturn.UNKNOWN);
        read();
        assertThat(readings.status(0)).isEqualTo(Status.FAILED);
        assertThat(source.errorName(readings.errorCode(0))).isEqualTo("UNKNOWN");
        assertMeasured(1, 75_000);
        gpu.counterReturns(NvmlReturn.NOT_SUPPORTED);
        read();
        assertThat(readings.status(0)).isEqualTo(Status.UNSUPPORTED);
    }

    @Test
    void garbageIsPassedOn() throws Exception {
        open();
        gpu.garbagePowerMilliwatts(0xffff_ffffL).garbageCounterMillijoules(-1);
        read();
        assertMeasured(0, -1);
        assertMeasured(1, 4_294_967_295L);
    }

    @Test
    void resetCounterIsToldAsItStands() throws Exception {
        gpu.counterOffsetMillijoules(3_600_000_000L);
        open();
        read();
        assertThat(readings.value(0)).isGreaterThanOrEqualTo(3_600_000_000L);
        gpu.resetCounter();
        read();
        assertThat(readings.value(0)).isLessThan(3_600_000_000L);
    }

    @Test
    @Timeout(30)
    void blockedGpuDoesNotHoldAnother() throws Exception {
        open();
        gpu.block();
        Thread sampler =
                new Thread(() -> source.read(new Readings(source.channels().size())), "sampler");
        sampler.start();
        while (gpu.blockedCalls() == 0) {
            Thread.onSpinWait();
        }
        Readings others = new Readings(sources.get(1).channels().size());
        sources.get(1).read(others);
        assertThat(others.status(0)).isEqualTo(Status.MEASURED);
        sources.get(1).close();
        assertThat(standIn.initializations()).isEqualTo(1);
        gpu.unblock();
        sampler.join();
    }

    @Test
    void telemetryIsInBaseUnits() throws Exception {
        open();
        assertThat(source.telemetry()).isNull();
        gpu.utilization(87, 30).temperature(71).clocks(1, 1980, 3, 4).limit(650).throttleReasons(0x84);
        gpu.processes(new StandInProcess(4242, 5L << 30, 60), new StandInProcess(77, -1, 0));
        source.refresh();
        assertThat(source.telemetry())
                .isEqualTo(new GpuTelemetry(
                        OptionalDouble.of(0.87),
                        OptionalLong.of(60L << 30),
                        OptionalLong.of(80L << 30),
                        OptionalDouble.of(71),
                        OptionalDouble.of(1.98e9),
                        OptionalDouble.of(650),
                        OptionalLong.of(0x84),
                        List.of(
                                new GpuProcess(4242, OptionalLong.of(5L << 30)),
                                new GpuProcess(77, OptionalLong.empty()))));
    }

    @Test
    void telemetryThatTheGpuLacksIsEmpty() throws Exception {
        gpu.utilization(StandInGpu.UNSUPPORTED, 0)
                .temperature(StandInGpu.UNSUPPORTED)
                .limit(StandInGpu.UNSUPPORTED);
        gpu.memory(StandInGpu.UNSUPPORTED, 0, 0).clocks(-1, -1, -1, -1).throttleReasons(-1);
        open();
        source.refresh();
        assertThat(source.telemetry())
                .isEqualTo(new GpuTelemetry(
                        OptionalDouble.empty(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalLong.empty(),
                        List.of()));
    }

    @Test
    void telemetryThatCannotBeTrueIsEmpty() throws Exception {
        open();
        gpu.utilization(0xffff_fffeL, 0).clocks(0, 0xffff_fffeL, 0, 0).limit(4_000_000);
        gpu.memory(1L << 30, 2L << 30, 0);
        source.refresh();
        GpuTelemetry telemetry = requireNonNull(source.telemetry());
        assertThat(telemetry.utilizationRatio()).isEmpty();
        assertThat(telemetry.smClockHertz()).isEmpty();
        assertThat(telemetry.powerLimitWatts()).isEmpty();
        assertThat(telemetry.memoryUsedBytes()).isEmpty();
        assertThat(telemetry.temperatureCelsius()).hasValue(55);
    }

    @Test
    void telemetryOfALostGpuIsGone() throws Exception {
        open();
        source.refresh();
        assertThat(source.telemetry()).isNotNull();
        gpu.allReturn(NvmlReturn.GPU_IS_LOST);
        source.refresh();
        assertThat(source.telemetry()).isNull();
        gpu.allReturn(NvmlReturn.SUCCESS);
        source.refresh();
        assertThat(source.telemetry()).isNotNull();
    }

    @Test
    void driversSamplesAreToldOnceAndOnlyWhenWanted() throws Exception {
        long start = gpu.samples(ofMillis(20), 120).waveform(SquareWave.constant(300));
        waitUntil(start + 120_000_000);
        open();
        assertThat(source.channels())
                .last()
                .isEqualTo(Channel.power(Domain.GPU, "0", Sensor.NVML_SAMPLES, 700, 20_000_000, 0.05)
                        .withCadenceNanos(500_000_000));
        read();
        assertThat(readings.status(3)).isEqualTo(Status.NO_DATA);
        source.wantHistory(true);
        read();
        assertMeasured(3, 300_000);
        assertThat(readings.timeNanos(3)).isBetween(System.nanoTime() - 25_000_000L, System.nanoTime());
        assertThat(readings.pastSize(3)).isEqualTo(119);
        assertThat(readings.pastTimeNanos(3, 118)).isCloseTo(readings.timeNanos(3) - 20_000_000, within(2_000L));
        assertThat(readings.pastValue(3, 118)).isEqualTo(300_000);
        long newest = readings.timeNanos(3);
        read();
        assertThat(readings.status(3)).isEqualTo(Status.NO_DATA);
        waitUntil(readBeganNanos + 600_000_000);
        read();
        assertThat(readings.pastTimeNanos(3, 0)).isCloseTo(newest + 20_000_000, within(100_000L));
    }

    @Test
    void dearCounterIsReadSeldom() throws Exception {
        gpu.counterCost(ofMillis(2));
        open();
        assertThat(source.channels())
                .extracting(Channel::sensor)
                .containsExactly(Sensor.NVML_AVERAGE, Sensor.NVML_INSTANT, Sensor.NVML_ENERGY);
        assertThat(source.channels().get(2).cadenceNanos()).isBetween(2_000_000_000L, 5_000_000_000L);
        read();
        assertCounterIsTrue(2);
        read();
        assertThat(readings.status(2)).isEqualTo(Status.NO_DATA);
        assertMeasured(0, 75_000);
    }

    @Test
    void readingAllocatesNothing() throws Exception {
        gpu.memoryPowerShare(200_000).counterFieldUnsupported(true).samples(ofMillis(1), 500);
        open();
        source.wantHistory(true);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        for (int i = 0; i < READS; i++) {
            read();
        }
        long before = threads.getThreadAllocatedBytes(self);
        for (int i = 0; i < READS; i++) {
            read();
        }
        long allocated = threads.getThreadAllocatedBytes(self) - before;
        assertThat((double) allocated / READS).isLessThan(1);
    }

    private void create(StandInDriver driver) throws Exception {
        close();
        standIn = NvmlStandIn.create(directory, driver, 2);
        gpu = standIn.gpu(0);
        gpu.samples(Duration.ZERO, 0);
    }

    private void open() throws Exception {
        sources = new NvmlProvider(Optional.of(standIn.library())).open();
        source = (GpuSource) sources.get(0);
        readings = new Readings(source.channels().size());
    }

    private void read() {
        readings.clear();
        readBeganNanos = System.nanoTime();
        source.read(readings);
    }

    private void assertMeasured(int channel, long value) {
        assertThat(readings.status(channel)).isEqualTo(Status.MEASURED);
        assertThat(readings.value(channel)).isEqualTo(value);
    }

    private void assertCounterIsTrue(int channel) {
        assertThat(readings.status(channel)).isEqualTo(Status.MEASURED);
        assertThat(readings.value(channel))
                .isBetween(
                        gpu.energyMicrojoules(readBeganNanos) / 1000, gpu.energyMicrojoules(System.nanoTime()) / 1000);
    }

    private long lastUpdate(long periodNanos, long nanoTime) {
        return nanoTime - Math.floorMod(nanoTime - gpu.originNanos(), periodNanos);
    }

    private static void waitUntil(long nanoTime) {
        while (System.nanoTime() < nanoTime) {
            LockSupport.parkNanos(nanoTime - System.nanoTime());
        }
    }
}
