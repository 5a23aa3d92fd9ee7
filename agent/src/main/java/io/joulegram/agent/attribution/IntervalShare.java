package io.joulegram.agent.attribution;

import io.joulegram.power.Component;

/**
 * What one model got of one closed interval.
 *
 * @param endNanos the end of the interval, on the clock of {@link System#nanoTime()}
 * @param tokens the model's tokens in it
 * @param prefill active energy of prefill
 * @param decode active energy of decode
 * @param idle energy that the devices would have used idle
 * @param idleKnown whether the idle power was known, so that active energy is without it
 */
record IntervalShare(
        long endNanos, TokenDelta tokens, Amounts prefill, Amounts decode, Amounts idle, boolean idleKnown) {

    /** Energy of a component in all phases, in microjoules. */
    long microjoules(Component component) {
        return activeMicrojoules(component) + idle.microjoules(component);
    }

    /** Energy of a component beyond idle, in microjoules. */
    long activeMicrojoules(Component component) {
        return prefill.microjoules(component) + decode.microjoules(component);
    }

    /** Grams from the energy of a component in all phases. */
    double operationalGrams(Component component) {
        return activeOperationalGrams(component) + idle.operationalGrams(component);
    }

    /** Grams from the energy of a component beyond idle. */
    double activeOperationalGrams(Component component) {
        return prefill.operationalGrams(component) + decode.operationalGrams(component);
    }

    /** Grams from the making of a component; not divided into phases. */
    double embodiedGrams(Component component) {
        return prefill.embodiedGrams(component) + decode.embodiedGrams(component) + idle.embodiedGrams(component);
    }
}
