package io.joulegram.agent.budget;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What was used of one budget in its present period, and how fast of late. Thread-safe: the present is booked by one
 * thread while another takes in the past from the ledger.
 */
final class BudgetAccount {
    private static final long MINUTE_MILLIS = 60_000;
    private static final long DAY_MILLIS = 86_400_000;
    private static final int RECENT_DAYS = 7;
    private static final long MIN_KNOWN_MILLIS = 300_000;

    private final Budget budget;
    private final ZoneId zone;
    private final SlotRing recent = new SlotRing(MINUTE_MILLIS, RECENT_DAYS * DAY_MILLIS);

    private BudgetPeriod.Span period;
    private double usedGrams;
    private double coveredMillis;

    BudgetAccount(Budget budget, ZoneId zone, long nowMillis) {
        this.budget = budget;
        this.zone = zone;
        period = budget.period().around(nowMillis, zone);
    }

    Budget budget() {
        return budget;
    }

    /** The earliest instant of which grams matter to the period or to the projection. */
    synchronized long neededFromMillis(long nowMillis) {
        return Math.min(period.startMillis(), nowMillis - RECENT_DAYS * DAY_MILLIS);
    }

    /**
     * Books grams. What lies across the begin of a period is shared in proportion.
     *
     * @param coveredMillis how much of the time was observed
     */
    synchronized void add(long startMillis, long endMillis, long coveredMillis, double grams) {
        recent.add(startMillis, endMillis, grams);
        if (endMillis > period.endMillis()) {
            rollOver(endMillis);
        }
        double length = endMillis - startMillis;
        long overlap = Math.min(endMillis, period.endMillis()) - Math.max(startMillis, period.startMillis());
        double share = length > 0 ? Math.max(0, overlap) / length : period.contains(startMillis) ? 1 : 0;
        usedGrams += share * grams;
        this.coveredMillis += share * coveredMillis;
    }

    private void rollOver(long millis) {
        period = budget.period().around(millis - 1, zone);
        usedGrams = 0;
        coveredMillis = 0;
    }

    synchronized BudgetState state(long nowMillis, OptionalDouble peakGramsPerSecond) {
        if (nowMillis >= period.endMillis()) {
            rollOver(nowMillis + 1);
        }
        double elapsed = Math.max(0, Math.min(1, (nowMillis - period.startMillis()) / 1e3 / period.seconds()));
        double observed = elapsed > 0 ? Math.min(1, coveredMillis / (elapsed * period.seconds() * 1e3)) : 1;
        double allowedPerSecond = budget.limitGrams() / period.seconds();
        OptionalDouble maxBurn = peakGramsPerSecond.isPresent()
                ? OptionalDouble.of(peakGramsPerSecond.getAsDouble() / allowedPerSecond)
                : OptionalDouble.empty();
        List<BudgetState.Burn> burns = new ArrayList<>();
        for (BurnWindow window : BurnWindow.values()) {
            OptionalDouble rate = gramsPerSecond(nowMillis, window.millis());
            if (rate.isPresent()) {
                burns.add(
                        new BudgetState.Burn(window, rate.getAsDouble() / allowedPerSecond, window.threshold(maxBurn)));
            }
        }
        return new BudgetState(
                budget,
                period.startMillis(),
                period.endMillis(),
                usedGrams,
                projection(nowMillis),
                elapsed,
                observed,
                burns);
    }

    /** What was used, and the rest of the period at the mean rate of the last day, or week for longer periods. */
    private OptionalDouble projection(long nowMillis) {
        long span = budget.period() == BudgetPeriod.DAY ? DAY_MILLIS : RECENT_DAYS * DAY_MILLIS;
        OptionalDouble rate = gramsPerSecond(nowMillis, span);
        double restSeconds = Math.max(0, period.endMillis() - nowMillis) / 1e3;
        return rate.isPresent()
                ? OptionalDouble.of(usedGrams + rate.getAsDouble() * restSeconds)
                : OptionalDouble.empty();
    }

    /** The mean rate over a span that ends now, or since the first grams that are known if that is later. */
    private OptionalDouble gramsPerSecond(long nowMillis, long spanMillis) {
        if (recent.firstMillis() == Long.MAX_VALUE) {
            return OptionalDouble.empty();
        }
        long from = Math.max(nowMillis - spanMillis, recent.firstMillis());
        return nowMillis - from < Math.min(spanMillis, MIN_KNOWN_MILLIS)
                ? OptionalDouble.empty()
                : OptionalDouble.of(recent.since(from) / ((nowMillis - from) / 1e3));
    }
}
