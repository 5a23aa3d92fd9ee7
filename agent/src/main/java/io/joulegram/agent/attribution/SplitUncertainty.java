package io.joulegram.agent.attribution;

/**
 * How far the parts of an energy may be off that several share. Their sum is measured; what is not known is what one unit of
 * the evidence costs the one and the other. It is bounded by a factor either way, and the share at the farther bound is taken
 * as that of an even distribution.
 */
final class SplitUncertainty {
    private static final double UNIFORM_TO_STANDARD = Math.sqrt(3);

    /** Standard deviation of what may be anything from 0 to 1. */
    static final double UNKNOWN = 1 / Math.sqrt(12);

    /**
     * While its kernels run, one may draw three times as much beyond idle as another: small batches of decode against
     * prefill, 300 and 680 W on a board of 700 W that idles at 100 W.
     */
    static final double KERNEL_TIME_FACTOR = 3;

    /** Counters of multiprocessors and of memory tell such work apart. */
    private static final double COUNTERS_FACTOR = 1.5;

    /** A weighted token of a model of 70 billion parameters costs up to ten times that of one of 8 billion. */
    static final double TOKENS_FACTOR = 10;

    private SplitUncertainty() {}

    /**
     * Standard uncertainty of a share of work.
     *
     * @param method as {@link GpuShares#method} has it
     * @param share 0 to 1
     */
    static double ofShare(String method, double share) {
        return switch (method) {
            case GpuShares.EXCLUSIVE -> 0;
            case GpuShares.GPM -> ofFactor(COUNTERS_FACTOR, share);
            case GpuShares.PROCESS_UTILIZATION -> ofFactor(KERNEL_TIME_FACTOR, share);
            default -> ofUnknown(share);
        };
    }

    /**
     * Standard uncertainty of a share.
     *
     * @param factor by which a unit of its evidence may cost more, or less, than one of the others
     */
    static double ofFactor(double factor, double share) {
        double high = factor * share / (factor * share + 1 - share);
        double low = share / (share + factor * (1 - share));
        return Math.max(high - share, share - low) / UNIFORM_TO_STANDARD;
    }

    /** Standard uncertainty of a share of which nothing is known but that others have one. */
    static double ofUnknown(double share) {
        return share < 1 ? UNKNOWN : 0;
    }
}
