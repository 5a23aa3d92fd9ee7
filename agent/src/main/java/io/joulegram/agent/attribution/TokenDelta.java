package io.joulegram.agent.attribution;

import io.joulegram.tokens.ModelTokens;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of one model between two scrapes.
 *
 * @param prompt prompt tokens as the server counts them
 * @param computedPrompt prompt tokens that were computed
 * @param cachedPrompt prompt tokens that came from a cache
 * @param generated output tokens
 * @param requests requests that finished
 * @param requestMicroseconds what those took from their arrival to their end, summed
 */
record TokenDelta(
        long prompt, long computedPrompt, long cachedPrompt, long generated, long requests, long requestMicroseconds) {
    static final TokenDelta NONE = new TokenDelta(0, 0, 0, 0, 0, 0);

    static TokenDelta between(@Nullable ModelTokens before, ModelTokens after, boolean promptIncludesCached) {
        long prompt = rise(before == null ? OptionalLong.empty() : before.promptTokens(), after.promptTokens());
        long cached =
                rise(before == null ? OptionalLong.empty() : before.cachedPromptTokens(), after.cachedPromptTokens());
        long generated =
                rise(before == null ? OptionalLong.empty() : before.generatedTokens(), after.generatedTokens());
        long computed = promptIncludesCached ? Math.max(0, prompt - cached) : prompt;
        long requests = rise(before == null ? OptionalLong.empty() : before.requests(), after.requests());
        long micros =
                rise(before == null ? OptionalLong.empty() : before.requestMicroseconds(), after.requestMicroseconds());
        return new TokenDelta(prompt, computed, cached, generated, requests, micros);
    }

    private static long rise(OptionalLong before, OptionalLong after) {
        return after.isPresent() ? Math.max(0, after.getAsLong() - before.orElse(0)) : 0;
    }

    /** Prompt tokens, cached or not, and output tokens. */
    long all() {
        return computedPrompt + cachedPrompt + generated;
    }

    boolean isEmpty() {
        return all() == 0;
    }

    TokenDelta plus(TokenDelta other) {
        return new TokenDelta(
                prompt + other.prompt,
                computedPrompt + other.computedPrompt,
                cachedPrompt + other.cachedPrompt,
                generated + other.generated,
                requests + other.requests,
                requestMicroseconds + other.requestMicroseconds);
    }
}
