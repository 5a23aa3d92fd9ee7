package io.joulegram.agent.energy;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What an {@link EnergyRule} has credited: the energy, the instant up to which that is the energy, and the time of which
 * nothing is known.
 *
 * <p>Written by the sampler of the source, without allocating. {@link #streamIndex} and the time not observed may be read by
 * any thread.
 */
final class EnergyAccount {
    private static final long NEVER = Long.MIN_VALUE;

    /** Energy up to here was counted before, though the driver may have kept samples of that time. */
    private final long notBeforeNanos;

    private final AtomicLong unobservedNanos;
    private volatile int streamIndex;
    private boolean started;
    private long startedNanos;
    private long microjoules;
    private long creditedUntilNanos;

    /**
     * @param firstMicrojoules energy counted before the streams of the rule were opened
     * @param notBeforeNanos up to when that is; {@link Long#MIN_VALUE} if there were none
     * @param unobservedNanos counts time whose energy is not known
     */
    EnergyAccount(long firstMicrojoules, long notBeforeNanos, AtomicLong unobservedNanos) {
        microjoules = firstMicrojoules;
        this.notBeforeNanos = notBeforeNanos;
        this.unobservedNanos = unobservedNanos;
    }

    /** Begins to count, at this instant or where what was counted before ends. */
    void startAt(long timeNanos) {
        started = true;
        startedNanos = Math.max(timeNanos, notBeforeNanos);
        creditedUntilNanos = startedNanos;
    }

    /** Whether any energy or time has been credited at all. */
    boolean isStarted() {
        return started;
    }

    /** The instant from which energy is counted; meaningless before the start. */
    long startedNanos() {
        return startedNanos;
    }

    /** The energy up to {@link #creditedUntilNanos()}, in microjoules; never falls. */
    long microjoules() {
        return microjoules;
    }

    /** The instant up to which {@link #microjoules()} is the energy. */
    long creditedUntilNanos() {
        return creditedUntilNanos;
    }

    /** Adds energy, 0 or more. */
    void add(long gainedMicrojoules) {
        microjoules += gainedMicrojoules;
    }

    /** Moves the instant up to which energy is credited; back only to where a counter was last right. */
    void creditedUntil(long timeNanos) {
        creditedUntilNanos = timeNanos;
    }

    /** Index, among the streams, of the one that energy is taken from now. Any thread. */
    int streamIndex() {
        return streamIndex;
    }

    /** Notes which of the streams energy is taken from now. */
    void takeFrom(int index) {
        streamIndex = index;
    }

    /** Counts time of which nothing is known; nothing if it is not above 0. */
    void unobserved(long nanos) {
        if (nanos > 0) {
            unobservedNanos.addAndGet(nanos);
        }
    }

    /** The best of the power streams to go on with; -1 if none gives values. */
    int bestOf(MeterStream[] powers, long nowNanos) {
        return MeterStream.bestOf(powers, nowNanos, started ? creditedUntilNanos : NEVER);
    }

    /** What a power stream tells of the time from where energy is credited up to an instant, in microjoules. */
    long gainedBy(MeterStream power, long untilNanos) {
        EnergyCurve curve = power.curve();
        return curve.microjoulesAt(untilNanos) - curve.microjoulesAt(creditedUntilNanos);
    }
}
