package io.joulegram.agent.simulate;

/**
 * What one phase has to do in one step.
 *
 * @param tokens tokens that are computed
 * @param pairs over these tokens, the tokens that each of them attends to, itself included
 * @param keyValueTokensRead tokens whose keys and values are read from memory: once for each sequence
 */
record PhaseWork(long tokens, long pairs, long keyValueTokensRead) {
    static final PhaseWork NONE = new PhaseWork(0, 0, 0);

    /** With so many tokens of one more sequence, of which so many were computed before. */
    PhaseWork plus(int newTokens, int computedTokens) {
        return new PhaseWork(
                tokens + newTokens,
                pairs + (long) newTokens * computedTokens + (long) newTokens * (newTokens + 1) / 2,
                keyValueTokensRead + computedTokens);
    }
}
