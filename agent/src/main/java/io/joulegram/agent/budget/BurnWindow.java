package io.joulegram.agent.budget;

import java.util.OptionalDouble;

/**
 * The times over which it is told how fast a budget burns: 1 is exactly on budget. Each long window has the factor at
 * which the classic alerts on error budgets fire (Google SRE workbook, "Alerting on SLOs").
 *
 * <p>Those factors suit errors, whose ratio can rise a thousandfold. Grams are bounded by what the machine can draw, so
 * that a factor of 14.4 could never be reached: a threshold is therefore at most 70 % of the way from 1 to the highest
 * burn that can be reached.
 */
public enum BurnWindow {
    /** The short window of the first alert. */
    MINUTES_5("5m", 5 * 60_000L, 14.4),
    /** The short window of the second alert. */
    MINUTES_30("30m", 30 * 60_000L, 6),
    /** 2 % of a month's budget in an hour. */
    HOUR("1h", 3_600_000L, 14.4),
    /** 5 % of a month's budget in six hours. */
    HOURS_6("6h", 6 * 3_600_000L, 6),
    /** 10 % of a month's budget in three days. */
    DAYS_3("3d", 72 * 3_600_000L, 1.1);

    private static final double SHARE_OF_REACH = 0.7;

    private final String label;
    private final long millis;
    private final double classicFactor;

    BurnWindow(String label, long millis, double classicFactor) {
        this.label = label;
        this.millis = millis;
        this.classicFactor = classicFactor;
    }

    /** The value of the {@code window} label. */
    public String label() {
        return label;
    }

    long millis() {
        return millis;
    }

    /**
     * The burn above which an alert is due; empty if no load can burn the budget faster than it is given.
     *
     * @param maxBurn the highest burn that can be reached; empty if unknown
     */
    OptionalDouble threshold(OptionalDouble maxBurn) {
        if (maxBurn.isEmpty()) {
            return OptionalDouble.of(classicFactor);
        }
        double reach = maxBurn.getAsDouble() - 1;
        return reach > 0
                ? OptionalDouble.of(Math.min(classicFactor, 1 + SHARE_OF_REACH * reach))
                : OptionalDouble.empty();
    }
}
