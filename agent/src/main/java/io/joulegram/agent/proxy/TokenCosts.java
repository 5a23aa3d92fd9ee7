package io.joulegram.agent.proxy;

import java.util.OptionalDouble;

/**
 * What tokens of a model have cost of late.
 *
 * @param prefillJoules joules for each computed prompt token; empty if not known yet
 * @param decodeJoules joules for each output token; empty if not known yet
 * @param gramsPerJoule CO2e, embodied included; empty if not known
 */
record TokenCosts(OptionalDouble prefillJoules, OptionalDouble decodeJoules, OptionalDouble gramsPerJoule) {
    static final TokenCosts UNKNOWN =
            new TokenCosts(OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty());

    /** Joules of a request; empty if a phase that it had is of unknown cost. */
    OptionalDouble joules(Usage usage) {
        boolean unknown = (usage.computedPrompt() > 0 && prefillJoules.isEmpty())
                || (usage.output() > 0 && decodeJoules.isEmpty());
        return unknown
                ? OptionalDouble.empty()
                : OptionalDouble.of(
                        usage.computedPrompt() * prefillJoules.orElse(0) + usage.output() * decodeJoules.orElse(0));
    }

    /** Grams of a request; empty if its joules are, or the grid's intensity. */
    OptionalDouble grams(Usage usage) {
        OptionalDouble joules = joules(usage);
        return joules.isEmpty() || gramsPerJoule.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(joules.getAsDouble() * gramsPerJoule.getAsDouble());
    }
}
