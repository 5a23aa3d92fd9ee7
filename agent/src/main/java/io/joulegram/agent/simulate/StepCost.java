package io.joulegram.agent.simulate;

/**
 * What a step takes, over all accelerators.
 *
 * @param nanos how long it lasts
 * @param prefillMicrojoules energy above rest that its prefill takes
 * @param decodeMicrojoules energy above rest that its decoding takes
 */
record StepCost(long nanos, long prefillMicrojoules, long decodeMicrojoules) {}
