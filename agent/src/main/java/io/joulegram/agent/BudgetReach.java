package io.joulegram.agent;

import io.joulegram.agent.budget.Budget;
import io.joulegram.agent.budget.BudgetScope;
import io.joulegram.agent.config.AgentConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Finds budgets that no load can exhaust, whose alerts could therefore never fire. */
public final class BudgetReach {
    private static final double GRAM_SECONDS_PER_WATT = 1 / 3.6e6;

    private BudgetReach() {}

    /**
     * What is to be said of the budgets of a configuration, a line each; empty if nothing is. Grams of making are not
     * reckoned with, as they are known on the host alone.
     *
     * @throws IllegalArgumentException if the grid of the configuration does not exist; the message says what does
     */
    public static List<String> warnings(AgentConfig config) {
        List<String> warnings = new ArrayList<>();
        if (config.budgets().isEmpty()) {
            return warnings;
        }
        if (config.ledger().path().isEmpty()) {
            warnings.add("budgets: without a ledger they begin at 0 when the agent starts; set ledger.path");
        }
        OptionalDouble gramsPerKwh = Grid.headlineNow(config.grid())
                .map(figure -> OptionalDouble.of(figure.gramsPerKwh()))
                .orElse(OptionalDouble.empty());
        if (gramsPerKwh.isEmpty()) {
            warnings.add("budgets: no carbon intensity is known here, so grams of energy may be absent; set grid.zone");
        }
        for (Budget budget : config.budgets()) {
            if (gramsPerKwh.isPresent()
                    && config.host().peakWatts().isPresent()
                    && budget.scope() != BudgetScope.EMBODIED) {
                double watts = config.host().peakWatts().getAsDouble();
                double most = watts
                        * config.pue()
                        * gramsPerKwh.getAsDouble()
                        * GRAM_SECONDS_PER_WATT
                        * longest(budget).toSeconds();
                if (most <= budget.limitGrams()) {
                    warnings.add(String.format(
                            Locale.ROOT,
                            "budgets: \"%s\" cannot be exhausted: %.0f W at PUE %s and %.0f g/kWh emit %.1f kg in a %s, and"
                                    + " its limit is %.1f kg; its alerts will never fire",
                            budget.name(),
                            watts,
                            config.pue(),
                            gramsPerKwh.getAsDouble(),
                            most / 1e3,
                            budget.period().label(),
                            budget.limitGrams() / 1e3));
                }
            }
        }
        return warnings;
    }

    private static Duration longest(Budget budget) {
        return switch (budget.period()) {
            case DAY -> Duration.ofHours(25);
            case WEEK -> Duration.ofDays(7).plusHours(1);
            case MONTH -> Duration.ofDays(31).plusHours(1);
        };
    }
}
