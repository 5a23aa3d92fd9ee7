package io.joulegram.agent.bench;

import java.util.List;

/**
 * Power over the time of a run, second by second.
 *
 * @param seconds since its steady state began, the middle of each step
 * @param gpuWatts of all accelerators
 * @param hostWatts of the whole host
 */
public record PowerTrace(List<Double> seconds, List<Double> gpuWatts, List<Double> hostWatts) {
    /** Nothing is known. */
    static PowerTrace empty() {
        return new PowerTrace(List.of(), List.of(), List.of());
    }
}
