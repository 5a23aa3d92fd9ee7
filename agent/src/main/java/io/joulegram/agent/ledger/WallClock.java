package io.joulegram.agent.ledger;

import java.util.function.LongSupplier;

/**
 * Tells the wall-clock time of instants on the monotonic clock. Within a bucket the two run side by side, so that a
 * bucket is as long as its time; they are aligned anew between buckets, and at once after a step of the wall clock.
 *
 * <p>Owned by the accounting thread.
 */
public final class WallClock {
    private static final long NANOS_PER_MILLI = 1_000_000;
    /** A larger difference is a step, not a drift. */
    private static final long STEP_MILLIS = 1_000;

    private final LongSupplier nanoClock;
    private final LongSupplier milliClock;
    private long anchorNanos;
    private long anchorMillis;

    /**
     * @param nanoClock {@link System#nanoTime}
     * @param milliClock {@link System#currentTimeMillis}
     */
    public WallClock(LongSupplier nanoClock, LongSupplier milliClock) {
        this.nanoClock = nanoClock;
        this.milliClock = milliClock;
        align();
    }

    /** Follows the wall clock as it is now. */
    public void align() {
        anchorNanos = nanoClock.getAsLong();
        anchorMillis = milliClock.getAsLong();
    }

    /** Follows the wall clock if it was stepped. Returns by how much, in milliseconds; 0 if it was not. */
    public long alignAfterStep() {
        long difference = milliClock.getAsLong() - millisAt(nanoClock.getAsLong());
        if (Math.abs(difference) < STEP_MILLIS) {
            return 0;
        }
        align();
        return difference;
    }

    /** Milliseconds since 1970 at an instant of the monotonic clock. */
    public long millisAt(long nanos) {
        return anchorMillis + Math.floorDiv(nanos - anchorNanos, NANOS_PER_MILLI);
    }

    /** The first instant of the monotonic clock at which {@link #millisAt} gives these milliseconds. */
    public long nanosAt(long millis) {
        return anchorNanos + (millis - anchorMillis) * NANOS_PER_MILLI;
    }
}
