package io.joulegram.agent.bench;

import io.joulegram.agent.export.Snapshot.Boundary;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What holds for all of a point.
 *
 * @param rest the host without load, measured before; empty if it was not
 * @param prefill GPU energy above rest of a prompt token that is computed, measured by requests of one output
 *     token; empty if it was not
 * @param flopsPerToken operations that one token takes; empty if not told
 * @param peakFlops operations per second of all accelerators at most; empty if not told
 */
record Conditions(
        Optional<EnergyWindow> rest,
        Optional<Estimate> prefill,
        OptionalDouble flopsPerToken,
        OptionalDouble peakFlops) {
    /** Nothing is known. */
    static Conditions unknown() {
        return new Conditions(Optional.empty(), Optional.empty(), OptionalDouble.empty(), OptionalDouble.empty());
    }

    /** Power within a boundary without load; empty if it was not measured. */
    OptionalDouble restWatts(Boundary boundary) {
        return rest.map(window -> Totals.per(window.joules(boundary), window.seconds()))
                .orElseGet(OptionalDouble::empty);
    }

    /** The cost of a prompt token, in joules. */
    OptionalDouble prefillJoulesPerToken() {
        return prefill.isPresent() ? OptionalDouble.of(prefill.get().value()) : OptionalDouble.empty();
    }

    /** The same with another cost of prompts. */
    Conditions withPrefill(Optional<Estimate> joulesPerToken) {
        return new Conditions(rest, joulesPerToken, flopsPerToken, peakFlops);
    }
}
