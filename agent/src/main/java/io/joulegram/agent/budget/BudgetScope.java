package io.joulegram.agent.budget;

import java.util.Locale;

/** Which grams a budget is of. */
public enum BudgetScope {
    /** Those of energy and those of the making of the devices. */
    TOTAL,
    /** Those of energy (GHG Protocol scope 2 for who owns the machine). */
    OPERATIONAL,
    /** Those of the making of the devices, as they fall due. */
    EMBODIED;

    /** The value of the {@code scope} label. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The grams that count. */
    double of(double operationalGrams, double embodiedGrams) {
        return switch (this) {
            case TOTAL -> operationalGrams + embodiedGrams;
            case OPERATIONAL -> operationalGrams;
            case EMBODIED -> embodiedGrams;
        };
    }
}
