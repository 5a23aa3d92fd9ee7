package io.joulegram.agent.energy;

import io.joulegram.power.Channel;

/**
 * Integrates power readings by the trapezoid rule, and adds nothing across a gap.
 *
 * <p>A reading that is the mean over a window ending at the reading stands for the middle of that window, so its energy
 * is booked half a window earlier: {@link #coveredUntilNanos()} lags by that much. Averaging moves energy by at most
 * half a window; it neither adds nor loses any.
 *
 * <p>The trapezoid rule places an edge of the load with an error of at most half a sampling interval, zero on average
 * if the sampling instants are spread evenly over the phase of a periodic load (see {@link SamplingSchedule}).
 */
final class PowerIntegrator implements Integrator {
    private static final long PICOJOULES_PER_MICROJOULE = 1_000_000;

    private final long windowNanos;
    private final long maxMilliwatts;
    private long maxGapNanos;

    private boolean started;
    private long lastNanos;
    private long lastMilliwatts;
    private long totalMicrojoules;
    private long remainderPicojoules;

    /** @param maxGapNanos the longest time between two readings across which power is taken to run straight */
    PowerIntegrator(Channel channel, long maxGapNanos) {
        windowNanos = channel.windowNanos();
        this.maxGapNanos = Math.max(maxGapNanos, windowNanos);
        double maxWatts = channel.maxWatts() > 0 ? channel.maxWatts() : CounterIntegrator.UNKNOWN_MAX_WATTS;
        maxMilliwatts = (long) (CounterIntegrator.PLAUSIBLE_EXCESS * maxWatts * 1e3);
    }

    @Override
    public Step accept(long timeNanos, long value) {
        if (value < 0 || value > maxMilliwatts) {
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
        if (elapsedNanos > maxGapNanos) {
            begin(timeNanos, value);
            return Step.GAP;
        }
        // Milliwatts times nanoseconds are picojoules; the gap bound keeps the product far inside a long.
        long picojoules = (lastMilliwatts + value) * elapsedNanos / 2 + remainderPicojoules;
        totalMicrojoules += picojoules / PICOJOULES_PER_MICROJOULE;
        remainderPicojoules = picojoules % PICOJOULES_PER_MICROJOULE;
        begin(timeNanos, value);
        return Step.ADVANCED;
    }

    @Override
    public void bridgeAtMost(long nanos) {
        maxGapNanos = Math.max(nanos, windowNanos);
    }

    private void begin(long timeNanos, long milliwatts) {
        started = true;
        lastNanos = timeNanos;
        lastMilliwatts = milliwatts;
    }

    @Override
    public long microjoules() {
        return totalMicrojoules;
    }

    @Override
    public long coveredUntilNanos() {
        return lastNanos - windowNanos / 2;
    }

    @Override
    public void interrupt() {
        started = false;
    }
}
