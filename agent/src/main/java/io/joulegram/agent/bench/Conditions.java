package io.joulegram.agent.bench;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What holds for all of a point.
 *
 * @param restWatts power of each part without load, measured before; empty if it was not
 * @param prefill GPU energy above rest of a prompt token that is computed, measured by requests of one output
 *     token; empty if it was not
 * @param flopsPerToken operations that one token takes; empty if not told
 * @param peakFlops operations per second of all accelerators at most; empty if not told
 */
record Conditions(
        Map<Part, Double> restWatts,
        Optional<Estimate> prefill,
        OptionalDouble flopsPerToken,
        OptionalDouble peakFlops) {
    /** Nothing is known. */
    static Conditions unknown() {
        return new Conditions(Map.of(), Optional.empty(), OptionalDouble.empty(), OptionalDouble.empty());
    }

    /** The same with another cost of prompts. */
    Conditions withPrefill(Optional<Estimate> joulesPerToken) {
        return new Conditions(restWatts, joulesPerToken, flopsPerToken, peakFlops);
    }
}
