package io.joulegram.agent.load;

import java.util.Locale;
import java.util.Optional;
import java.util.Random;

/**
 * Prompts and answers whose lengths are spread log-normally around a mean, as those of conversations are, and independent
 * of each other.
 *
 * @param meanPromptTokens mean length of a prompt
 * @param meanOutputTokens mean length of an answer
 * @param sigma standard deviation of the logarithm of the length, 0 to 3; conversations have about 1
 */
public record LogNormalLengths(double meanPromptTokens, double meanOutputTokens, double sigma) implements Workload {
    private static final double MAX_SIGMA = 3;

    /** Lengths end at so many times their mean, so that a single one cannot fill a server's context. */
    public static final double LONGEST = 8;

    /** @throws IllegalArgumentException if a figure is out of range */
    public LogNormalLengths {
        if (!(meanPromptTokens >= 1 && meanOutputTokens >= 1)) {
            throw new IllegalArgumentException("mean lengths are at least 1 token");
        }
        if (!(sigma >= 0 && sigma <= MAX_SIGMA)) {
            throw new IllegalArgumentException("the spread of lengths is 0 to 3, not " + sigma);
        }
    }

    @Override
    public RequestShape next(Random random) {
        return new RequestShape(length(meanPromptTokens, random), length(meanOutputTokens, random), Optional.empty());
    }

    private int length(double mean, Random random) {
        // The mean of a log-normal is exp(mu + sigma^2 / 2).
        double drawn = mean * Math.exp(sigma * random.nextGaussian() - sigma * sigma / 2);
        return (int) Math.max(1, Math.round(Math.min(drawn, LONGEST * mean)));
    }

    @Override
    public String describe() {
        return String.format(
                Locale.ROOT,
                "prompts of %.0f tokens on average, answers of %.0f, log-normal with sigma %.2f",
                meanPromptTokens,
                meanOutputTokens,
                sigma);
    }
}
