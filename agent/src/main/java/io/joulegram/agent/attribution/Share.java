package io.joulegram.agent.attribution;

/**
 * A part of the energy of a device that several share.
 *
 * @param ratio 0 to 1
 * @param error standard uncertainty of the ratio, from how it was divided
 */
record Share(double ratio, double error) {
    static final Share WHOLE = new Share(1, 0);

    Share plus(Share other) {
        return new Share(ratio + other.ratio, error + other.error);
    }

    /** Relative standard uncertainty; 0 for no share. */
    double errorRatio() {
        return ratio > 0 ? error / ratio : 0;
    }
}
