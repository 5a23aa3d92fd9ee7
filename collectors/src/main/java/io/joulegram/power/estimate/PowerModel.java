package io.joulegram.power.estimate;

import java.util.function.DoubleUnaryOperator;

/**
 * Power of a device by its utilization u, 0 to 1, between two bounds: what the device draws lies between low(u) and
 * high(u), and the estimate is their mean. Immutable.
 *
 * <p>Uncertainty: U = max(0.30, sqrt(m^2 + r^2)), where m is the largest (high - low) / (high + low) over all u, and r
 * is the relative uncertainty of both bounds together.
 */
final class PowerModel {
    /** The least that an estimate may claim, however well its bounds agree. */
    static final double MIN_UNCERTAINTY_RATIO = 0.30;

    private static final int GRID = 1000;

    private final DoubleUnaryOperator lowWatts;
    private final DoubleUnaryOperator highWatts;
    private final double maxWatts;
    private final double uncertaintyRatio;

    /**
     * @param lowWatts the least power at a utilization; never falls as it rises
     * @param highWatts the most power at a utilization; never below the least, never falls as it rises
     * @param boundsUncertaintyRatio r of the formula above
     */
    PowerModel(DoubleUnaryOperator lowWatts, DoubleUnaryOperator highWatts, double boundsUncertaintyRatio) {
        this.lowWatts = lowWatts;
        this.highWatts = highWatts;
        maxWatts = highWatts.applyAsDouble(1);
        uncertaintyRatio = Math.max(
                MIN_UNCERTAINTY_RATIO, Math.hypot(disagreementRatio(lowWatts, highWatts), boundsUncertaintyRatio));
    }

    /** The estimate at a utilization from 0 to 1. */
    double watts(double utilization) {
        return (lowWatts.applyAsDouble(utilization) + highWatts.applyAsDouble(utilization)) / 2;
    }

    /** The most that it could be at full load. */
    double maxWatts() {
        return maxWatts;
    }

    /** U of the formula above. */
    double uncertaintyRatio() {
        return uncertaintyRatio;
    }

    private static double disagreementRatio(DoubleUnaryOperator lowWatts, DoubleUnaryOperator highWatts) {
        double largest = 0;
        for (int i = 0; i <= GRID; i++) {
            double low = lowWatts.applyAsDouble((double) i / GRID);
            double high = highWatts.applyAsDouble((double) i / GRID);
            if (high > 0) {
                largest = Math.max(largest, (high - low) / (high + low));
            }
        }
        return largest;
    }
}
