package io.joulegram.agent.energy;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.Quantity;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import io.joulegram.power.SensorCorrection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The energy of one domain of one device, from all the ways in which its source tells it.
 *
 * <p>Fed by the sampler of the source, without allocating; read by any thread.
 */
public final class Meter {
    /** A counter that stands still gets a point on the curve at least this often, so that the curve goes on. */
    private static final long HOLD_NANOS = 500_000_000;

    /** A source that was not read for longer than this many of its intervals has missed something. */
    static final int INTERVALS_TO_GAP = 5;

    private static final long NEVER = Long.MIN_VALUE;

    private static final long DIVERGENCE_SPAN_NANOS = 60_000_000_000L;
    private static final long DIVERGENCE_MIN_SPAN_NANOS = 5_000_000_000L;

    private final Domain domain;
    private final String device;
    private final int[] channelIndexes;
    private final MeterStream[] streams;
    private final EnergyRule rule;
    private final EnergyAccount account;
    private final CounterTrust trust;
    private final EnergyCurve curve = new EnergyCurve();
    private final PowerHistogram histogram;
    private final AtomicLong resets;
    private final AtomicLong switches;
    private final AtomicLong unobservedNanos;
    private final AtomicLong rejected;
    private final AtomicLong startNanos;

    /** Up to when the predecessor knew the energy; until the first energy of this meter is known. */
    private long resumesFromNanos;

    private long lastAppendNanos;
    private long lastAppendMicrojoules = -1;

    /**
     * @param channels all channels of the source
     * @param indexes which of them are of this domain and device
     * @param intervalNanos how often the source is read
     * @param predecessor the meter of the same domain and device before its source was opened again; its totals go on
     */
    Meter(
            Domain domain,
            String device,
            List<Channel> channels,
            List<Integer> indexes,
            long intervalNanos,
            @Nullable Meter predecessor) {
        this(domain, device, channels, indexes, intervalNanos, predecessor, null);
    }

    /** @param correction what another meter has found of the sensor; null if none has */
    Meter(
            Domain domain,
            String device,
            List<Channel> channels,
            List<Integer> indexes,
            long intervalNanos,
            @Nullable Meter predecessor,
            @Nullable SensorCorrection correction) {
        this.domain = domain;
        this.device = device;
        long maxGapNanos = INTERVALS_TO_GAP * intervalNanos;
        List<Integer> ordered = indexes.stream()
                .sorted(Comparator.comparing((Integer i) -> channels.get(i).quantity())
                        .thenComparing(i -> channels.get(i).sensor()))
                .toList();
        channelIndexes = ordered.stream().mapToInt(Integer::intValue).toArray();
        streams = ordered.stream()
                .map(channels::get)
                .map(channel ->
                        new MeterStream(channel, maxGapNanos, totalOf(predecessor, channel.sensor()), correction))
                .toArray(MeterStream[]::new);
        histogram = predecessor == null ? new PowerHistogram() : predecessor.histogram;
        resets = predecessor == null ? new AtomicLong() : predecessor.resets;
        switches = predecessor == null ? new AtomicLong() : predecessor.switches;
        unobservedNanos = predecessor == null ? new AtomicLong() : predecessor.unobservedNanos;
        rejected = predecessor == null ? new AtomicLong() : predecessor.rejected;
        long first = predecessor == null ? 0 : predecessor.account.microjoules();
        resumesFromNanos = predecessor == null ? NEVER : predecessor.knownUntilNanos();
        account = new EnergyAccount(first, resumesFromNanos, unobservedNanos);
        trust = new CounterTrust(streams);
        rule = isCounterDear(streams)
                ? new DisciplinedEnergy(streams, curve, account, trust)
                : new BestEnergy(streams, account, trust);
        startNanos = predecessor == null ? new AtomicLong(NEVER) : predecessor.startNanos;
        if (resumesFromNanos != NEVER) {
            curve.append(resumesFromNanos, first);
        }
    }

    private long knownUntilNanos() {
        return account.isStarted() ? account.creditedUntilNanos() : resumesFromNanos;
    }

    private static boolean isCounterDear(MeterStream[] streams) {
        Channel first = streams[0].channel();
        return first.quantity() == Quantity.ENERGY && first.cadenceNanos() > 0;
    }

