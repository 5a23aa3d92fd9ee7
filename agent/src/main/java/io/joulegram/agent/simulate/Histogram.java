package io.joulegram.agent.simulate;

import java.util.ArrayList;
import java.util.List;

/** A cumulative histogram of Prometheus. Not thread-safe. */
final class Histogram {
    private final double[] bounds;
    private final long[] counts;
    private double sum;

    /** @param bounds upper bounds of the buckets, rising, without the infinite one */
    Histogram(double... bounds) {
        this.bounds = bounds.clone();
        counts = new long[bounds.length + 1];
    }

    /** Bounds 1, 2, 5, 10, 20, 50 and so on, up to the greatest that is not above this. */
    static Histogram upTo(int most) {
        List<Double> bounds = new ArrayList<>();
        for (long decade = 1; decade <= most; decade *= 10) {
            for (int mantissa : new int[] {1, 2, 5}) {
                if (mantissa * decade <= most) {
                    bounds.add((double) (mantissa * decade));
                }
            }
        }
        return new Histogram(bounds.stream().mapToDouble(Double::doubleValue).toArray());
    }

    void observe(double value) {
        int bucket = 0;
        while (bucket < bounds.length && value > bounds[bucket]) {
            bucket++;
        }
        counts[bucket]++;
        sum += value;
    }

    int buckets() {
        return bounds.length;
    }

    double bound(int bucket) {
        return bounds[bucket];
    }

    /** Observations at or below the bound of a bucket; at {@link #buckets()} all of them. */
    long cumulative(int bucket) {
        long total = 0;
        for (int i = 0; i <= bucket; i++) {
            total += counts[i];
        }
        return total;
    }

    double sum() {
        return sum;
    }
}
