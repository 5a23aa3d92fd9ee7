package io.joulegram.power.rapl;

/**
 * Power that is high for the first part of each period and low for the rest.
 *
 * @param lowWatts power in the rest of the period, 0 or more
 * @param highWatts power in the first part of the period
 * @param periodNanos length of a period, above 0
 * @param dutyRatio share of the first part, 0 to 1
 */
public record SquareWave(double lowWatts, double highWatts, long periodNanos, double dutyRatio) {
    private static final double MICROJOULES_PER_WATT_NANO = 1e-3;

    /** Power that does not change. */
    public static SquareWave constant(double watts) {
        return new SquareWave(watts, watts, 1_000_000_000, 1);
    }

    /** The exact energy from the begin of the first period, in microjoules. */
    public double energyMicrojoules(long elapsedNanos) {
        double highNanosPerPeriod = dutyRatio * periodNanos;
        long periods = elapsedNanos / periodNanos;
        double highNanos =
                periods * highNanosPerPeriod + Math.min((double) (elapsedNanos % periodNanos), highNanosPerPeriod);
        double lowNanos = elapsedNanos - highNanos;
        return (highNanos * highWatts + lowNanos * lowWatts) * MICROJOULES_PER_WATT_NANO;
    }
}
