package io.joulegram.nvml;

import io.joulegram.nvml.StandInSlots.Gpu;
import io.joulegram.nvml.StandInSlots.MigEntry;
import io.joulegram.nvml.StandInSlots.ProcessEntry;
import io.joulegram.nvml.StandInSlots.Segment;
import io.joulegram.nvml.StandInSlots.Sensor;
import java.math.BigInteger;
import java.time.Duration;

/**
 * One GPU of an {@link NvmlStandIn}: its switches, and the truth that what is measured of it is compared with. A change
 * is seen by the next NVML call, in any process that has loaded the library.
 *
 * <p>Setters return this. Times are those of {@link System#nanoTime()}, which on Linux is the clock that the library
 * reads, unless {@link NvmlStandIn#virtualTime} has set another.
 */
public final class StandInGpu {
    /** What sets a plain value, such as a temperature or a limit, to "not supported". */
    public static final long UNSUPPORTED = -1;

    /** So far ahead a new waveform starts: no reader has told the energy of that time yet. */
    private static final long LEAD_NANOS = 2_000_000;

    private static final BigInteger PICOJOULES_PER_MICROJOULE = BigInteger.valueOf(1_000_000);

    private final StandInControl control;
    private final int index;

    StandInGpu(StandInControl control, int index) {
        this.control = control;
        this.index = index;
    }

    /** Fills in a GPU that idles at 75 W, with the sensors of an H100. */
    void initialize() {
        append(SquareWave.constant(75), control.nanos());
        set(Gpu.COUNTER_ZERO_NANOS, originNanos());
        average(StandInSensor.ONE_SECOND_AVERAGE).instant(StandInSensor.PART_TIME);
        usage(StandInSensor.ONE_SECOND_AVERAGE);
        identity("Stand-in H100 80GB", "GPU-57a4d100-0000-4000-8000-%012d".formatted(index));
        control.text(index, Gpu.SERIAL, "132012300%04d".formatted(index));
        control.text(index, Gpu.PCI_BUS_ID, "00000000:%02X:00.0".formatted(0x1b + index));
        set(Gpu.MINOR_NUMBER, index);
        set(Gpu.ARCHITECTURE, 9);
        set(Gpu.COMPUTE_CAPABILITY_MAJOR, 9);
        set(Gpu.PERSISTENCE_MODE, 1);
        limits(200, 700, 700).limit(700);
        utilization(40, 20).memory(80L << 30, 60L << 30, 1L << 30).temperature(55);
        clocks(1755, 1980, 2619, 1545);
        samples(Duration.ofMillis(20), 120);
    }

    /** Makes the GPU anew as it first was, from now on. Not while a thread is in a call on it. */
    public StandInGpu renew() {
        control.clear(index);
        initialize();
        return this;
    }

    // ---- power and its truth ----

    /**
     * Changes the waveform from 2 ms ahead of now. Energy until then stays what it was, so the counter goes on without
     * a step.
     *
     * @return when the new waveform takes force
     * @throws IllegalStateException after 63 changes
     */
    public long waveform(SquareWave wave) {
        long start = control.nanos() + LEAD_NANOS;
        append(wave, start);
        return start;
    }

    /** When the GPU was made: its energy is counted from here. */
    public long originNanos() {
        return segment(0, Segment.START_NANOS);
    }

    /** The exact energy from {@link #originNanos()} to the given time, rounded down. */
    public long energyMicrojoules(long nanoTime) {
        BigInteger picojoules = BigInteger.ZERO;
        int count = segments();
        for (int i = 0; i < count && (i == 0 || nanoTime > segment(i, Segment.START_NANOS)); i++) {
            long start = segment(i, Segment.START_NANOS);
            long end = i + 1 < count ? Math.min(nanoTime, segment(i + 1, Segment.START_NANOS)) : nanoTime;
            picojoules = picojoules.add(wave(i).picojoulesUntil(end - start));
        }
        return floorDivide(picojoules, PICOJOULES_PER_MICROJOULE);
    }

    /** The power at an instant. */
    public long powerMilliwatts(long nanoTime) {
        int current = 0;
        while (current + 1 < segments() && segment(current + 1, Segment.START_NANOS) <= nanoTime) {
            current++;
        }
        return wave(current).milliwattsAt(nanoTime - segment(current, Segment.START_NANOS));
    }

    // ---- sensors ----

