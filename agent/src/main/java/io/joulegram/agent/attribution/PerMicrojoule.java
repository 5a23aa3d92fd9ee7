package io.joulegram.agent.attribution;

import java.util.OptionalDouble;

/**
 * What goes with each microjoule of an energy.
 *
 * @param headlineGrams grams of CO2e by the basis that the configuration chose for figures of models and budgets; 0 where
 *     the intensity is unknown
 * @param locationGrams the same by the average of the place, which the software carbon intensity of ISO/IEC 21031 asks for
 * @param divisionRatio standard uncertainty of the energy from how it was divided between those who share it
 */
record PerMicrojoule(double headlineGrams, double locationGrams, double divisionRatio) {
    private static final double KWH_PER_MICROJOULE = 1 / 3.6e12;
    private static final PerMicrojoule NOTHING = new PerMicrojoule(0, 0, 0);

    static PerMicrojoule ofGramsPerKwh(OptionalDouble headline, OptionalDouble location) {
        return new PerMicrojoule(headline.orElse(0) * KWH_PER_MICROJOULE, location.orElse(0) * KWH_PER_MICROJOULE, 0);
    }

    /** The mean over what a component used; 0 where it used nothing. */
    static PerMicrojoule meanOf(
            long microjoules, double headlineGrams, double locationGrams, double divisionMicrojoules) {
        return microjoules > 0
                ? new PerMicrojoule(
                        headlineGrams / microjoules, locationGrams / microjoules, divisionMicrojoules / microjoules)
                : NOTHING;
    }

    PerMicrojoule withDivision(double ratio) {
        return new PerMicrojoule(headlineGrams, locationGrams, ratio);
    }
}
