package io.joulegram.agent.load;

import java.util.Optional;

/**
 * What one request is to ask for.
 *
 * @param promptTokens how long the prompt is, as far as that is in our hands
 * @param outputTokens how many tokens are asked for
 * @param text the prompt itself, where it comes from a file; else one is made up
 */
public record RequestShape(int promptTokens, int outputTokens, Optional<String> text) {
    /** @throws IllegalArgumentException if nothing is asked for */
    public RequestShape {
        if (promptTokens < 1 || outputTokens < 1) {
            throw new IllegalArgumentException("a request has at least one token to read and one to write");
        }
    }

    /** The same prompt with another length of the answer. */
    RequestShape withOutputTokens(int tokens) {
        return new RequestShape(promptTokens, tokens, text);
    }
}
