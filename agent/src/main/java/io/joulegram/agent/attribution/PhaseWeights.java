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
}
