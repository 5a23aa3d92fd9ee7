package io.joulegram.agent.phases;

/**
 * What a server used and did in a stretch of time.
 *
 * @param endNanos its end, on the clock of {@link System#nanoTime()}
 * @param seconds how long it was
 * @param decodeSteps steps of decode as the engine tells, else output tokens over the sequences in the batch; 0 if it tells neither
 * @param joules energy of the server's devices in it, idle power included
 * @param computedTokens prompt tokens that were computed
 * @param cachedTokens prompt tokens that came from a cache
 * @param decodedTokens output tokens
 * @param prefillSeconds time the engine says it spent on prefill; 0 if it does not tell
 * @param decodeSeconds time the engine says it spent on decode; 0 if it does not tell
 */
public record PhaseWork(
        long endNanos,
        double seconds,
        double decodeSteps,
        double joules,
        double computedTokens,
        double cachedTokens,
        double decodedTokens,
        double prefillSeconds,
        double decodeSeconds) {
    /** Nothing, in no time. */
    static final PhaseWork NONE = new PhaseWork(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** A stretch of time in which the model did nothing. */
    public static PhaseWork quiet(long endNanos, double seconds, double joules) {
        return new PhaseWork(endNanos, seconds, 0, joules, 0, 0, 0, 0, 0);
    }

    /** This and what followed it. */
    PhaseWork then(PhaseWork next) {
        return new PhaseWork(
                next.endNanos,
                seconds + next.seconds,
                decodeSteps + next.decodeSteps,
                joules + next.joules,
                computedTokens + next.computedTokens,
                cachedTokens + next.cachedTokens,
                decodedTokens + next.decodedTokens,
                prefillSeconds + next.prefillSeconds,
                decodeSeconds + next.decodeSeconds);
    }

    /** Whether any token was counted. */
    boolean hasTokens() {
        return computedTokens + cachedTokens + decodedTokens > 0;
    }

    /** Whether the engine told how long its phases took. */
    public boolean tellsSeconds() {
        return prefillSeconds + decodeSeconds > 0;
    }
}
