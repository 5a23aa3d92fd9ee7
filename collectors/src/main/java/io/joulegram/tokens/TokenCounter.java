package io.joulegram.tokens;

import io.joulegram.tokens.EngineTraits.CountsAt;
import java.util.List;

/**
 * One way in which an engine tells a number of tokens.
 *
 * @param countsAt when tokens reach it
 * @param parts series to add up
 */
record TokenCounter(CountsAt countsAt, List<Selector> parts) {

    TokenCounter {
        parts = List.copyOf(parts);
    }

    static TokenCounter generated(Selector... parts) {
        return new TokenCounter(CountsAt.GENERATED, List.of(parts));
    }

    static TokenCounter finished(Selector... parts) {
        return new TokenCounter(CountsAt.FINISHED, List.of(parts));
    }

    boolean isToldBy(Exposition exposition) {
        return parts.stream().anyMatch(part -> part.isToldBy(exposition));
    }
}
