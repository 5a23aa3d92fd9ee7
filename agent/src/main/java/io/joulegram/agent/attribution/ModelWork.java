package io.joulegram.agent.attribution;

import io.joulegram.tokens.ModelTokens;

/**
 * What one model did in an interval.
 *
 * @param account the model's
 * @param now its counters at the end
 * @param tokens what they grew by
 */
record ModelWork(ModelAccount account, ModelTokens now, TokenDelta tokens) {
    /** Whether it had tokens. */
    boolean worked() {
        return !tokens.isEmpty();
    }
}
