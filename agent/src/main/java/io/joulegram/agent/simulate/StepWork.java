package io.joulegram.agent.simulate;

/**
 * What one step of the engine has to do: one pass through the model for all tokens of the batch.
 *
 * @param prefill tokens of prompts, and of what preemption threw away
 * @param decode tokens that follow one by one
 * @param sequences sequences in the batch
 */
record StepWork(PhaseWork prefill, PhaseWork decode, int sequences) {
    /** The tokens that are computed. */
    long tokens() {
        return prefill.tokens() + decode.tokens();
    }
}
