package io.joulegram.agent.energy;

import io.joulegram.power.Channel;
import io.joulegram.power.Quantity;
import io.joulegram.power.Sensor;
import io.joulegram.power.SensorCorrection;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One stream of values of a {@link Meter}: what became of its values, and its own curve of energy.
 *
 * <p>Written by the sampler of its source; read by any thread.
 */
public final class MeterStream {
    private static final long NEVER = Long.MIN_VALUE;
    private static final int READINGS_TO_LOST = 3;
    private static final int MIN_CHANGES = 4;

    private final Channel channel;
    private final @Nullable SensorCorrection correction;
    private final Integrator integrator;
    private final long firstMicrojoules;
    /** Whether the device stamps its values, so that the time of a reading says nothing of them. */
    private final boolean isStamped;
    /** Not counters of RAPL: they have a new value each millisecond, which is as often as they are read or more. */
    private final boolean isTraced;

    private final AtomicLong lostAfterNanos = new AtomicLong();
    private final EnergyCurve curve = new EnergyCurve();
    private final EnergyCurve gaps = new EnergyCurve();
    private final AtomicLong lastValueNanos = new AtomicLong(NEVER);
    private final AtomicLong lastMilliwatts = new AtomicLong(NEVER);
    private final ChangeTrace trace = new ChangeTrace();
    private final AtomicLong sampledChanges = new AtomicLong();
    private final AtomicLong coveredSpanNanos = new AtomicLong();
    /** The bits of a double, of milliwatts squared. */
    private final AtomicLong squaredDifferences = new AtomicLong(Double.doubleToRawLongBits(0));

    /** Where the counter stood when its present epoch began; null before the first value, and of power streams. */
    private volatile @Nullable CounterEpoch counterEpoch;

    private long gapNanos;
    private Step lastStep = Step.GAP;
    private long lastValue = NEVER;
    private long lastChangeNanos = NEVER;
    private long lastReadNanos = NEVER;
    private long epochStartNanos = NEVER;
    private long epochStartMicrojoules;
    private long previousCoveredUntilNanos = NEVER;

    /**
     * @param maxGapNanos the longest time between two readings of the source across which nothing is missing
     * @param firstMicrojoules energy that an earlier stream of the same sensor has counted
     */
    MeterStream(Channel channel, long maxGapNanos, long firstMicrojoules) {
        this(channel, maxGapNanos, firstMicrojoules, null);
    }

    /** @param correction what a meter has found of the sensor; null if none has */
    MeterStream(Channel asRead, long maxGapNanos, long firstMicrojoules, @Nullable SensorCorrection correction) {
        Channel channel = correction == null ? asRead : correction.of(asRead);
        this.correction = correction;
        this.channel = channel;
        isStamped = channel.sensor() == Sensor.NVML_SAMPLES;
        isTraced = !SamplingPlan.isRapl(channel.sensor());
        noteMaxGap(maxGapNanos);
        this.firstMicrojoules = firstMicrojoules;
        integrator = channel.quantity() == Quantity.ENERGY
                ? new CounterIntegrator(channel, correction)
                : new PowerIntegrator(channel, maxGapNanos);
    }

    /** The counter among the streams of a meter, which is the first; null if there is none. */
    static @Nullable MeterStream counterOf(MeterStream[] streams) {
        return streams.length > 0 && streams[0].channel.quantity() == Quantity.ENERGY ? streams[0] : null;
    }

    /** The power streams among the streams of a meter, best first. */
    static MeterStream[] powersOf(MeterStream[] streams) {
        return Arrays.copyOfRange(streams, counterOf(streams) == null ? 0 : 1, streams.length);
    }

    /** What the values are. */
    public Channel channel() {
        return channel;
    }

    /** Energy since the start by this stream alone, in microjoules. */
    public long microjoules() {
        return firstMicrojoules + curve.totalMicrojoules();
    }

    /** Energy over time by this stream alone; starts at 0 when the source was opened. */
    public EnergyCurve curve() {
        return curve;
    }

    /** When the newest believed value held; {@link Long#MIN_VALUE} if there was none. */
    public long lastValueNanos() {
        return lastValueNanos.getAcquire();
    }

    /**
     * Power now, in watts: the newest reading, or the mean between the last two points of a counter; NaN if unknown.
     */
    public double watts() {
        if (channel.quantity() == Quantity.ENERGY) {
            return curve.newestWatts();
        }
        long milliwatts = lastMilliwatts.getAcquire();
        return milliwatts == NEVER ? Double.NaN : milliwatts / 1e3;
    }

    /** How often the sensor has a new value, in nanoseconds, as learned; empty while it cannot be told. Any thread. */
    public OptionalLong updatePeriodNanos() {
        return trace.periodNanos();
    }

