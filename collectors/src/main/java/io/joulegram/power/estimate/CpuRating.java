package io.joulegram.power.estimate;

import java.util.Optional;

/**
 * What is known of a processor, for one package.
 *
 * @param name the name without the maker's, such as {@code EPYC 9654}
 * @param cores how many cores a package has
 * @param threadsPerCore how many threads a core has
 * @param tdpWatts thermal design power
 * @param measured power of a package at rest and at full load, where a published series of measurements has it
 */
record CpuRating(String name, int cores, int threadsPerCore, double tdpWatts, Optional<Span> measured) {
    /**
     * Power at both ends of the load.
     *
     * @param idleWatts at rest
     * @param maxWatts at full load, above the former
     */
    record Span(double idleWatts, double maxWatts) {}

    int threads() {
        return cores * threadsPerCore;
    }
}
