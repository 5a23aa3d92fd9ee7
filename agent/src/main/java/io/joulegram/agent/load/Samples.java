package io.joulegram.agent.load;

import java.util.OptionalDouble;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.PackedHistogram;

/**
 * Times in seconds, counted by size and not kept one by one: however many there are, they take some ten kilobytes, and some hundred to gather. Quantiles
 * are within 0.1 % or a microsecond, the larger of the two; their number and mean are exact. Immutable.
 */
public final class Samples {
    /** Smaller differences are not told apart. */
    private static final long LEAST_NANOS = 1_000;

    private static final int DIGITS = 3;
    private static final double NANOS = 1e9;
    private static final double PERCENT = 100;

    private final AbstractHistogram nanos;
    private final double sumSeconds;

    private Samples(AbstractHistogram nanos, double sumSeconds) {
        this.nanos = nanos;
        this.sumSeconds = sumSeconds;
    }

    /** Gathers times. */
    static final class Builder {
        private final AbstractHistogram nanos = resizing(new Histogram(LEAST_NANOS, 2 * LEAST_NANOS, DIGITS));
        private double sumSeconds;

        void add(double seconds) {
            nanos.recordValue(Math.max(0, Math.round(seconds * NANOS)));
            sumSeconds += seconds;
        }

        Samples build() {
            return new Samples(packed(nanos), sumSeconds);
        }
    }

    private static AbstractHistogram resizing(AbstractHistogram empty) {
        empty.setAutoResize(true);
        return empty;
    }

    private static AbstractHistogram packed(AbstractHistogram... parts) {
        AbstractHistogram all = resizing(new PackedHistogram(LEAST_NANOS, 2 * LEAST_NANOS, DIGITS));
        for (AbstractHistogram part : parts) {
            all.add(part);
        }
        return all;
    }

    /** None. */
    public static Samples none() {
        return new Builder().build();
    }

    /** How many there are. */
    public int size() {
        return Math.toIntExact(nanos.getTotalCount());
    }

    /** Their mean; empty if there are none. */
    public OptionalDouble mean() {
        return size() == 0 ? OptionalDouble.empty() : OptionalDouble.of(sumSeconds / size());
    }

    /**
     * The least value that is not below the given share of them (the nearest rank); empty if there are none.
     *
     * @param share above 0, at most 1
     */
    public OptionalDouble quantile(double share) {
        if (size() == 0) {
            return OptionalDouble.empty();
        }
        long value = nanos.getValueAtPercentile(PERCENT * share);
        return OptionalDouble.of(nanos.medianEquivalentValue(value) / NANOS);
    }

    /** All of these and all of those. */
    public Samples plus(Samples other) {
        return new Samples(packed(nanos, other.nanos), sumSeconds + other.sumSeconds);
    }
}