    /** How field 185 behaves. */
    public StandInGpu average(StandInSensor sensor) {
        return sensor(Gpu.AVERAGE_SENSOR, sensor);
    }

    /** How field 186 behaves. */
    public StandInGpu instant(StandInSensor sensor) {
        return sensor(Gpu.INSTANT_SENSOR, sensor);
    }

    /** How {@code nvmlDeviceGetPowerUsage} behaves. */
    public StandInGpu usage(StandInSensor sensor) {
        return sensor(Gpu.USAGE_SENSOR, sensor);
    }

    /** What field 185 returns; 0 to work. */
    public StandInGpu averageReturns(int code) {
        return sensorReturns(Gpu.AVERAGE_SENSOR, code);
    }

    /** What field 186 returns; 0 to work. */
    public StandInGpu instantReturns(int code) {
        return sensorReturns(Gpu.INSTANT_SENSOR, code);
    }

    /** What {@code nvmlDeviceGetPowerUsage} returns; 0 to work. */
    public StandInGpu usageReturns(int code) {
        return sensorReturns(Gpu.USAGE_SENSOR, code);
    }

    /** The share of the power that field 185 tells for the memory, in millionths; {@link #UNSUPPORTED}. */
    public StandInGpu memoryPowerShare(long ppm) {
        return set(Gpu.MEMORY_POWER_SHARE_PPM, ppm);
    }

    // ---- energy counter ----

    /** The counter moves in steps of this time; zero to follow the clock. */
    public StandInGpu counterStep(Duration step) {
        return set(Gpu.COUNTER_STEP_NANOS, step.toNanos());
    }

    /** How long the driver takes to ask for the counter. */
    public StandInGpu counterCost(Duration cost) {
        return set(Gpu.COUNTER_COST_NANOS, cost.toNanos());
    }

    /** Adds to what the counter shows: where a counter stands that has run for long. */
    public StandInGpu counterOffsetMillijoules(long millijoules) {
        return set(Gpu.COUNTER_OFFSET_MILLIJOULES, millijoules);
    }

    /** The counter starts again at 0, as after a reload of the driver. */
    public StandInGpu resetCounter() {
        set(Gpu.COUNTER_OFFSET_MILLIJOULES, 0);
        return set(Gpu.COUNTER_ZERO_NANOS, control.nanos());
    }

    /** Field 83 is not supported; {@code nvmlDeviceGetTotalEnergyConsumption} is. */
    public StandInGpu counterFieldUnsupported(boolean unsupported) {
        return set(Gpu.COUNTER_FIELD_UNSUPPORTED, unsupported ? 1 : 0);
    }

    // ---- faults ----

    /** What every call on this GPU returns; 0 to work. */
    public StandInGpu allReturn(int code) {
        return set(Gpu.RETURN_ALL, code);
    }

    /** What {@code nvmlDeviceGetHandleByIndex_v2} returns; 0 to work. */
    public StandInGpu openReturns(int code) {
        return set(Gpu.RETURN_OPEN, code);
    }

    /** What the energy counter returns, as field and as function; 0 to work. */
    public StandInGpu counterReturns(int code) {
        return set(Gpu.RETURN_COUNTER, code);
    }

    /** What every power reading shows instead of the truth; 0 for the truth. */
    public StandInGpu garbagePowerMilliwatts(long milliwatts) {
        return set(Gpu.GARBAGE_POWER, milliwatts);
    }

    /** What the energy counter shows instead of the truth; 0 for the truth. */
    public StandInGpu garbageCounterMillijoules(long millijoules) {
        return set(Gpu.GARBAGE_COUNTER, millijoules);
    }

    /** Every call on this GPU blocks, until {@link #unblock()}. */
    public StandInGpu block() {
        return set(Gpu.BLOCKED, 1);
    }

    /** Lets blocked calls go on. */
    public StandInGpu unblock() {
        return set(Gpu.BLOCKED, 0);
    }

    /** How many calls are blocked now. */
    public long blockedCalls() {
        return control.get(index, Gpu.BLOCKED_CALLS, 0);
    }

    // ---- what else the GPU tells; UNSUPPORTED takes a value away ----

    /** Product name and UUID. */
    public StandInGpu identity(String name, String uuid) {
        control.text(index, Gpu.NAME, name);
        control.text(index, Gpu.UUID, uuid);
        return this;
    }

