package io.joulegram.agent.budget;

import java.util.List;
import java.util.OptionalDouble;

/**
 * How a budget stands.
 *
 * @param budget which
 * @param startMillis begin of the present period, since 1970
 * @param endMillis its end
 * @param usedGrams used in it so far, as far as it was observed
 * @param projectedGrams used at its end, if it goes on like the last day (of a budget for a day) or the last seven days;
 *     empty before anything is known
 * @param elapsedRatio how much of the period is over
 * @param observedRatio how much of what is over was observed; the rest is not in {@code usedGrams}
 * @param burns how fast it burns; 1 is exactly on budget
 */
public record BudgetState(
        Budget budget,
        long startMillis,
        long endMillis,
        double usedGrams,
        OptionalDouble projectedGrams,
        double elapsedRatio,
        double observedRatio,
        List<Burn> burns) {
    /** Copies the list. */
    public BudgetState {
        burns = List.copyOf(burns);
    }

    /**
     * How fast a budget burns in a window.
     *
     * @param ratio grams in the window over the grams that the budget gives for as long
     * @param threshold above which an alert is due; empty if no load can get there
     */
    public record Burn(BurnWindow window, double ratio, OptionalDouble threshold) {}

    /** What is left of it; below 0 once it is exhausted. */
    public double remainingGrams() {
        return budget.limitGrams() - usedGrams;
    }
}
