package io.joulegram.tokens;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What a server counts. */
enum Counted {
    PROMPT,
    CACHED_PROMPT,
    GENERATED,
    /** Requests that finished. */
    REQUESTS,
    /** What they took from their arrival to their end, summed; in microseconds, so that it can be counted. */
    REQUEST_MICROSECONDS,
    /** Time in which the engine computed prompts, in microseconds. */
    PREFILL_MICROSECONDS,
    /** Time in which the engine computed output, in microseconds. */
    DECODE_MICROSECONDS,
    /** Steps of the engine, in each of which every running request has a token; told of engines that count output at its end. */
    STEPS;

    /** Those that are tokens. */
    static final List<Counted> TOKENS = List.of(PROMPT, CACHED_PROMPT, GENERATED);

    /** Those that engines tell in seconds. */
    private static final Set<Counted> TIMES =
            EnumSet.of(REQUEST_MICROSECONDS, PREFILL_MICROSECONDS, DECODE_MICROSECONDS);

    boolean isTime() {
        return TIMES.contains(this);
    }

    boolean isTokens() {
        return TOKENS.contains(this);
    }
}
