package io.joulegram.agent.energy;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many samples had how much power. One thread observes, without allocating; any thread reads;
 * the sum may run ahead of the counts by the sample that is being taken.
 */
public final class PowerHistogram {
    private static final List<Double> BOUNDS_WATTS = List.of(
            5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 150.0, 200.0, 250.0, 300.0, 350.0, 400.0, 450.0, 500.0, 600.0, 700.0,
            800.0, 1000.0, 1250.0, 1500.0, 2000.0);
    private static final long[] BOUNDS_MILLIWATTS =
            BOUNDS_WATTS.stream().mapToLong(watts -> (long) (watts * 1e3)).toArray();

    private final AtomicLongArray counts = new AtomicLongArray(BOUNDS_MILLIWATTS.length + 1);
    private final AtomicLong sumMilliwatts = new AtomicLong();

    void observe(long milliwatts) {
        int bucket = 0;
        while (bucket < BOUNDS_MILLIWATTS.length && milliwatts > BOUNDS_MILLIWATTS[bucket]) {
            bucket++;
        }
        sumMilliwatts.setRelease(sumMilliwatts.getPlain() + milliwatts);
        counts.setRelease(bucket, counts.getPlain(bucket) + 1);
    }

    /** Upper bounds of all buckets but the last, which has none; rising, in watts. */
    public static List<Double> boundsWatts() {
        return BOUNDS_WATTS;
    }

    /** Samples by bucket, not cumulative; one more than there are bounds. */
    public List<Long> counts() {
        Long[] copy = new Long[counts.length()];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = counts.getAcquire(i);
        }
        return List.of(copy);
    }

    /** The sum of all samples, in watts. */
    public double sumWatts() {
        return sumMilliwatts.getAcquire() / 1e3;
    }
}
