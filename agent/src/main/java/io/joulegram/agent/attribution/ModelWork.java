package io.joulegram.agent.attribution;

import io.joulegram.tokens.ModelTokens;

/**
 * What one model did in an interval.
 *
 * @param account the model's
 * @param now its counters at the end
 * @param counted what they grew by
 * @param tokens the same with output as it was made, which weighs energy; another only where the server counts it later
 */
record ModelWork(ModelAccount account, ModelTokens now, TokenDelta counted, TokenDelta tokens) {
    /** Whether it had tokens. */
    boolean worked() {
        return !tokens.isEmpty();
    }

    /** Whether it worked and cannot be told yet at what. */
    boolean isOpen(long elapsedNanos) {
        return account.progress().isOpen(counted, tokens, now, elapsedNanos);
    }
}
