package io.joulegram.agent.attribution;

/**
 * What one model got of one closed interval.
 *
 * @param endNanos the end of the interval, on the clock of {@link System#nanoTime()}
 * @param counted the model's tokens that the server counted in it
 * @param tokens the same with output as it was made
 * @param prefill active energy of prefill
 * @param decode active energy of decode
 * @param idle energy that the devices would have used idle
 * @param idleKnown whether the idle power was known, so that active energy is without it
 */
record IntervalShare(
        long endNanos,
        TokenDelta counted,
        TokenDelta tokens,
        Amounts prefill,
        Amounts decode,
        Amounts idle,
        boolean idleKnown) {
    /** The same where another host counts the tokens. */
    IntervalShare withoutTokens() {
        return new IntervalShare(endNanos, TokenDelta.NONE, TokenDelta.NONE, prefill, decode, idle, idleKnown);
    }
}
