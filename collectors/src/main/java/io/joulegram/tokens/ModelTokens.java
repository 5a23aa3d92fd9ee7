package io.joulegram.tokens;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The tokens that one model of a server has processed since the first scrape of that server. Totals never fall: a
 * restart of the server or of one of its engines goes on from where the totals stood.
 *
 * @param model the {@code model} label
 * @param promptTokens prompt tokens as the server counts them; empty if it does not count them
 * @param cachedPromptTokens prompt tokens that came from a cache; empty if the server does not tell
 * @param generatedTokens output tokens; empty if it does not count them
 * @param requestsRunning requests in the batch
 * @param requestsWaiting requests in the queue
 * @param requests requests that finished; empty if the server does not tell
 * @param requestMicroseconds what those took from their arrival to their end, summed; empty if it does not tell
 * @param prefillMicroseconds time in which the engine computed prompts; empty if it does not tell
 * @param decodeMicroseconds time in which the engine computed output; empty if it does not tell
 * @param steps steps of the engine, in each of which every running request has a token: what the weights are read for, and what
 *     moves while requests run whose output is counted at their end; empty if it does not tell
 * @param busySlots the requests in those steps; empty if it does not tell
 * @param loaded whether the newest scrape told of the model; false for one that the server has unloaded
 */
public record ModelTokens(
        String model,
        OptionalLong promptTokens,
        OptionalLong cachedPromptTokens,
        OptionalLong generatedTokens,
        OptionalDouble requestsRunning,
        OptionalDouble requestsWaiting,
        OptionalLong requests,
        OptionalLong requestMicroseconds,
        OptionalLong prefillMicroseconds,
        OptionalLong decodeMicroseconds,
        OptionalLong steps,
        Optional<BusySlots> busySlots,
        boolean loaded) {
    /** The tokens of a server that does not tell how long requests take. */
    public ModelTokens(
            String model,
            OptionalLong promptTokens,
            OptionalLong cachedPromptTokens,
            OptionalLong generatedTokens,
            OptionalDouble requestsRunning,
            OptionalDouble requestsWaiting) {
        this(
                model,
                promptTokens,
                cachedPromptTokens,
                generatedTokens,
                requestsRunning,
                requestsWaiting,
                OptionalLong.empty(),
                OptionalLong.empty());
    }

    /** The tokens of a server that does not tell how long its phases take. */
    public ModelTokens(
            String model,
            OptionalLong promptTokens,
            OptionalLong cachedPromptTokens,
            OptionalLong generatedTokens,
            OptionalDouble requestsRunning,
            OptionalDouble requestsWaiting,
            OptionalLong requests,
            OptionalLong requestMicroseconds) {
        this(
                model,
                promptTokens,
                cachedPromptTokens,
                generatedTokens,
                requestsRunning,
                requestsWaiting,
                requests,
                requestMicroseconds,
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                true);
    }
}
