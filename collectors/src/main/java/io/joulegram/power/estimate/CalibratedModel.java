package io.joulegram.power.estimate;

import io.joulegram.power.estimate.ModelConstants.Terms;

/**
 * Power by calibrated terms. Memory traffic m cannot be seen without counters, so it bounds the power: none for the low
 * end, and as much as the running threads can cause for the high end, m = min(1, 4u), because a quarter of a server's
 * threads is about what it takes to load its memory fully.
 */
final class CalibratedModel {
    private static final double THREADS_PER_STREAMING_THREAD = 4;

    private CalibratedModel() {}

    /**
     * The model.
     *
     * @param scale what the terms are multiplied by, above 0
     * @param uncertaintyRatio relative uncertainty of the scaled terms
     */
    static PowerModel of(Terms terms, double scale, double uncertaintyRatio) {
        return new PowerModel(u -> scale * terms.at(u, 0), u -> scale * terms.at(u, mostTraffic(u)), uncertaintyRatio);
    }

    private static double mostTraffic(double utilization) {
        return Math.min(1, THREADS_PER_STREAMING_THREAD * utilization);
    }
}
