package io.joulegram.agent.bench;

import io.joulegram.agent.export.Snapshot.Boundary;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What holds for all of a point.
 *
 * @param rest the host without load, measured before; empty if it was not
 * @param restErrors half of the 95 % interval of power at rest, in watts, from its spread; a boundary of which it is not known is absent
 * @param prefill GPU energy above rest of a prompt token that is computed, measured by requests of one output
 *     token; empty if it was not
 * @param model its operations; empty if not told
 * @param peakFlops operations per second of all accelerators at most; empty if not told
 */
record Conditions(
        Optional<EnergyWindow> rest,
        Map<Boundary, Double> restErrors,
        Optional<Estimate> prefill,
        Optional<ModelFlops> model,
        OptionalDouble peakFlops) {
    /** Nothing is known of energy. */
    static Conditions withoutEnergy(Optional<ModelFlops> model, OptionalDouble peakFlops) {
        return new Conditions(Optional.empty(), Map.of(), Optional.empty(), model, peakFlops);
    }

    /** Power within a boundary without load; empty if it was not measured. */
    OptionalDouble restWatts(Boundary boundary) {
        return rest.map(window -> Totals.per(window.joules(boundary), window.seconds()))
                .orElseGet(OptionalDouble::empty);
    }

    /** How far energy at rest may be off by chance within so many seconds, 95 %; 0 where that is not known. */
    double restErrorJoules(Boundary boundary, double seconds) {
        return restErrors.getOrDefault(boundary, 0.0) * seconds;
    }

    /** The cost of a prompt token, in joules. */
    OptionalDouble prefillJoulesPerToken() {
        return prefill.isPresent() ? OptionalDouble.of(prefill.get().value()) : OptionalDouble.empty();
    }

    /** The same with another cost of prompts. */
    Conditions withPrefill(Optional<Estimate> joulesPerToken) {
        return new Conditions(rest, restErrors, joulesPerToken, model, peakFlops);
    }
}
