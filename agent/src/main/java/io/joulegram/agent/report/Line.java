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

    /** What is left of this without a part of it, so that the two always sum up to this. */
    Line without(String rest, Line part) {
        return new Line(
                rest,
                measured,
                joules - part.joules,
                uncertaintyRatio,
                difference(operationalGrams, part.operationalGrams),
                difference(marketGrams, part.marketGrams),
                difference(marginalGrams, part.marginalGrams),
                embodiedGrams - part.embodiedGrams,
                embodiedLowGrams - part.embodiedLowGrams,
                embodiedHighGrams - part.embodiedHighGrams,
                Optional.empty(),
                Optional.empty());
    }

    /** This and another that is no model, by the name of this. */
    Line plus(Line other) {
        return new Line(
                name,
                measured || other.measured,
                joules + other.joules,
                Math.max(uncertaintyRatio, other.uncertaintyRatio),
                sum(operationalGrams, other.operationalGrams),
                sum(marketGrams, other.marketGrams),
                sum(marginalGrams, other.marginalGrams),
                embodiedGrams + other.embodiedGrams,
                embodiedLowGrams + other.embodiedLowGrams,
                embodiedHighGrams + other.embodiedHighGrams,
                Optional.empty(),
                Optional.empty());
    }

    /** The same by another name. */
    Line named(String other) {
        return new Line(
                other,
                measured,
                joules,
                uncertaintyRatio,
                operationalGrams,
                marketGrams,
                marginalGrams,
                embodiedGrams,
                embodiedLowGrams,
                embodiedHighGrams,
                phases,
                tokens);
    }

    private static OptionalDouble sum(OptionalDouble one, OptionalDouble other) {
        return one.isPresent() || other.isPresent() ? OptionalDouble.of(one.orElse(0) + other.orElse(0)) : one;
    }

    private static OptionalDouble difference(OptionalDouble whole, OptionalDouble part) {
        return whole.isPresent() ? OptionalDouble.of(whole.getAsDouble() - part.orElse(0)) : whole;
    }

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
