package io.joulegram.agent.bench;

/**
 * Floating-point operations that a model needs, whatever its server does with them: two for each weight that a token meets, a
 * product and a sum.
 *
 * @param perToken of each token that is computed, read or written
 * @param perOutputToken on top of that, of each token that is written: the scores of the vocabulary
 * @param perPair on top of that, for each token that a token attends to, itself included
 */
public record ModelFlops(double perToken, double perOutputToken, double perPair) {
    /** By the number of parameters alone (Kaplan et al. 2020, section 2.1), without attention. */
    public static ModelFlops ofParameters(double parameters) {
        return new ModelFlops(2 * parameters, 0, 0);
    }

    /** Of so much work. */
    double of(double promptTokens, double outputTokens, double pairs) {
        return (promptTokens + outputTokens) * perToken + outputTokens * perOutputToken + pairs * perPair;
    }
}
