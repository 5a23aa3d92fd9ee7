package io.joulegram.agent.export;

import java.util.OptionalDouble;

/**
 * Energy and carbon of a model's requests in the last minute, times what a request takes: what is to be made small where
 * neither speed nor carbon alone is the aim. Per request: E joules of facility energy, idle included; D seconds from its
 * arrival to its end; C grams of CO2e, embodied or total.
 *
 * <p>The products are those of ACT (Gupta et al., ISCA 2022), which "Towards Carbon-efficient LLM Life Cycle" (HotCarbon
 * 2024) shows by batch size in figure 8: EDP = E D, CDP = C_embodied D, CEP = C_embodied E, tCDP = (C_operational +
 * C_embodied) D.
 *
 * @param requests that finished, above 0
 * @param delaySeconds D, the mean of the requests that finished
 * @param joules E
 * @param operationalGrams of the energy; empty where the carbon intensity is not known
 * @param embodiedGrams of the making of the hardware
 */
public record DelayProducts(
        long requests, double delaySeconds, double joules, OptionalDouble operationalGrams, double embodiedGrams) {
    /** E D, in joule seconds. */
    public double energyDelay() {
        return joules * delaySeconds;
    }

    /** C_embodied D, in gram seconds. */
    public double carbonDelay() {
        return embodiedGrams * delaySeconds;
    }

    /** C_embodied E, in gram joules. */
    public double carbonEnergy() {
        return embodiedGrams * joules;
    }

    /** (C_operational + C_embodied) D, in gram seconds; empty where the carbon intensity is not known. */
    public OptionalDouble totalCarbonDelay() {
        return operationalGrams.isPresent()
                ? OptionalDouble.of((operationalGrams.getAsDouble() + embodiedGrams) * delaySeconds)
                : OptionalDouble.empty();
    }
}
