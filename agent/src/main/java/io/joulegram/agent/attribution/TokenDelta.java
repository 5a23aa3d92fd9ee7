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
 */
record TokenDelta(long prompt, long computedPrompt, long cachedPrompt, long generated) {
    static TokenDelta between(@Nullable ModelTokens before, ModelTokens after, boolean promptIncludesCached) {
        long prompt = rise(before == null ? OptionalLong.empty() : before.promptTokens(), after.promptTokens());
        long cached =
                rise(before == null ? OptionalLong.empty() : before.cachedPromptTokens(), after.cachedPromptTokens());
        long generated =
                rise(before == null ? OptionalLong.empty() : before.generatedTokens(), after.generatedTokens());
        long computed = promptIncludesCached ? Math.max(0, prompt - cached) : prompt;
        return new TokenDelta(prompt, computed, cached, generated);
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
                generated + other.generated);
    }
}
