package io.joulegram.agent.attribution;

import java.util.stream.DoubleStream;

/**
 * Shares of the active energy of an interval, in any unit.
 *
 * @param method what they rest on
 * @param pairs prefill and decode of each model in turn, each 0 or more
 */
record PhaseWeights(PhaseMethod method, double[] pairs) {
    double sum() {
        return DoubleStream.of(pairs).sum();
    }
}
