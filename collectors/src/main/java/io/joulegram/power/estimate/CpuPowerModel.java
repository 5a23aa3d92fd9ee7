package io.joulegram.power.estimate;

/**
 * Power of a processor package by its utilization u.
 *
 * <p>The two models in common use enclose most others and differ by up to four times at the low loads that hosts of
 * inference servers have, so they are the bounds. Of the rated power R:
 *
 * <ul>
 *   <li>low: R (0.1 + 0.9 u^3), CodeCarbon v3 ({@code codecarbon/core/cpu.py});
 *   <li>high: R times 0.12, 0.32, 0.75 and 1.02 at 0, 10, 50 and 100 %, with straight lines between: Teads' curve,
 *       as in the Green Software Foundation's Impact Framework and Boavizta's API.
 * </ul>
 *
 * <p>Where power at rest and at full load was measured for a processor's family, both curves run between these two.
 */
final class CpuPowerModel {
    /** Rated power of an unknown processor: CodeCarbon v3's default, near the middle of the built-in table. */
    static final double UNKNOWN_WATTS_PER_THREAD = 4;

    /** Half the spread of watts per thread in the built-in table, two threads to a core, relative to its middle. */
    static final double UNKNOWN_RATING_UNCERTAINTY_RATIO = 0.66;

    /**
     * A virtual machine is not told whether one of its processors is a thread, as with the large clouds, or a whole
     * core: a factor of two, of which this is half the span over the middle.
     */
    static final double VIRTUAL_SHARE_UNCERTAINTY_RATIO = (2.0 - 1) / (2 + 1);

    private static final double[] TEADS_UTILIZATION = {0, 0.1, 0.5, 1};
    private static final double[] TEADS_RATIO = {0.12, 0.32, 0.75, 1.02};

    private CpuPowerModel() {}

    /**
     * The model of a processor in the table.
     *
     * @param share of the package that this machine has, above 0, at most 1
     * @param shareUncertaintyRatio relative uncertainty of that share
     */
    static PowerModel of(CpuRating rating, double share, double shareUncertaintyRatio) {
        return rating.measured()
                .map(span -> between(span.idleWatts() * share, span.maxWatts() * share, shareUncertaintyRatio))
                .orElseGet(() -> rated(rating.tdpWatts() * share, shareUncertaintyRatio));
    }

    /** The model of a processor that is known by its number of threads alone. */
    static PowerModel ofUnknown(int threads) {
        return rated(UNKNOWN_WATTS_PER_THREAD * threads, UNKNOWN_RATING_UNCERTAINTY_RATIO);
    }

    private static PowerModel rated(double watts, double uncertaintyRatio) {
        return new PowerModel(u -> watts * (0.1 + 0.9 * u * u * u), u -> watts * teadsRatio(u), uncertaintyRatio);
    }

    private static PowerModel between(double idleWatts, double maxWatts, double uncertaintyRatio) {
        double span = maxWatts - idleWatts;
        double first = TEADS_RATIO[0];
        double last = TEADS_RATIO[TEADS_RATIO.length - 1];
        return new PowerModel(
                u -> idleWatts + span * u * u * u,
                u -> idleWatts + span * (teadsRatio(u) - first) / (last - first),
                uncertaintyRatio);
    }

    private static double teadsRatio(double utilization) {
        int next = 1;
        while (next < TEADS_UTILIZATION.length - 1 && utilization > TEADS_UTILIZATION[next]) {
            next++;
        }
        double from = TEADS_UTILIZATION[next - 1];
        double along = (utilization - from) / (TEADS_UTILIZATION[next] - from);
        return TEADS_RATIO[next - 1] + along * (TEADS_RATIO[next] - TEADS_RATIO[next - 1]);
    }
}
