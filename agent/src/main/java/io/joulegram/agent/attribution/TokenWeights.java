package io.joulegram.agent.attribution;

/**
 * How much energy a token takes, relative to a generated one, as long as nothing better is known.
 *
 * <p>The default for a computed prompt token is 0.16: the geometric mean of 0.05 and 0.5, between which the ratio lies
 * for models of 8 to 70 billion parameters from small to large batches (prefill at about half of the peak FLOP/J of a
 * GPU against decode as published by ML.ENERGY). A cached prompt token is not computed: 0.
 *
 * @param prefill weight of a prompt token that is computed, 0 or more
 * @param cached weight of a prompt token that comes from a cache, 0 or more
 */
public record TokenWeights(double prefill, double cached) {
    /** The defaults. */
    public static final TokenWeights DEFAULT = new TokenWeights(0.16, 0);

    /** @throws IllegalArgumentException if a weight is negative or not a number */
    public TokenWeights {
        if (!(prefill >= 0) || !(cached >= 0)) {
            throw new IllegalArgumentException(prefill + ", " + cached + " are not token weights: must be 0 or more");
        }
    }

    double prefillWeight(TokenDelta tokens) {
        return prefill * tokens.computedPrompt() + cached * tokens.cachedPrompt();
    }

    double decodeWeight(TokenDelta tokens) {
        return tokens.generated();
    }
}