    /** Range and default of the power limit, in watts. */
    public StandInGpu limits(long minWatts, long defaultWatts, long maxWatts) {
        set(Gpu.MIN_LIMIT_MILLIWATTS, milli(minWatts));
        set(Gpu.DEFAULT_LIMIT_MILLIWATTS, milli(defaultWatts));
        return set(Gpu.MAX_LIMIT_MILLIWATTS, milli(maxWatts));
    }

    /** The power limit set and enforced, in watts. */
    public StandInGpu limit(long watts) {
        set(Gpu.LIMIT_MILLIWATTS, milli(watts));
        return set(Gpu.ENFORCED_LIMIT_MILLIWATTS, milli(watts));
    }

    /** Utilization of the GPU and of its memory, in percent. */
    public StandInGpu utilization(long gpuPercent, long memoryPercent) {
        set(Gpu.MEMORY_UTILIZATION_PERCENT, memoryPercent);
        return set(Gpu.GPU_UTILIZATION_PERCENT, gpuPercent);
    }

    /** Memory in all, used, and held back by the driver. */
    public StandInGpu memory(long totalBytes, long usedBytes, long reservedBytes) {
        set(Gpu.MEMORY_USED_BYTES, usedBytes);
        set(Gpu.MEMORY_RESERVED_BYTES, reservedBytes);
        return set(Gpu.MEMORY_TOTAL_BYTES, totalBytes);
    }

    /** Temperature of the die. */
    public StandInGpu temperature(long celsius) {
        return set(Gpu.TEMPERATURE_CELSIUS, celsius);
    }

    /** Clocks in megahertz. */
    public StandInGpu clocks(long graphics, long sm, long memory, long video) {
        control.set(index, Gpu.CLOCKS_MEGAHERTZ, 0, graphics);
        control.set(index, Gpu.CLOCKS_MEGAHERTZ, 1, sm);
        control.set(index, Gpu.CLOCKS_MEGAHERTZ, 2, memory);
        control.set(index, Gpu.CLOCKS_MEGAHERTZ, 3, video);
        return this;
    }

    /** Bits of {@code nvmlClocksEventReasons}. */
    public StandInGpu throttleReasons(long bits) {
        return set(Gpu.THROTTLE_REASONS, bits);
    }

    /** MIG mode, current and pending: 0, 1 or {@link #UNSUPPORTED}. */
    public StandInGpu mig(long current, long pending) {
        set(Gpu.MIG_MODE_PENDING, pending);
        return set(Gpu.MIG_MODE, current);
    }

    /** Divides the GPU into these instances, at most 7, and destroys those that were; none ends MIG mode. */
    public StandInGpu instances(StandInInstance... instances) {
        if (instances.length > StandInSlots.MAX_MIG_INSTANCES) {
            throw new IllegalArgumentException(instances.length + " instances: a GPU has 7 slices");
        }
        for (int i = 0; i < StandInSlots.MAX_MIG_INSTANCES; i++) {
            instance(i, MigEntry.SLICES, 0);
        }
        for (int i = 0; i < instances.length; i++) {
            StandInInstance made = instances[i];
            instance(i, MigEntry.GPU_INSTANCE, made.gpuInstance());
            instance(i, MigEntry.COMPUTE_INSTANCE, made.computeInstance());
            instance(i, MigEntry.MEMORY_MIB, made.memoryMebibytes());
            instance(i, MigEntry.SM_PERMILLE, made.smPermille());
            instance(i, MigEntry.DRAM_PERMILLE, made.dramPermille());
            control.text(
                    index,
                    Gpu.MIG_INSTANCES,
                    i * MigEntry.SLOTS + MigEntry.UUID.slot(),
                    MigEntry.UUID_SLOTS,
                    made.uuid());
            instance(i, MigEntry.SLICES, made.slices());
        }
        return mig(instances.length > 0 ? 1 : 0, instances.length > 0 ? 1 : 0);
    }

    private void instance(int number, MigEntry part, long value) {
        control.set(index, Gpu.MIG_INSTANCES, number * MigEntry.SLOTS + part.slot(), value);
    }

    /** Whether the performance counters can be read, and what they tell of the whole GPU. */
    public StandInGpu gpm(boolean supported, int smPermille, int dramPermille) {
        set(Gpu.GPM_SM_PERMILLE, smPermille);
        set(Gpu.GPM_DRAM_PERMILLE, dramPermille);
        return set(Gpu.GPM_SUPPORTED, supported ? 1 : 0);
    }

