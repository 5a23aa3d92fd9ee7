package io.joulegram.agent.proxy;

/**
 * The tokens of a request, as the server tells them in its answer.
 *
 * @param prompt tokens of the prompt, cached ones included
 * @param cached those that came from a cache
 * @param output tokens of the answer
 */
record Usage(long prompt, long cached, long output) {
    /** Tokens of the prompt that had to be computed. */
    long computedPrompt() {
        return Math.max(0, prompt - cached);
    }
}
