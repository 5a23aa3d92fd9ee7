package io.joulegram.agent.simulate;

/**
 * Decides how long answers are and which words they have: the same for the same seed and the same order of requests.
 * Immutable; any thread.
 */
final class Author {
    /** Lengths of answers are drawn from an exponential distribution with this mean. */
    private static final double MEAN_TOKENS = 200;

    /** Each is one token; in ASCII and without anything that JSON would have to escape. */
    private static final String[] WORDS = {
        " the", " of", " and", " to", " in", " is", " that", " for", " it", " as", " was", " with", " be", " by", " on",
        " not", " he", " this", " are", " or", " his", " from", " at", " which", " but", " have", " an", " had",
        " they", " you", " were", " their"
    };

    private final long seed;

    Author(long seed) {
        this.seed = seed;
    }

    /** How many tokens the answer to a request has if nothing stops it, 1 or more. */
    long naturalTokens(long requestNumber) {
        // 53 bits, as of Random.nextDouble.
        double uniform = (draw(requestNumber, -1) >>> 11) * 0x1.0p-53;
        return 1 + (long) (-MEAN_TOKENS * Math.log(1 - uniform));
    }

    /** A word of an answer. */
    String word(long requestNumber, int index) {
        return WORDS[(int) (draw(requestNumber, index) >>> 59)];
    }

    private long draw(long requestNumber, int index) {
        return PromptTokens.mixed(PromptTokens.mixed(seed ^ requestNumber) + index);
    }
}
