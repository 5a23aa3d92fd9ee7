package io.joulegram.agent.attribution;

import io.joulegram.tokens.ModelTokens;
import java.util.OptionalLong;
import java.util.function.Function;
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
 * @param prefillMicroseconds time in which the engine computed prompts; 0 if it does not tell
 * @param decodeMicroseconds time in which the engine computed output; 0 if it does not tell
 * @param steps steps of the engine; 0 if it does not tell
 */
record TokenDelta(
        long prompt,
        long computedPrompt,
        long cachedPrompt,
        long generated,
        long requests,
        long requestMicroseconds,
        long prefillMicroseconds,
        long decodeMicroseconds,
        long steps) {
    static final TokenDelta NONE = new TokenDelta(0, 0, 0, 0, 0, 0, 0, 0, 0);

    static TokenDelta between(@Nullable ModelTokens before, ModelTokens after, boolean promptIncludesCached) {
        long prompt = rise(before, after, ModelTokens::promptTokens);
        long cached = rise(before, after, ModelTokens::cachedPromptTokens);
        return new TokenDelta(
                prompt,
                promptIncludesCached ? Math.max(0, prompt - cached) : prompt,
                cached,
                rise(before, after, ModelTokens::generatedTokens),
                rise(before, after, ModelTokens::requests),
                rise(before, after, ModelTokens::requestMicroseconds),
                rise(before, after, ModelTokens::prefillMicroseconds),
                rise(before, after, ModelTokens::decodeMicroseconds),
                rise(before, after, ModelTokens::steps));
    }

    private static long rise(
            @Nullable ModelTokens before, ModelTokens after, Function<ModelTokens, OptionalLong> counter) {
        OptionalLong now = counter.apply(after);
        long then = before == null ? 0 : counter.apply(before).orElse(0);
        return now.isPresent() ? Math.max(0, now.getAsLong() - then) : 0;
    }

    /** Prompt tokens, cached or not, and output tokens. */
    long all() {
        return computedPrompt + cachedPrompt + generated;
    }

    /** Whether the engine told how long its phases took. */
    boolean tellsSeconds() {
        return prefillMicroseconds + decodeMicroseconds > 0;
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
                requestMicroseconds + other.requestMicroseconds,
                prefillMicroseconds + other.prefillMicroseconds,
                decodeMicroseconds + other.decodeMicroseconds,
                steps + other.steps);
    }

    /** The same with other output. */
    TokenDelta withOutput(long tokens, long microseconds) {
        return new TokenDelta(
                prompt,
                computedPrompt,
                cachedPrompt,
                tokens,
                requests,
                requestMicroseconds,
                prefillMicroseconds,
                microseconds,
                steps);
    }
}
