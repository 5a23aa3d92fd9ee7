package io.joulegram.agent.energy;

/**
 * Keeps readings in step with a sensor that has a new value once in a period: one reading just before the new value is
 * expected and one just after it.
 *
 * <p>If the value is the old one before and the new one after, the sensor's update lies between the two; they move closer
 * together, and slowly ahead, as an update that comes later than both costs one reading more, while the time of one that came
 * earlier is lost. Where the update is not between them they move to where it must be, and apart, at most to half a period: a
 * sensor that jitters is read twice in each period at even distances, and one that keeps time within some milliseconds of its
 * updates.
 *
 * <p>Used by one thread; allocates nothing.
 */
final class UpdateLock {
    /** Nearer than a thread wakes in time, there is nothing to gain. */
    static final long MIN_GUARD_NANOS = 2_000_000;

    private static final int PERIODS_TO_LOST = 8;
    private static final int FIRST_GUARD_DIVISOR = 16;
    /** The part of the distance by which the period is taken to be shorter after an update that came too early. */
    private static final int SHORTER_DIVISOR = 4;
    /** The same after one that came too late, which costs less. */
    private static final int LONGER_DIVISOR = 32;
    /** The part by which the readings move together, and ahead, while the update is between them. */
    private static final int CLOSER_DIVISOR = 64;

    private static final int AHEAD_DIVISOR = 16;
    /** How far the period may move away from what was learned. */
    private static final double MAX_DRIFT = 0.05;

    private final long learnedNanos;
    private double periodNanos;
    private double expectedNanos;
    private double guardNanos;
    private boolean after;
    /** By how much the update was looked for later than expected in this period; distance and period before that. */
    private double waitedNanos;

    private double usualGuardNanos;
    private double usualPeriodNanos;
    private int missedPeriods;
    private long skipped;

    /**
     * @param updatedNanos when there was a new value
     * @param periodNanos how often there is one
     * @param nowNanos the first reading is later
     */
    UpdateLock(long updatedNanos, long periodNanos, long nowNanos) {
        learnedNanos = periodNanos;
        this.periodNanos = periodNanos;
        guardNanos = (double) periodNanos / FIRST_GUARD_DIVISOR;
        expectedNanos = updatedNanos;
        while (deadlineNanos() - nowNanos <= 0) {
            nextPeriod();
        }
    }

    /** When the next reading is due. */
    long deadlineNanos() {
        return Math.round(after ? expectedNanos + guardNanos : expectedNanos - guardNanos);
    }

    /**
     * Takes in what a reading has shown.
     *
     * @param changed whether the value was a new one
     * @param nowNanos when it was
     */
    void read(boolean changed, long nowNanos) {
        boolean early = !after && nowNanos - expectedNanos < -guardNanos / 2;
        if (changed && early) {
            missedPeriods++;
            shift(-1, SHORTER_DIVISOR);
            guardNanos = Math.min(periodNanos / 4, 2 * guardNanos);
            nextPeriod();
        } else if (changed) {
            missedPeriods = 0;
            expectedNanos -= guardNanos / AHEAD_DIVISOR;
            guardNanos = Math.max(MIN_GUARD_NANOS, guardNanos - guardNanos / CLOSER_DIVISOR);
            nextPeriod();
        } else if (!after) {
            after = true;
        } else {
            late();
        }
        while (deadlineNanos() - nowNanos <= -periodNanos) {
            skipped++;
            nextPeriod();
        }
    }

    /** Looks a little later, and further on each time. */
    private void late() {
        if (waitedNanos > 0) {
            guardNanos = Math.min(periodNanos / 4, 2 * guardNanos);
        } else {
            usualGuardNanos = guardNanos;
            usualPeriodNanos = periodNanos;
        }
        waitedNanos += guardNanos;
        shift(1, LONGER_DIVISOR);
        if (waitedNanos > periodNanos / 2) {
            // The new value happened to be the old one: the phase is as good as it was.
            missedPeriods++;
            expectedNanos -= waitedNanos;
            guardNanos = usualGuardNanos;
            periodNanos = usualPeriodNanos;
            nextPeriod();
        }
    }

    private void shift(int direction, int divisor) {
        expectedNanos += direction * guardNanos;
        double corrected = periodNanos + direction * guardNanos / divisor;
        periodNanos = Math.max(learnedNanos * (1 - MAX_DRIFT), Math.min(learnedNanos * (1 + MAX_DRIFT), corrected));
    }

    private void nextPeriod() {
        expectedNanos += periodNanos;
        waitedNanos = 0;
        after = false;
    }

    /** Whether the updates are no longer where they are looked for. */
    boolean isLost() {
        return missedPeriods >= PERIODS_TO_LOST;
    }

    /** Periods that went by without a reading. */
    long skipped() {
        return skipped;
    }
}
