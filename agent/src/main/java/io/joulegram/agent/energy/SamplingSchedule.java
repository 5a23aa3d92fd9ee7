package io.joulegram.agent.energy;

/**
 * The instants at which a source is read: one in each interval of an absolute grid, so that lateness never adds up.
 *
 * <p>A dithered schedule moves the instant within its interval by the golden-ratio sequence, which fills the interval
 * evenly however many ticks there are. A power sensor that is read at a fixed phase sees a periodic load (decode steps,
 * a square wave) at the same places of its period each time, and the same error in each period adds up; spread instants
 * make these errors cancel. Energy counters need no dither.
 */
final class SamplingSchedule {
    private static final double GOLDEN_RATIO_FRACTION = 0.6180339887498949;

    private final long intervalNanos;
    private final boolean dithered;
    private final long originNanos;

    private long tick;
    private long missedTicks;

    /** @param originNanos the begin of the first interval */
    SamplingSchedule(long intervalNanos, boolean dithered, long originNanos) {
        if (intervalNanos <= 0) {
            throw new IllegalArgumentException(intervalNanos + " ns is not a sampling interval: must be above 0");
        }
        this.intervalNanos = intervalNanos;
        this.dithered = dithered;
        this.originNanos = originNanos;
    }

    /** When the current tick is due. */
    long deadlineNanos() {
        long start = originNanos + tick * intervalNanos;
        if (!dithered) {
            return start;
        }
        double phase = tick * GOLDEN_RATIO_FRACTION;
        return start + (long) ((phase - Math.floor(phase)) * intervalNanos);
    }

    /** Moves to the next tick, or past those whose whole interval has gone by; these are counted as missed. */
    void advance(long nowNanos) {
        tick++;
        long behind = (nowNanos - originNanos) / intervalNanos - tick;
        if (behind > 0) {
            tick += behind;
            missedTicks += behind;
        }
    }

    /** Ticks whose interval went by without a read. */
    long missedTicks() {
        return missedTicks;
    }

    /** The length of an interval. */
    long intervalNanos() {
        return intervalNanos;
    }
}
