package io.joulegram.tokens;

import java.util.List;

/** What a server counts. */
enum Counted {
    PROMPT,
    CACHED_PROMPT,
    GENERATED,
    /** Requests that finished. */
    REQUESTS,
    /** What they took from their arrival to their end, summed; in microseconds, so that it can be counted. */
    REQUEST_MICROSECONDS;

    /** Those that are tokens. */
    static final List<Counted> TOKENS = List.of(PROMPT, CACHED_PROMPT, GENERATED);

    boolean isTokens() {
        return TOKENS.contains(this);
    }
}