    /** Persistence mode: 0, 1 or {@link #UNSUPPORTED}. */
    public StandInGpu persistence(long mode) {
        return set(Gpu.PERSISTENCE_MODE, mode);
    }

    /** The ring of {@code nvmlDeviceGetSamples}; a zero period takes it away. */
    public StandInGpu samples(Duration period, int length) {
        set(Gpu.SAMPLE_RING_LENGTH, length);
        return set(Gpu.SAMPLE_PERIOD_NANOS, period.toNanos());
    }

    /** The processes that compute on this GPU, at most 32. */
    public StandInGpu processes(StandInProcess... processes) {
        if (processes.length > StandInSlots.MAX_PROCESSES) {
            throw new IllegalArgumentException(processes.length + " processes: the stand-in holds 32");
        }
        set(Gpu.PROCESS_COUNT, 0);
        int slots = ProcessEntry.values().length;
        for (int i = 0; i < processes.length; i++) {
            int at = i * slots;
            control.set(index, Gpu.PROCESSES, at + ProcessEntry.ID.slot(), processes[i].pid());
            control.set(index, Gpu.PROCESSES, at + ProcessEntry.MEMORY_BYTES.slot(), processes[i].memoryBytes());
            control.set(index, Gpu.PROCESSES, at + ProcessEntry.SM_PERCENT.slot(), processes[i].smPercent());
            control.set(index, Gpu.PROCESSES, at + ProcessEntry.GPU_INSTANCE.slot(), processes[i].gpuInstance());
            control.set(
                    index, Gpu.PROCESSES, at + ProcessEntry.COMPUTE_INSTANCE.slot(), processes[i].computeInstance());
        }
        return set(Gpu.PROCESS_COUNT, processes.length);
    }

    private void append(SquareWave wave, long startNanos) {
        int count = segments();
        if (count == StandInSlots.MAX_SEGMENTS) {
            throw new IllegalStateException("the stand-in holds " + count + " waveforms per GPU");
        }
        segment(count, Segment.START_NANOS, startNanos);
        segment(count, Segment.IDLE_MILLIWATTS, wave.idleMilliwatts());
        segment(count, Segment.LOAD_MILLIWATTS, wave.loadMilliwatts());
        segment(count, Segment.PERIOD_NANOS, wave.periodNanos());
        segment(count, Segment.BUSY_NANOS, wave.busyNanos());
        segment(count, Segment.PHASE_NANOS, wave.phaseNanos());
        set(Gpu.SEGMENT_COUNT, count + 1);
    }

    private int segments() {
        return (int) control.get(index, Gpu.SEGMENT_COUNT, 0);
    }

    private SquareWave wave(int segment) {
        return new SquareWave(
                segment(segment, Segment.IDLE_MILLIWATTS),
                segment(segment, Segment.LOAD_MILLIWATTS),
                segment(segment, Segment.PERIOD_NANOS),
                segment(segment, Segment.BUSY_NANOS),
                segment(segment, Segment.PHASE_NANOS));
    }

    private long segment(int segment, Segment part) {
        return control.get(index, Gpu.SEGMENTS, segment * Segment.values().length + part.slot());
    }

    private void segment(int segment, Segment part, long value) {
        control.set(index, Gpu.SEGMENTS, segment * Segment.values().length + part.slot(), value);
    }

    private StandInGpu sensor(Gpu slot, StandInSensor sensor) {
        control.set(index, slot, Sensor.UPDATE_NANOS.slot(), sensor.updateNanos());
        control.set(index, slot, Sensor.WINDOW_NANOS.slot(), sensor.windowNanos());
        return this;
    }

    private StandInGpu sensorReturns(Gpu slot, int code) {
        control.set(index, slot, Sensor.RETURN.slot(), code);
        return this;
    }

    private StandInGpu set(Gpu slot, long value) {
        control.set(index, slot, 0, value);
        return this;
    }

    private static long milli(long value) {
        return value == UNSUPPORTED ? UNSUPPORTED : value * 1000;
    }

    private static long floorDivide(BigInteger dividend, BigInteger divisor) {
        BigInteger[] parts = dividend.divideAndRemainder(divisor);
        return (parts[1].signum() < 0 ? parts[0].subtract(BigInteger.ONE) : parts[0]).longValueExact();
    }
}
