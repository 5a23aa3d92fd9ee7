package io.joulegram.agent.energy;

import io.joulegram.power.Channel;
import io.joulegram.power.SensorCorrection;
import org.jspecify.annotations.Nullable;

/**
 * Integrates a cumulative energy counter: sums its rises, follows its wraps, and never mistakes a reset or garbage for
 * energy.
 *
 * <p>A rise is believed if it is at most {@value #PLAUSIBLE_EXCESS} times what the device can draw in the time since
 * the last believed value; {@value #STEP_ALLOWANCE_NANOS} ns are added to that time, because a counter that the driver
 * updates ten times a second may show the energy of a whole period between two reads that are close together.
 *
 * <ul>
 *   <li>A fall that a wrap explains within that bound is a wrap. Any other fall is a reset: {@link Step#EPOCH}.
 *   <li>A gap in which the counter may have wrapped more than once is {@link Step#EPOCH} too: the energy is not known.
 *   <li>A rise beyond the bound is {@link Step#REJECTED}, and the next value is compared with the last believed one, so
 *       that a single wild value loses nothing. {@value #CONSISTENT_VALUES} values in a row that follow one another
 *       plausibly, but not the believed one, are a new epoch.
 * </ul>
 */
final class CounterIntegrator implements Integrator {
    /** Power limits are exceeded for moments; a device never draws half as much again for long. */
    static final double PLAUSIBLE_EXCESS = 1.5;

    /** The slowest counter update seen in practice is about 100 ms; twice that is allowed for. */
    static final long STEP_ALLOWANCE_NANOS = 200_000_000;

    /** Bound for a device that does not tell its limit: above any single device or module of 2026. */
    static final double UNKNOWN_MAX_WATTS = 10_000;

    private static final int CONSISTENT_VALUES = 3;

    private final @Nullable SensorCorrection correction;
    private final double microjoulesPerCount;
    private final long modulusCounts;
    private final double plausibleCountsPerNano;

    private boolean started;
    private long lastCount;
    private long lastNanos;
    private long totalCounts;
    private long countedNanos;
    private long told;

    private long candidateCount;
    private long candidateNanos;
    private int candidates;

    CounterIntegrator(Channel channel) {
        this(channel, null);
    }

    /** @param correction what the counter counts without cause; the channel has its gain corrected already */
    CounterIntegrator(Channel channel, @Nullable SensorCorrection correction) {
        this.correction = correction;
        microjoulesPerCount = channel.microjoulesPerCount();
        modulusCounts = channel.modulusCounts();
        double maxWatts = channel.maxWatts() > 0 ? channel.maxWatts() : UNKNOWN_MAX_WATTS;
        // 1 W is 1e-3 microjoules per nanosecond.
        plausibleCountsPerNano = PLAUSIBLE_EXCESS * maxWatts * 1e-3 / microjoulesPerCount;
    }

    @Override
    public Step accept(long timeNanos, long value) {
        if (value < 0 || (modulusCounts > 0 && value >= modulusCounts)) {
            return Step.REJECTED;
        }
        if (!started) {
            begin(timeNanos, value);
            return Step.BASELINE;
        }
        long elapsedNanos = timeNanos - lastNanos;
        if (elapsedNanos <= 0) {
            return Step.REJECTED;
        }
        if (modulusCounts > 0 && elapsedNanos * plausibleCountsPerNano > modulusCounts) {
            begin(timeNanos, value);
            return Step.EPOCH;
        }
        long rise = rise(lastCount, value);
        if (rise >= 0 && isPlausible(rise, elapsedNanos)) {
            totalCounts += rise;
            countedNanos += elapsedNanos;
            tell();
            begin(timeNanos, value);
            return Step.ADVANCED;
        }
        if (value < lastCount) {
            begin(timeNanos, value);
            return Step.EPOCH;
        }
        return suspect(timeNanos, value);
    }

    private Step suspect(long timeNanos, long value) {
        long rise = value - candidateCount;
        boolean follows = candidates > 0 && rise >= 0 && isPlausible(rise, timeNanos - candidateNanos);
        candidates = follows ? candidates + 1 : 1;
        candidateCount = value;
        candidateNanos = timeNanos;
        if (candidates < CONSISTENT_VALUES) {
            return Step.REJECTED;
        }
        begin(timeNanos, value);
        return Step.EPOCH;
    }

    private void begin(long timeNanos, long value) {
        started = true;
        lastCount = value;
        lastNanos = timeNanos;
        candidates = 0;
    }

    private long rise(long from, long to) {
        return to < from && modulusCounts > 0 ? to - from + modulusCounts : to - from;
    }

    private boolean isPlausible(long rise, long elapsedNanos) {
        return rise <= plausibleCountsPerNano * (elapsedNanos + STEP_ALLOWANCE_NANOS);
    }

    @Override
    public long microjoules() {
        return told;
    }

    private void tell() {
        // One conversion of the whole sum, so that fractions of a microjoule never add up to an error.
        double counted = totalCounts * microjoulesPerCount;
        if (correction != null) {
            counted -= correction.offsetMicrojoules(countedNanos);
        }
        // Between two steps of the counter the offset goes on: what was told is not taken back for that.
        told = Math.max(told, (long) counted);
    }

    @Override
    public long coveredUntilNanos() {
        return lastNanos;
    }

    @Override
    public void interrupt() {
        started = false;
        candidates = 0;
    }
}
