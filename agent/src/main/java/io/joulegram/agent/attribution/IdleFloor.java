package io.joulegram.agent.attribution;

/**
 * What a GPU draws while nobody uses it: the least mean power of a slice in which nobody was seen to. 0 until there was
 * one, so that all energy counts as that of work. Not thread-safe.
 */
final class IdleFloor {
    /** Shorter slices tell more of the sensor's steps than of the GPU. */
    private static final long MIN_SLICE_NANOS = 500_000_000;

    private double microjoulesPerNano = Double.POSITIVE_INFINITY;

    /** Takes in the energy of a slice in which nobody was at work. */
    void learn(long microjoules, long elapsedNanos) {
        if (elapsedNanos >= MIN_SLICE_NANOS && microjoules > 0) {
            microjoulesPerNano = Math.min(microjoulesPerNano, (double) microjoules / elapsedNanos);
        }
    }

    /** The idle part of an energy. */
    double idleMicrojoules(long microjoules, long elapsedNanos) {
        return Double.isFinite(microjoulesPerNano)
                ? Math.min((double) microjoules, microjoulesPerNano * elapsedNanos)
                : 0;
    }
}
