package io.joulegram.agent.report;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * One line of a report: what something used and emitted. What is not known is empty.
 *
 * @param name what it is of: a component, a device, a model, a day
 * @param measured whether its energy is known at all; if not, the grams of energy are not known either
 * @param joules facility energy; 0 if it is not known
 * @param uncertaintyRatio relative error of the energy as its sensors have it
 * @param operationalGrams CO2e of energy, location-based (GHG Protocol scope 2)
 * @param marketGrams the same, market-based
 * @param marginalGrams the same, by the marginal intensity; not part of an inventory
 * @param embodiedGrams CO2e of the making of the devices that fell due
 * @param embodiedLowGrams lower bound of that
 * @param embodiedHighGrams upper bound
 * @param phases how a model's energy is split; empty for what is no model
 * @param tokens what a model did; empty for what is no model
 */
public record Line(
        String name,
        boolean measured,
        double joules,
        double uncertaintyRatio,
        OptionalDouble operationalGrams,
        OptionalDouble marketGrams,
        OptionalDouble marginalGrams,
        double embodiedGrams,
        double embodiedLowGrams,
        double embodiedHighGrams,
        Optional<Phases> phases,
        Optional<Tokens> tokens) {

    /** Energy of a model by phase, in joules. */
    public record Phases(double prefillJoules, double decodeJoules, double idleJoules) {}

    /** Tokens of a model. */
    public record Tokens(long prompt, long cached, long generated) {}

    /** Operational, location-based, and embodied grams; empty if the operational are unknown. */
    public OptionalDouble totalGrams() {
        return operationalGrams.isPresent()
                ? OptionalDouble.of(operationalGrams.getAsDouble() + embodiedGrams)
                : OptionalDouble.empty();
    }

    /** Output tokens; empty if this is no model or it wrote none. */
    public OptionalLong generatedTokens() {
        return tokens.isPresent() && tokens.get().generated() > 0
                ? OptionalLong.of(tokens.get().generated())
                : OptionalLong.empty();
    }

    /** Joules per output token, idle included. */
    public OptionalDouble joulesPerToken() {
        return generatedTokens().isPresent()
                ? OptionalDouble.of(joules / generatedTokens().getAsLong())
                : OptionalDouble.empty();
    }

    /** SCI per output token, (E * I + M) / R of ISO/IEC 21031, in grams. */
    public OptionalDouble gramsPerToken() {
        return generatedTokens().isPresent() && totalGrams().isPresent()
                ? OptionalDouble.of(
                        totalGrams().getAsDouble() / generatedTokens().getAsLong())
                : OptionalDouble.empty();
    }
}
