package io.joulegram.agent.config;

import static java.util.Objects.requireNonNull;

/**
 * A value given on the command line.
 *
 * @param flag the name of a {@link ConfigFlag}
 * @param value as it was written
 */
public record FlagValue(String flag, String value) {
    /** @throws NullPointerException if a part is null */
    public FlagValue {
        requireNonNull(flag, "flag");
        requireNonNull(value, "value");
    }
}