    /** The smallest change of the value, in the channel's unit; empty if it has not changed. Any thread. */
    public OptionalLong smallestChange() {
        return trace.smallestChange();
    }

    /** The newest changes of the value, half a minute of most sensors. Any thread. */
    public ValueChanges recentChanges() {
        return trace.recent();
    }

    private record CounterEpoch(long startNanos, long startCount, long startMicrojoules) {}

    /** When the present epoch of the counter began, and its raw value then; empty if there is none. Any thread. */
    public Optional<CounterReading> epochStart() {
        CounterEpoch epoch = counterEpoch;
        return epoch == null || !countsEnergyAlone()
                ? Optional.empty()
                : Optional.of(new CounterReading(epoch.startNanos, epoch.startCount));
    }

    /**
     * The raw value of the counter at an instant of its present epoch, as its energy tells it, or at the newest value if
     * that is older; empty if this is not a counter, or for an instant before the epoch. Any thread.
     */
    public Optional<CounterReading> countAt(long timeNanos) {
        CounterEpoch epoch = counterEpoch;
        if (epoch == null || !countsEnergyAlone() || timeNanos - epoch.startNanos < 0) {
            return Optional.empty();
        }
        long atNanos = Math.min(timeNanos, curve.coveredUntilNanos());
        return Optional.of(new CounterReading(atNanos, count(epoch, curve.microjoulesAt(atNanos))));
    }

    /** With an offset the raw count is not that of the energy but of time as well. */
    private boolean countsEnergyAlone() {
        return correction == null || correction.offsetWatts() == 0;
    }

    private long count(CounterEpoch epoch, long microjoules) {
        long count =
                epoch.startCount + Math.round((microjoules - epoch.startMicrojoules) / channel.microjoulesPerCount());
        long modulus = channel.modulusCounts();
        return modulus > 0 ? Math.floorMod(count, modulus) : count;
    }

    /** The raw value of the counter when its integral is this much; empty if this is not a counter. Any thread. */
    Optional<CounterReading> countOf(long microjoules, long atNanos) {
        CounterEpoch epoch = counterEpoch;
        return epoch == null || !countsEnergyAlone()
                ? Optional.empty()
                : Optional.of(new CounterReading(atNanos, count(epoch, microjoules)));
    }

    /** Whether there was a value so lately that the stream is not lost. Any thread. */
    public boolean isFresh(long nowNanos) {
        long newest = lastValueNanos();
        return newest != NEVER && nowNanos - newest <= lostAfterNanos.getAcquire();
    }

    /**
     * The first stream that is fresh and misses nothing since an instant, else the first that is fresh; -1 if none is.
     * Sampler only.
     *
     * @param sinceNanos {@link Long#MIN_VALUE} if it does not matter
     */
    static int bestOf(MeterStream[] powers, long nowNanos, long sinceNanos) {
        int first = -1;
        for (int i = 0; i < powers.length; i++) {
            MeterStream power = powers[i];
            if (power.isFresh(nowNanos) && !power.curve.isEmpty()) {
                if (sinceNanos == NEVER || power.gapNanosBetween(sinceNanos, power.coveredUntilNanos()) <= 0) {
                    return i;
                }
                first = first < 0 ? i : first;
            }
        }
        return first;
    }

    /**
     * Relative standard uncertainty of the energy from seeing the power only at times: a sensor that averages over a part of
     * its update period, or is only read now and then, takes for a whole period what it saw in a part of it. The error of one
     * period is estimated from the difference of one value to the next, which slow changes of the load do not enter, and
     * falls with the number of periods. 0 for counters and for sensors that see all the time. Any thread.
     *
     * <p>Load that keeps step with the sensor is seen at the same phase each time: no sensor can tell that of itself.
     */
    public double coverageRatio() {
        long changes = sampledChanges.getAcquire();
        long spanNanos = coveredSpanNanos.getAcquire();
        long energyMicrojoules = microjoules() - firstMicrojoules;
        if (changes < MIN_CHANGES || energyMicrojoules <= 0 || spanNanos <= 0) {
            return 0;
        }
        double meanMilliwatts = 1e6 * energyMicrojoules / spanNanos;
        double variance = Double.longBitsToDouble(squaredDifferences.getAcquire()) / 2 / changes;
        double seen = Math.min(1, (double) channel.windowNanos() * changes / spanNanos);
        return Math.sqrt((1 - seen) * variance / changes) / meanMilliwatts;
    }

    private void noteMaxGap(long maxGapNanos) {
        lostAfterNanos.setRelease(Math.max(maxGapNanos, READINGS_TO_LOST * channel.cadenceNanos()));
    }

