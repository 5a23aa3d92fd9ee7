package io.joulegram.agent.config;

import java.time.Duration;

/** Durations as they are written in the configuration, for the options of other commands. */
public final class DurationText {
    private DurationText() {}

    /**
     * The duration that a text such as {@code 10m} means.
     *
     * @param least the least allowed, such as {@code 1s}
     * @param most the most allowed
     * @throws IllegalArgumentException if it means none, or one out of bounds; the message says what is allowed
     */
    public static Duration parse(String text, String least, String most) {
        ValueType<Duration> type = ValueTypes.duration(least, most);
        try {
            return type.parse(text);
        } catch (BadValueException e) {
            throw new IllegalArgumentException(e.reason(), e);
        }
    }
}
