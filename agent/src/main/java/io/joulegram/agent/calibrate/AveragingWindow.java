package io.joulegram.agent.calibrate;

import io.joulegram.agent.energy.ValueChanges;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;

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
    /** How long before it is seen a value may have been made: by the sensor, beside what seldom readings add. */
    private static final long MAX_LAG_NANOS = 40_000_000;

    private static final int LAGS = 5;

    private final LongToDoubleFunction energy;
    private final long sinceNanos;
    private final long untilNanos;
    private final long resolutionNanos;

    /**
     * @param energy picojoules up to an instant, as a sensor of finer time tells them
     * @param sinceNanos from when on
     * @param untilNanos until when
     * @param resolutionNanos how fine its time is: windows that are not longer cannot be told; 0 if that is unknown
     */
    AveragingWindow(LongToDoubleFunction energy, long sinceNanos, long untilNanos, long resolutionNanos) {
        this.energy = energy;
        this.sinceNanos = sinceNanos;
        this.untilNanos = untilNanos;
        this.resolutionNanos = resolutionNanos;
    }

    /** The window of a sensor of the same device; empty if it cannot be told. */
    Optional<Learned> of(SensorSeries series) {
        int[] changes = series.changes();
        return of(
                new ValueChanges(
                        Arrays.stream(changes).mapToLong(series::timeNanos).toArray(),
                        Arrays.stream(changes).mapToLong(series::value).toArray()),
                0);
    }

    /**
     * The same of its values, each where it was new.
     *
     * @param readEveryNanos how far apart readings are: a value may be older by as much when it is seen
     */
    Optional<Learned> of(ValueChanges changes, long readEveryNanos) {
        long maxLagNanos = MAX_LAG_NANOS + readEveryNanos;
        int[] usable = usable(changes, maxLagNanos);
        double mean = Arrays.stream(usable).mapToLong(changes::value).average().orElse(0);
        double spread = spread(changes, usable, mean);
        if (usable.length < MIN_VALUES || spread < MIN_SPREAD_RATIO * mean) {
            return Optional.empty();
        }
        long bestWindow = 0;
        double least = Double.POSITIVE_INFINITY;
        for (long window = FINE_STEP_NANOS; window <= MAX_WINDOW_NANOS; window += step(window)) {
            for (long lag = 0; lag <= maxLagNanos; lag += maxLagNanos / (LAGS - 1)) {
                double residual = residual(changes, usable, window, lag);
                if (residual < least) {
                    least = residual;
                    bestWindow = window;
                }
            }
        }
        double ratio = least / spread;
        return ratio > MAX_RESIDUAL_RATIO
                ? Optional.empty()
                : Optional.of(new Learned(Math.max(bestWindow, resolutionNanos), bestWindow <= resolutionNanos, ratio));
    }

    /** Where the finer sensor tells of all of the longest window before the value. */
    private int[] usable(ValueChanges changes, long maxLagNanos) {
        long first = sinceNanos + MAX_WINDOW_NANOS + maxLagNanos;
        return IntStream.range(0, changes.size())
                .filter(i -> changes.timeNanos(i) >= first && changes.timeNanos(i) <= untilNanos)
                .toArray();
    }

    private static double spread(ValueChanges changes, int[] indexes, double mean) {
        return Math.sqrt(Arrays.stream(indexes)
                .mapToDouble(i -> changes.value(i) - mean)
                .map(difference -> difference * difference)
                .average()
                .orElse(0));
    }

    private static long step(long window) {
        return window < 200_000_000 ? FINE_STEP_NANOS : COARSE_STEP_NANOS;
    }

    private double residual(ValueChanges changes, int[] usable, long windowNanos, long lagNanos) {
        double sum = 0;
        for (int i : usable) {
            long until = changes.timeNanos(i) - lagNanos;
            double fitted = (energy.applyAsDouble(until) - energy.applyAsDouble(until - windowNanos)) / windowNanos;
            double difference = fitted - changes.value(i);
            sum += difference * difference;
        }
        return Math.sqrt(sum / usable.length);
    }
}
