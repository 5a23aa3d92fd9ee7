package io.joulegram.power.estimate;

/**
 * Power of memory by its size alone: the middle of what published figures span, 0.05 W/GB (large modules, idle) to 0.4
 * W/GB (small modules, or Cloud Carbon Footprint's 0.392 W/GB), whatever the load. Uncertainty is half the span over
 * its middle: (0.4 - 0.05) / (0.4 + 0.05) = 0.78.
 */
final class DramPowerModel {
    static final double LOW_WATTS_PER_GB = 0.05;
    static final double HIGH_WATTS_PER_GB = 0.4;
    static final double UNCERTAINTY_RATIO =
            (HIGH_WATTS_PER_GB - LOW_WATTS_PER_GB) / (HIGH_WATTS_PER_GB + LOW_WATTS_PER_GB);

    /** Memory modules are sold in powers of two. */
    private static final double BYTES_PER_GB = 1L << 30;

    private final double gigabytes;

    DramPowerModel(long bytes) {
        gigabytes = bytes / BYTES_PER_GB;
    }

    /** The estimate. */
    double watts() {
        return gigabytes * (LOW_WATTS_PER_GB + HIGH_WATTS_PER_GB) / 2;
    }

    /** The most that it could be. */
    double maxWatts() {
        return gigabytes * HIGH_WATTS_PER_GB;
    }
}
