package io.joulegram.power.estimate;

/**
 * Power of a processor package by its utilization.
 *
 * <p>The two models in common use enclose most others and differ by up to four times at the low loads that hosts of
 * inference servers have, so the estimate is their mean, and its uncertainty is half their distance. Of the rated power
 * R, at a utilization u from 0 to 1:
 *
 * <ul>
 *   <li>low: R (0.1 + 0.9 u^3), CodeCarbon v3 ({@code codecarbon/core/cpu.py});
 *   <li>high: R times 0.12, 0.32, 0.75 and 1.02 at 0, 10, 50 and 100 %, with straight lines between: Teads' curve,
 *       as in the Green Software Foundation's Impact Framework and Boavizta's API.
 * </ul>
 *
 * <p>Uncertainty: U = max(0.30, sqrt(m^2 + r^2)), where m is the largest (high - low) / (high + low) over all u, and r
 * is the relative uncertainty of R itself. For a processor whose rating is known r is 0, and U is 0.62.
 */
final class CpuPowerModel {
    /** The least that an estimate may claim, however well its models agree. */
    static final double MIN_UNCERTAINTY_RATIO = 0.30;

    /** Rated power of an unknown processor: CodeCarbon v3's default, near the middle of the built-in table. */
    static final double UNKNOWN_WATTS_PER_THREAD = 4;

    /** Half the spread of watts per thread in the built-in table, two threads to a core, relative to its middle. */
    static final double UNKNOWN_RATING_UNCERTAINTY_RATIO = 0.66;

    private static final double[] TEADS_UTILIZATION = {0, 0.1, 0.5, 1};
    private static final double[] TEADS_RATIO = {0.12, 0.32, 0.75, 1.02};
    private static final int GRID = 1000;

    private final double ratedWatts;
    private final double uncertaintyRatio;

    private CpuPowerModel(double ratedWatts, double ratingUncertaintyRatio) {
        this.ratedWatts = ratedWatts;
        uncertaintyRatio = Math.max(MIN_UNCERTAINTY_RATIO, Math.hypot(disagreementRatio(), ratingUncertaintyRatio));
    }

    /**
     * The model of a processor in the table.
     *
     * @param visibleCores how many of its cores this machine has: a virtual machine gets only its share of the power
     */
    static CpuPowerModel of(CpuRating rating, int visibleCores) {
        double share = Math.min(1, (double) visibleCores / rating.cores());
        return new CpuPowerModel(rating.tdpWatts() * share, 0);
    }

    /** The model of a processor that is known by its number of threads alone. */
    static CpuPowerModel ofUnknown(int threads) {
        return new CpuPowerModel(UNKNOWN_WATTS_PER_THREAD * threads, UNKNOWN_RATING_UNCERTAINTY_RATIO);
    }

    /** The estimate at a utilization from 0 to 1. */
    double watts(double utilization) {
        return ratedWatts * (lowRatio(utilization) + highRatio(utilization)) / 2;
    }

    /** The estimate at full load. */
    double maxWatts() {
        return watts(1);
    }

    /** U of the formula above. */
    double uncertaintyRatio() {
        return uncertaintyRatio;
    }

    private static double lowRatio(double utilization) {
        return 0.1 + 0.9 * utilization * utilization * utilization;
    }

    private static double highRatio(double utilization) {
        int next = 1;
        while (next < TEADS_UTILIZATION.length - 1 && utilization > TEADS_UTILIZATION[next]) {
            next++;
        }
        double from = TEADS_UTILIZATION[next - 1];
        double along = (utilization - from) / (TEADS_UTILIZATION[next] - from);
        return TEADS_RATIO[next - 1] + along * (TEADS_RATIO[next] - TEADS_RATIO[next - 1]);
    }

    private static double disagreementRatio() {
        double largest = 0;
        for (int i = 0; i <= GRID; i++) {
            double utilization = (double) i / GRID;
            double low = lowRatio(utilization);
            double high = highRatio(utilization);
            largest = Math.max(largest, (high - low) / (high + low));
        }
        return largest;
    }
}