    private static long totalOf(@Nullable Meter predecessor, Sensor sensor) {
        if (predecessor != null) {
            for (MeterStream stream : predecessor.streams) {
                if (stream.channel().sensor() == sensor) {
                    return stream.microjoules();
                }
            }
        }
        return 0;
    }

    /** Takes one reading of the source; sampler only. */
    void update(Readings readings, long nowNanos) {
        long milliwatts = -1;
        for (int i = 0; i < streams.length; i++) {
            int channel = channelIndexes[i];
            if (readings.status(channel) == Readings.Status.MEASURED) {
                takePast(streams[i], readings, channel, nowNanos);
                long sample = take(streams[i], readings.timeNanos(channel), readings.value(channel));
                milliwatts = sample < 0 ? milliwatts : sample;
            }
        }
        settle(nowNanos);
        if (milliwatts >= 0) {
            histogram.observe(milliwatts);
        }
    }

    /** Each of several values is a point of its own on the curve. */
    private void takePast(MeterStream stream, Readings readings, int channel, long nowNanos) {
        for (int i = 0; i < readings.pastSize(channel); i++) {
            long milliwatts = take(stream, readings.pastTimeNanos(channel, i), readings.pastValue(channel, i));
            settle(nowNanos);
            if (milliwatts >= 0 && stream.channel().quantity() == Quantity.ENERGY) {
                histogram.observe(milliwatts);
            }
        }
    }

    private void settle(long nowNanos) {
        boolean began = account.isStarted();
        int before = account.streamIndex();
        rule.update(nowNanos);
        if (began && account.streamIndex() != before) {
            switches.setRelease(switches.getPlain() + 1);
        }
        if (account.isStarted()) {
            note(account.creditedUntilNanos(), account.microjoules());
        }
    }

    /** Whether samples that the driver has kept are of use now; sampler only. */
    boolean wantsHistory() {
        return rule.wantsHistory();
    }

    /** Returns the power of this sample in milliwatts; -1 if it told none. */
    private long take(MeterStream stream, long timeNanos, long value) {
        long before = stream.integratedMicrojoules();
        stream.accept(timeNanos, value);
        switch (stream.lastStep()) {
            case EPOCH -> resets.setRelease(resets.getPlain() + 1);
            case REJECTED -> rejected.setRelease(rejected.getPlain() + 1);
            case ADVANCED -> {
                if (stream.channel().quantity() == Quantity.POWER) {
                    return Math.round(1e3 * stream.watts());
                }
                long elapsedNanos = timeNanos - stream.previousCoveredUntilNanos();
                long gained = stream.integratedMicrojoules() - before;
                return gained == 0 ? -1 : Math.round(1e6 * gained / elapsedNanos);
            }
            default -> {}
        }
        return -1;
    }

    private void note(long untilNanos, long microjoules) {
        if (startNanos.getPlain() == NEVER) {
            // Not where the first energy ends: samples that the driver has kept begin long before.
            startNanos.setRelease(account.startedNanos());
        }
        if (resumesFromNanos != NEVER) {
            unobservedNanos.addAndGet(Math.max(0, account.startedNanos() - resumesFromNanos));
            resumesFromNanos = NEVER;
        }
        boolean rose = microjoules != lastAppendMicrojoules;
        if (rose || untilNanos - lastAppendNanos > HOLD_NANOS) {
            curve.append(untilNanos, microjoules);
            lastAppendNanos = untilNanos;
            lastAppendMicrojoules = microjoules;
        }
    }

    /** Makes the next reading a new beginning, after a time in which the host did not run; sampler only. */
    void interrupt() {
        for (MeterStream stream : streams) {
            stream.interrupt();
        }
    }

    /** What is measured. */
    public Domain domain() {
        return domain;
    }

    /** The {@code device} label. */
    public String device() {
        return device;
    }

    /** Whether the energy counts towards the host's total. */
    public boolean isAdditive() {
        return domain.component() != null;
    }

    /** The ways in which the energy is told, best first. */
    public List<MeterStream> streams() {
        return List.of(streams);
    }

    /** The stream that energy is taken from now. */
    public MeterStream bestStream() {
        return streams[account.streamIndex()];
    }

