package io.joulegram.agent.energy;

/**
 * The instants at which a source is read: one in each interval of an absolute grid, so that lateness never adds up.
 *
 * <p>A dithered schedule moves the instant within its interval by the golden-ratio sequence, which fills the interval
 * evenly however many ticks there are. A power sensor that is read at a fixed phase sees a periodic load (decode steps,
 * a square wave) at the same places of its period each time, and the same error in each period adds up; spread instants
 * make these errors cancel. Energy counters need no dither.
 */
final class SamplingSchedule implements Timetable {
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

    @Override
    public long deadlineNanos() {
        long start = originNanos + tick * intervalNanos;
        if (!dithered) {
            return start;
        }
        double phase = tick * GOLDEN_RATIO_FRACTION;
        return start + (long) ((phase - Math.floor(phase)) * intervalNanos);
    }

    /** Moves to the next tick, or past those whose whole interval has gone by; these are counted as missed. */
    @Override
    public void advance(long nowNanos) {
        tick++;
        long behind = (nowNanos - originNanos) / intervalNanos - tick;
        if (behind > 0) {
            tick += behind;
            missedTicks += behind;
        }
    }

    /** Goes on with the next interval, after a time in which the source was read by another timetable. */
    void resumeAt(long nowNanos) {
        tick = (nowNanos - originNanos) / intervalNanos + 1;
    }

    @Override
    public long missedTicks() {
        return missedTicks;
    }

    @Override
    public long intervalNanos() {
        return intervalNanos;
    }
}
