package io.joulegram.agent.export;

import io.joulegram.agent.energy.CumulativeEnergy;
import io.joulegram.power.Domain;

/**
 * The energy of one domain of one device over the last time, of which the live page draws the power.
 *
 * @param curve written by the sampler; read here without a lock
 */
public record PowerCurve(Domain domain, String device, CumulativeEnergy curve) {
    private static final double WATTS_PER_MICROJOULE_PER_NANO = 1e3;

    /** What the chart calls it, {@code gpu 0}. */
    String label() {
        return domain.label() + " " + device;
    }

    /**
     * The mean power between two instants, in watts; NaN where the energy of a part of that time is not known. No device
     * uses nothing: a curve that does not rise is one that was not observed, and the first rise after that may be of a part
     * of the time alone.
     */
    double meanWatts(long startNanos, long endNanos) {
        if (curve.coveredUntilNanos() - endNanos < 0) {
            return Double.NaN;
        }
        long start = curve.microjoulesAt(startNanos);
        long microjoules = curve.microjoulesAt(endNanos) - start;
        boolean observed = microjoules > 0 && start - curve.microjoulesAt(2 * startNanos - endNanos) > 0;
        return observed ? WATTS_PER_MICROJOULE_PER_NANO * microjoules / (endNanos - startNanos) : Double.NaN;
    }
}
