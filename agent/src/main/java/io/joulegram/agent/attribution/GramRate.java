package io.joulegram.agent.attribution;

import java.util.OptionalDouble;

/**
 * Carbon intensity in grams of CO2e per microjoule, by the two bases that models are told by; 0 where it is unknown.
 *
 * @param headline by the basis that the configuration chose for figures of models and budgets
 * @param location by the average of the place, which the software carbon intensity of ISO/IEC 21031 asks for
 */
record GramRate(double headline, double location) {
    private static final double KWH_PER_MICROJOULE = 1 / 3.6e12;

    static GramRate ofGramsPerKwh(OptionalDouble headline, OptionalDouble location) {
        return new GramRate(headline.orElse(0) * KWH_PER_MICROJOULE, location.orElse(0) * KWH_PER_MICROJOULE);
    }

    /** The mean over what a component used; 0 where it used nothing. */
    static GramRate meanOf(long microjoules, double headlineGrams, double locationGrams) {
        return microjoules > 0
                ? new GramRate(headlineGrams / microjoules, locationGrams / microjoules)
                : new GramRate(0, 0);
    }
}
