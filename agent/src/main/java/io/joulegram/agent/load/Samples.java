package io.joulegram.agent.load;

import java.util.Arrays;
import java.util.OptionalDouble;

/** Values in order of size, whose quantiles are exact. Immutable. */
public final class Samples {
    private final double[] sorted;

    private Samples(double[] sorted) {
        this.sorted = sorted;
    }

    /** Gathers values. */
    static final class Builder {
        private double[] values = new double[64];
        private int size;

        void add(double value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, 2 * size);
            }
            values[size++] = value;
        }

        Samples build() {
            double[] sorted = Arrays.copyOf(values, size);
            Arrays.sort(sorted);
            return new Samples(sorted);
        }
    }

    /** How many there are. */
    public int size() {
        return sorted.length;
    }

    /** Their mean; empty if there are none. */
    public OptionalDouble mean() {
        return Arrays.stream(sorted).average();
    }

    /**
     * The least value that is not below the given share of them (the nearest rank); empty if there are none.
     *
     * @param share above 0, at most 1
     */
    public OptionalDouble quantile(double share) {
        if (sorted.length == 0) {
            return OptionalDouble.empty();
        }
        int rank = (int) Math.ceil(share * sorted.length);
        return OptionalDouble.of(sorted[Math.max(0, Math.min(sorted.length, rank) - 1)]);
    }

    /** All of these and all of those. */
    public Samples plus(Samples other) {
        double[] all = Arrays.copyOf(sorted, sorted.length + other.sorted.length);
        System.arraycopy(other.sorted, 0, all, sorted.length, other.sorted.length);
        Arrays.sort(all);
        return new Samples(all);
    }
}
