package io.joulegram.agent.attribution;

import java.util.stream.DoubleStream;

/** Shares of the active energy of an interval, in any unit. */
final class PhaseWeights {
    private final PhaseMethod method;
    private final double[] pairs;

    /**
     * @param method what they rest on
     * @param pairs prefill and decode of each model in turn, each 0 or more; kept, not copied
     */
    PhaseWeights(PhaseMethod method, double[] pairs) {
        this.method = method;
        this.pairs = pairs;
    }

    PhaseMethod method() {
        return method;
    }

    /** Prefill and decode of each model in turn. */
    double[] pairs() {
        return pairs;
    }

    double sum() {
        return DoubleStream.of(pairs).sum();
    }

    /** Relative standard uncertainty of what a model gets, from how it was divided between several that worked. */
    double errorRatio(int model) {
        double share = (pairs[2 * model] + pairs[2 * model + 1]) / sum();
        return share > 0 ? SplitUncertainty.ofFactor(costFactor(), share) / share : 0;
    }

    /** By which a unit of weight may cost one model more than another. */
    private double costFactor() {
        return method == PhaseMethod.PHASE_SECONDS
                ? SplitUncertainty.KERNEL_TIME_FACTOR
                : SplitUncertainty.TOKENS_FACTOR;
    }
}