    /** The energy that counts, over time. */
    public EnergyCurve curve() {
        return curve;
    }

    /**
     * The raw value of the counter that the energy up to an instant agrees with, or up to the newest instant that is known
     * if that is earlier; empty where energy is not by a counter now. Any thread.
     */
    public Optional<CounterReading> countAt(long timeNanos) {
        MeterStream stream = bestStream();
        if (!(rule instanceof DisciplinedEnergy disciplined)) {
            return stream.countAt(timeNanos);
        }
        long atNanos = Math.min(timeNanos, curve.coveredUntilNanos());
        return disciplined
                .counterMicrojoulesAt(curve.microjoulesAt(atNanos))
                .flatMap(counted -> streams[0].countOf(counted, atNanos));
    }

    /** How many samples had how much power. */
    public PowerHistogram histogram() {
        return histogram;
    }

    /** How often a counter began anew. */
    public long counterResets() {
        return resets.getAcquire();
    }

    /** How often energy was taken from another of the streams than before. */
    public long streamSwitches() {
        return switches.getAcquire();
    }

    /** Why the counter is not believed although it counts; empty while it is. Any thread. */
    public Optional<String> counterDoubt() {
        return trust.doubt();
    }

    /** How many values could not be true. */
    public long rejectedValues() {
        return rejected.getAcquire();
    }

    /** Time whose energy is not known. */
    public long unobservedNanos() {
        return unobservedNanos.getAcquire();
    }

    /** When the energy began to be known; {@link Long#MIN_VALUE} if it has not. */
    public long startNanos() {
        return startNanos.getAcquire();
    }

    /** When the newest believed value of any stream held; {@link Long#MIN_VALUE} if there was none. */
    public long lastValueNanos() {
        long newest = NEVER;
        for (MeterStream stream : streams) {
            newest = Math.max(newest, stream.lastValueNanos());
        }
        return newest;
    }

    /** Counts time in which the host did not run, which the clock of the readings leaves out; any thread. */
    void addUnobserved(long nanos) {
        unobservedNanos.addAndGet(Math.max(0, nanos));
    }

    /**
     * How far the integral of the best power stream is from the counter over the last minute at most, as (integral -
     * counter) / counter; empty without both or before 5 s of both.
     */
    public OptionalDouble divergenceRatio() {
        int power = IntStream.range(0, streams.length)
                .filter(i -> streams[i].channel().quantity() == Quantity.POWER)
                .findFirst()
                .orElse(-1);
        if (power < 1) {
            return OptionalDouble.empty();
        }
        EnergyCurve counted = streams[0].curve();
        EnergyCurve integrated = streams[power].curve();
        if (counted.isEmpty() || integrated.isEmpty()) {
            return OptionalDouble.empty();
        }
        long until = Math.min(counted.coveredUntilNanos(), integrated.coveredUntilNanos());
        long since = Math.max(
                until - DIVERGENCE_SPAN_NANOS, Math.max(counted.coveredSinceNanos(), integrated.coveredSinceNanos()));
        long counterMicrojoules = counted.microjoulesAt(until) - counted.microjoulesAt(since);
        if (until - since < DIVERGENCE_MIN_SPAN_NANOS || counterMicrojoules <= 0) {
            return OptionalDouble.empty();
        }
        long powerMicrojoules = integrated.microjoulesAt(until) - integrated.microjoulesAt(since);
        return OptionalDouble.of((double) (powerMicrojoules - counterMicrojoules) / counterMicrojoules);
    }

    /**
     * Relative standard uncertainty of a stream's energy since the start: the gain of its sensor, what it could not see
     * between its values, and the time that was not observed, added as independent errors. True values lie within twice as
     * much in 95 of 100 cases; see docs/accuracy.md.
     */
    public double uncertaintyRatio(MeterStream stream, long nowNanos) {
        double gain = stream.channel().gainUncertaintyRatio();
        double coverage = stream.coverageRatio();
        long start = startNanos();
        double unobserved = start == NEVER || nowNanos - start <= 0
                ? 0
                : Math.min(1, (double) unobservedNanos() / (nowNanos - start));
        return Math.sqrt(gain * gain + coverage * coverage + unobserved * unobserved);
    }
}
