package io.joulegram.power.estimate;

/**
 * Power of memory by its size and the utilization u of the processors, as nothing tells how much of what they do is to
 * move memory. Per GB (2^30 bytes):
 *
 * <ul>
 *   <li>low: 0.05 W, large modules at rest; all work stays in the caches;
 *   <li>high: 0.4 W, small modules, or Cloud Carbon Footprint's 0.392 W/GB; and 0.906 W u on top, all work streams
 *       memory: what Teads measured between rest and full load of memory on 1152 GB of DDR4 (219.3 to 1262.9 W, EC2
 *       p4d.24xlarge, "Building an AWS EC2 Carbon Emissions Dataset", 2021).
 * </ul>
 */
final class DramPowerModel {
    static final double LOW_WATTS_PER_GB = 0.05;
    static final double HIGH_WATTS_PER_GB = 0.4;
    static final double STREAMING_WATTS_PER_GB = (1262.88 - 219.30) / 1152;

    /** Memory modules are sold in powers of two. */
    private static final double BYTES_PER_GB = 1L << 30;

    private DramPowerModel() {}

    static double gigabytes(long bytes) {
        return bytes / BYTES_PER_GB;
    }

    /** The model of that much memory. */
    static PowerModel of(double gigabytes) {
        return new PowerModel(
                u -> gigabytes * LOW_WATTS_PER_GB,
                u -> gigabytes * (HIGH_WATTS_PER_GB + STREAMING_WATTS_PER_GB * u),
                0);
    }
}
