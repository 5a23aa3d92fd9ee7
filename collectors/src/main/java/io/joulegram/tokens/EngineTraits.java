package io.joulegram.tokens;

import static java.util.Objects.requireNonNull;

/**
 * What a server's token counters mean.
 *
 * @param engine the {@code engine} label: {@code vllm}, {@code sglang}, ...
 * @param promptIncludesCached whether the prompt counter includes tokens that came from a cache
 * @param countsAt when output tokens are counted
 * @param role what it does of each request
 * @param takesPrompts whether it counts prompt tokens whose keys and values it was sent, by another server or by a store
 * @param tokens on which host they are counted
 */
public record EngineTraits(
        String engine,
        boolean promptIncludesCached,
        CountsAt countsAt,
        ServerRole role,
        boolean takesPrompts,
        CountingHost tokens) {
    /** When an output token reaches the counter. */
    public enum CountsAt {
        /** As it is generated. */
        GENERATED("generated"),
        /** All tokens of a request at once, when the request ends. */
        FINISHED("finished");

        private final String label;

        CountsAt(String label) {
            this.label = label;
        }

        /** The value of the {@code counts_at} label. */
        public String label() {
            return label;
        }
    }

    /** @throws NullPointerException if a part is null */
    public EngineTraits {
        requireNonNull(engine, "engine");
        requireNonNull(countsAt, "countsAt");
        requireNonNull(role, "role");
        requireNonNull(tokens, "tokens");
    }

    /** Those of a server that does both phases. */
    public EngineTraits(String engine, boolean promptIncludesCached, CountsAt countsAt) {
        this(engine, promptIncludesCached, countsAt, ServerRole.BOTH);
    }

    /** Those of a server that was sent no prompt's keys and values. */
    public EngineTraits(String engine, boolean promptIncludesCached, CountsAt countsAt, ServerRole role) {
        this(engine, promptIncludesCached, countsAt, role, false, CountingHost.HERE);
    }

    /** The same of a server whose tokens are counted on this host or another. */
    public EngineTraits counted(CountingHost where) {
        return new EngineTraits(engine, promptIncludesCached, countsAt, role, takesPrompts, where);
    }
}
