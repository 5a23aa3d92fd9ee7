package io.joulegram.agent.energy;

import java.util.Arrays;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * When the value of a channel changed of late, and what that tells of its sensor: how often it has a new value, and how small
 * a change it shows.
 *
 * <p>A change is seen by the first reading after it, so it lies between that reading and the one before. What the times between
 * changes tell is taken for a period only if changes are known to a third of it: a sensor that has a new value at each reading
 * may be as fast as it likes, and its period stays unknown, or what it was when it was last told.
 *
 * <p>One thread notes, without allocating; any thread reads.
 */
final class ChangeTrace {
    /** Changes kept: 25 s of a sensor that has a new value each 100 ms. */
    private static final int CAPACITY = 256;

    private static final int PERIODS = 64;
    private static final int MIN_PERIODS = 8;
    /** Longer than the usual by half, there was a new value that happened to be the old one. */
    private static final double LONGEST = 1.5;

    /** How well changes must be known, as a share of the period. */
    private static final double WELL_KNOWN = 1.0 / 3;

    private static final long NEVER = Long.MIN_VALUE;

    private final AtomicLongArray timesNanos = new AtomicLongArray(CAPACITY);
    private final AtomicLongArray values = new AtomicLongArray(CAPACITY);
    private final AtomicLong changes = new AtomicLong();
    private final AtomicLongArray periodsNanos = new AtomicLongArray(PERIODS);
    private final AtomicLongArray withinsNanos = new AtomicLongArray(PERIODS);
    private final AtomicLong keptNanos = new AtomicLong();
    private final AtomicLong periods = new AtomicLong();
    private final AtomicLong smallest = new AtomicLong(Long.MAX_VALUE);

    private long lastNanos = NEVER;
    private long lastWithinNanos;

    /**
     * Notes a new value.
     *
     * @param readNanos when it was read first
     * @param withinNanos how long before that the reading was that still showed the old one; 0 if the device has stamped it
     * @param before the old value
     */
    void note(long readNanos, long withinNanos, long value, long before) {
        long atNanos = readNanos - withinNanos / 2;
        long number = changes.getPlain();
        timesNanos.setRelease((int) (number % CAPACITY), readNanos);
        values.setRelease((int) (number % CAPACITY), value);
        changes.setRelease(number + 1);
        long difference = Math.abs(value - before);
        if (difference < smallest.getPlain()) {
            smallest.setRelease(difference);
        }
        long period = atNanos - lastNanos;
        if (lastNanos != NEVER) {
            long count = periods.getPlain();
            periodsNanos.setRelease((int) (count % PERIODS), period);
            withinsNanos.setRelease((int) (count % PERIODS), (withinNanos + lastWithinNanos) / 2);
            periods.setRelease(count + 1);
        }
        lastNanos = atNanos;
        lastWithinNanos = withinNanos;
    }

    /** Across what comes now nothing can be told of the time between two changes. */
    void interrupt() {
        lastNanos = NEVER;
    }

    /** Learns the period anew. */
    void forgetPeriod() {
        interrupt();
        periods.setRelease(0);
        keptNanos.setRelease(0);
    }

    /** Keeps the period that can be told now for when readings are too seldom to tell it. */
    void keepPeriod() {
        keptNanos.setRelease(periodNanos().orElse(0));
    }

    /** How many changes there were. */
    long changes() {
        return changes.getAcquire();
    }

    /** The mean time between new values, in nanoseconds; empty if it cannot be told. */
    OptionalLong periodNanos() {
        int count = (int) Math.min(PERIODS, periods.getAcquire());
        if (count >= MIN_PERIODS) {
            long[] sorted = new long[count];
            Arrays.setAll(sorted, periodsNanos::getAcquire);
            Arrays.sort(sorted);
            long period = meanUpTo((long) (LONGEST * sorted[count / 4]), count);
            if (period > 0) {
                return OptionalLong.of(period);
            }
        }
        long kept = keptNanos.getAcquire();
        return kept > 0 ? OptionalLong.of(kept) : OptionalLong.empty();
    }

    /** 0 if changes are not known well enough to tell it. */
    private long meanUpTo(long longestNanos, int count) {
        double sum = 0;
        double within = 0;
        int taken = 0;
        for (int i = 0; i < count; i++) {
            long period = periodsNanos.getAcquire(i);
            if (period <= longestNanos) {
                sum += period;
                within += withinsNanos.getAcquire(i);
                taken++;
            }
        }
        return taken > 0 && within <= WELL_KNOWN * sum ? Math.round(sum / taken) : 0;
    }

    /** The smallest change of the value, in the channel's unit; empty if there was none. */
    OptionalLong smallestChange() {
        long least = smallest.getAcquire();
        return least == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(least);
    }

    /** The newest changes that are kept, oldest first. */
    ValueChanges recent() {
        long end = changes.getAcquire();
        int count = (int) Math.min(CAPACITY, end);
        long[] times = new long[count];
        long[] copied = new long[count];
        for (int i = 0; i < count; i++) {
            int index = (int) ((end - count + i) % CAPACITY);
            times[i] = timesNanos.getAcquire(index);
            copied[i] = values.getAcquire(index);
        }
        // Those that were overwritten meanwhile, and the one that may be half written, are no longer what they were.
        int stale = (int) Math.max(0, Math.min(count, changes.getAcquire() + 1 - CAPACITY - (end - count)));
        return new ValueChanges(Arrays.copyOfRange(times, stale, count), Arrays.copyOfRange(copied, stale, count));
    }
}