    /**
     * Changes how far apart readings are; sampler only.
     *
     * @param maxGapNanos the longest time between two readings of the source across which nothing is missing
     */
    void readAtLeastEvery(long maxGapNanos) {
        noteMaxGap(maxGapNanos);
        integrator.bridgeAtMost(maxGapNanos);
    }

    /** Learns anew how often the sensor has a new value; sampler only. */
    void forgetPeriod() {
        trace.forgetPeriod();
    }

    /** Keeps what is known now of how often the sensor has a new value; sampler only. */
    void keepPeriod() {
        trace.keepPeriod();
    }

    /** How many changes of the value were seen; sampler only. */
    long changesSeen() {
        return trace.changes();
    }

    private void noteSample(long value, long elapsedNanos) {
        coveredSpanNanos.setRelease(coveredSpanNanos.getPlain() + elapsedNanos);
        if (value != lastValue) {
            double difference = value - lastValue;
            double sum = Double.longBitsToDouble(squaredDifferences.getPlain()) + difference * difference;
            squaredDifferences.setRelease(Double.doubleToRawLongBits(sum));
            sampledChanges.setRelease(sampledChanges.getPlain() + 1);
        }
    }

    /** Takes a value; sampler only. */
    void accept(long timeNanos, long reading) {
        long value = reading;
        if (correction != null && channel.quantity() == Quantity.POWER && reading >= 0) {
            value = correction.milliwatts(reading);
        }
        previousCoveredUntilNanos = integrator.coveredUntilNanos();
        lastStep = integrator.accept(timeNanos, value);
        if (lastStep == Step.REJECTED) {
            return;
        }
        lastValueNanos.setRelease(timeNanos);
        if (channel.quantity() == Quantity.POWER) {
            lastMilliwatts.setRelease(value);
        }
        if (channel.quantity() == Quantity.POWER && lastStep == Step.ADVANCED) {
            noteSample(value, integrator.coveredUntilNanos() - previousCoveredUntilNanos);
        }
        boolean changed = value != lastValue;
        if (lastStep != Step.ADVANCED) {
            epochStartNanos = integrator.coveredUntilNanos();
            epochStartMicrojoules = integrator.microjoules();
            trace.interrupt();
            if (channel.quantity() == Quantity.ENERGY) {
                counterEpoch = new CounterEpoch(epochStartNanos, value, epochStartMicrojoules);
            }
        } else if (changed && isTraced) {
            trace.note(timeNanos, isStamped ? 0 : timeNanos - lastReadNanos, value, lastValue);
        }
        if (changed || lastStep != Step.ADVANCED) {
            lastChangeNanos = timeNanos;
        }
        lastReadNanos = timeNanos;
        lastValue = value;
        long coveredUntilNanos = integrator.coveredUntilNanos();
        if (lastStep != Step.ADVANCED && !curve.isEmpty()) {
            gapNanos += Math.max(0, coveredUntilNanos - previousCoveredUntilNanos);
        }
        curve.append(coveredUntilNanos, integrator.microjoules());
        gaps.append(coveredUntilNanos, gapNanos);
    }

    /** Makes the next value a new beginning; sampler only. */
    void interrupt() {
        integrator.interrupt();
    }

    /** What the newest value did; sampler only. */
    Step lastStep() {
        return lastStep;
    }

    /** When the value last changed; sampler only. */
    long lastChangeNanos() {
        return lastChangeNanos;
    }

    /** When the present epoch began; sampler only. */
    long epochStartNanos() {
        return epochStartNanos;
    }

    /** Energy of the epochs before the present one; sampler only. */
    long epochStartMicrojoules() {
        return epochStartMicrojoules;
    }

    /** Energy in the integrator, without what an earlier stream has counted; sampler only. */
    long integratedMicrojoules() {
        return integrator.microjoules();
    }

    /** Time between two instants for which this stream knows no energy; sampler only. */
    long gapNanosBetween(long fromNanos, long untilNanos) {
        long beforeFirst = Math.max(0, Math.min(untilNanos, curve.coveredSinceNanos()) - fromNanos);
        return beforeFirst + gaps.microjoulesAt(untilNanos) - gaps.microjoulesAt(fromNanos);
    }

    /** Time up to an instant for which this stream knows no energy, since its first value; sampler only. */
    long gapNanosUntil(long timeNanos) {
        return gaps.microjoulesAt(timeNanos);
    }

    /** What {@link #coveredUntilNanos()} was before the newest value; sampler only. */
    long previousCoveredUntilNanos() {
        return previousCoveredUntilNanos;
    }

    /** The instant up to which {@link #integratedMicrojoules()} is the energy; sampler only. */
    long coveredUntilNanos() {
        return integrator.coveredUntilNanos();
    }
}
