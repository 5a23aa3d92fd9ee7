package io.joulegram.agent.calibrate;

import java.util.Arrays;
import java.util.Optional;

/**
 * Learns over how long a sensor averages, by comparing its values with what another sensor of finer time tells of the same
 * device: the window is that for which the means of the finer one fit best.
 *
 * <p>Nothing is learned where the load did not change enough to tell, or where no window fits.
 */
final class AveragingWindow {
    /**
     * What was learned.
     *
     * @param windowNanos the window
     * @param isAtMost whether it is shorter than can be told: no more than {@code windowNanos}
     * @param residualRatio what the fit leaves, as a share of the spread of the values
     */
    record Learned(long windowNanos, boolean isAtMost, double residualRatio) {}

    private static final int MIN_VALUES = 30;
    /** Spread of the values over their mean: below it there is no step to be seen. */
    private static final double MIN_SPREAD_RATIO = 0.1;

    private static final double MAX_RESIDUAL_RATIO = 0.3;
    private static final long MAX_WINDOW_NANOS = 1_500_000_000;
    private static final long FINE_STEP_NANOS = 10_000_000;
    private static final long COARSE_STEP_NANOS = 50_000_000;
    private static final long MAX_LAG_NANOS = 40_000_000;

    private final SensorSeries reference;
    private final double[] cumulative;

    /** @param reference power values, each the mean since the one before it */
    AveragingWindow(SensorSeries reference) {
        this.reference = reference;
        cumulative = new double[reference.size()];
        for (int i = 1; i < cumulative.length; i++) {
            cumulative[i] = cumulative[i - 1]
                    + (double) reference.value(i) * (reference.timeNanos(i) - reference.timeNanos(i - 1));
        }
    }

    /** The window of a sensor of the same device; empty if it cannot be told. */
    Optional<Learned> of(SensorSeries series) {
        if (reference.size() < MIN_VALUES) {
            return Optional.empty();
        }
        int[] usable = usable(series);
        double mean = Arrays.stream(usable).mapToLong(series::value).average().orElse(0);
        double spread = spread(series, usable, mean);
        if (usable.length < MIN_VALUES || spread < MIN_SPREAD_RATIO * mean) {
            return Optional.empty();
        }
        long bestWindow = 0;
        double least = Double.POSITIVE_INFINITY;
        for (long window = FINE_STEP_NANOS; window <= MAX_WINDOW_NANOS; window += step(window)) {
            for (long lag = 0; lag <= MAX_LAG_NANOS; lag += FINE_STEP_NANOS) {
                double residual = residual(series, usable, window, lag);
                if (residual < least) {
                    least = residual;
                    bestWindow = window;
                }
            }
        }
        double ratio = least / spread;
        long resolution = reference.updatePeriodNanos().orElse(0);
        return ratio > MAX_RESIDUAL_RATIO
                ? Optional.empty()
                : Optional.of(new Learned(Math.max(bestWindow, resolution), bestWindow <= resolution, ratio));
    }

    /** Where the value is new, and the finer sensor tells of all of the longest window before it. */
    private int[] usable(SensorSeries series) {
        long first = reference.timeNanos(0) + MAX_WINDOW_NANOS + MAX_LAG_NANOS;
        long last = reference.timeNanos(reference.size() - 1);
        return Arrays.stream(series.changes())
                .filter(i -> series.timeNanos(i) >= first && series.timeNanos(i) <= last)
                .toArray();
    }

    private static double spread(SensorSeries series, int[] indexes, double mean) {
        return Math.sqrt(Arrays.stream(indexes)
                .mapToDouble(i -> series.value(i) - mean)
                .map(difference -> difference * difference)
                .average()
                .orElse(0));
    }

    private static long step(long window) {
        return window < 200_000_000 ? FINE_STEP_NANOS : COARSE_STEP_NANOS;
    }

    private double residual(SensorSeries series, int[] usable, long windowNanos, long lagNanos) {
        double sum = 0;
        for (int i : usable) {
            long until = series.timeNanos(i) - lagNanos;
            double fitted = (cumulativeAt(until) - cumulativeAt(until - windowNanos)) / windowNanos;
            double difference = fitted - series.value(i);
            sum += difference * difference;
        }
        return Math.sqrt(sum / usable.length);
    }

    private double cumulativeAt(long timeNanos) {
        int low = 0;
        int high = reference.size() - 1;
        if (timeNanos <= reference.timeNanos(low)) {
            return cumulative[low];
        }
        if (timeNanos >= reference.timeNanos(high)) {
            return cumulative[high];
        }
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (reference.timeNanos(middle) <= timeNanos) {
                low = middle;
            } else {
                high = middle;
            }
        }
        double share = (double) (timeNanos - reference.timeNanos(low))
                / (reference.timeNanos(high) - reference.timeNanos(low));
        return cumulative[low] + share * (cumulative[high] - cumulative[low]);
    }
}
