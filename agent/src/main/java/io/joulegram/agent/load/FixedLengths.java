package io.joulegram.agent.load;

import java.util.Optional;
import java.util.Random;

/**
 * Prompts and answers of one length each.
 *
 * @param promptTokens of every prompt
 * @param outputTokens of every answer
 */
public record FixedLengths(int promptTokens, int outputTokens) implements Workload {
    /** @throws IllegalArgumentException if a length is below 1 */
    public FixedLengths {
        if (promptTokens < 1 || outputTokens < 1) {
            throw new IllegalArgumentException("lengths are at least 1 token");
        }
    }

    @Override
    public RequestShape next(Random random) {
        return new RequestShape(promptTokens, outputTokens, Optional.empty());
    }

    @Override
    public String describe() {
        return "prompts of " + promptTokens + " tokens, answers of " + outputTokens;
    }
}
