package io.joulegram.agent.energy;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Cumulative energy over time: the recent points of a curve that only rises, read at any instant between them.
 *
 * <p>Concurrency:
 *
 * <ol>
 *   <li>One thread appends. It never waits and allocates nothing.
 *   <li>Any thread reads. A read that overlaps an append starts over, so it never sees half of one.
 *   <li>The newest points are kept; those that are overwritten read as the oldest one that is left.
 * </ol>
 *
 * <p>The two are held together by a sequence lock: the writer makes the sequence odd, writes, and makes it even again;
 * a reader that saw an odd or a changed sequence discards what it read.
 */
public final class EnergyCurve implements CumulativeEnergy {
    /** Points kept: 102 s of samples every 100 ms, and 10 s at the finest spacing. */
    static final int CAPACITY = 1024;

    /** Points nearer than this replace one another, so that sampling at 1 kHz does not shorten the memory to 1 s. */
    static final long MIN_SPACING_NANOS = 10_000_000;

    private static final int MASK = CAPACITY - 1;

    private final long[] timesNanos = new long[CAPACITY];
    private final long[] microjoules = new long[CAPACITY];
    private final AtomicLong sequence = new AtomicLong();
    private long size;

    /**
     * Adds a point; called by the one writer. Does nothing if {@code timeNanos} is not after the newest point.
     *
     * @param timeNanos on the clock of {@link System#nanoTime()}
     * @param totalMicrojoules not less than that of the newest point
     */
    void append(long timeNanos, long totalMicrojoules) {
        if (size > 0 && timeNanos - timesNanos[index(size - 1)] <= 0) {
            return;
        }
        long before = sequence.getPlain();
        sequence.setRelease(before + 1);
        VarHandle.storeStoreFence();
        if (size >= 2 && timeNanos - timesNanos[index(size - 2)] < MIN_SPACING_NANOS) {
            size--;
        }
        timesNanos[index(size)] = timeNanos;
        microjoules[index(size)] = totalMicrojoules;
        size++;
        sequence.setRelease(before + 2);
    }

    /** Whether there is no point yet. */
    public boolean isEmpty() {
        return newest(false) == Long.MIN_VALUE;
    }

    /** The time of the newest point, on the clock of {@link System#nanoTime()}; {@link Long#MIN_VALUE} if empty. */
    @Override
    public long coveredUntilNanos() {
        return newest(false);
    }

    /** The energy of the newest point, in microjoules; 0 if empty. */
    public long totalMicrojoules() {
        long total = newest(true);
        return total == Long.MIN_VALUE ? 0 : total;
    }

    /** The time of the oldest point that is kept; {@link Long#MIN_VALUE} if empty. */
    public long coveredSinceNanos() {
        while (true) {
            long before = sequence.getAcquire();
            long result = size == 0 ? Long.MIN_VALUE : timesNanos[index(Math.max(0, size - CAPACITY))];
            if (isUnchangedSince(before)) {
                return result;
            }
            Thread.onSpinWait();
        }
    }

    /**
     * The energy up to an instant, on the straight line between the two points around it. Before the oldest point it is
     * the oldest point's, after the newest the newest's; 0 if empty.
     *
     * @param timeNanos on the clock of {@link System#nanoTime()}
     */
    @Override
    public long microjoulesAt(long timeNanos) {
        while (true) {
            long before = sequence.getAcquire();
            long result = interpolate(timeNanos);
            if (isUnchangedSince(before)) {
                return result;
            }
            Thread.onSpinWait();
        }
    }

    /**
     * The mean power between the newest point and the one before it, in watts; NaN with fewer than two points.
     */
    public double newestWatts() {
        while (true) {
            long before = sequence.getAcquire();
            double result = Double.NaN;
            if (size >= 2) {
                long elapsedNanos = timesNanos[index(size - 1)] - timesNanos[index(size - 2)];
                long energyMicrojoules = microjoules[index(size - 1)] - microjoules[index(size - 2)];
                result = 1e3 * energyMicrojoules / elapsedNanos;
            }
            if (isUnchangedSince(before)) {
                return result;
            }
            Thread.onSpinWait();
        }
    }

    private long newest(boolean energy) {
        while (true) {
            long before = sequence.getAcquire();
            long result = Long.MIN_VALUE;
            if (size > 0) {
                result = (energy ? microjoules : timesNanos)[index(size - 1)];
            }
            if (isUnchangedSince(before)) {
                return result;
            }
            Thread.onSpinWait();
        }
    }

    private boolean isUnchangedSince(long before) {
        VarHandle.acquireFence();
        return (before & 1) == 0 && sequence.getOpaque() == before;
    }

    private long interpolate(long timeNanos) {
        long high = size - 1;
        if (high < 0) {
            return 0;
        }
        long low = Math.max(0, size - CAPACITY);
        if (timeNanos - timesNanos[index(high)] >= 0) {
            return microjoules[index(high)];
        }
        if (timeNanos - timesNanos[index(low)] <= 0) {
            return microjoules[index(low)];
        }
        while (high - low > 1) {
            long middle = (low + high) >>> 1;
            if (timesNanos[index(middle)] - timeNanos <= 0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        long startNanos = timesNanos[index(low)];
        long startMicrojoules = microjoules[index(low)];
        double share = (double) (timeNanos - startNanos) / (timesNanos[index(high)] - startNanos);
        return startMicrojoules + Math.round(share * (microjoules[index(high)] - startMicrojoules));
    }

    private static int index(long position) {
        return (int) position & MASK;
    }
}
