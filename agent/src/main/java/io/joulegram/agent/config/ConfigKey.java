package io.joulegram.agent.config;

import java.util.Optional;

/** One key of the configuration, as the loader reads it and the manual shows it. */
sealed interface ConfigKey {
    /** Its place in the mapping it belongs to, dotted. */
    String path();

    /** The text that stands for it when it is not written; empty if it must be written. */
    Optional<String> standard();

    /** What may be written. */
    String allowed();

    /** The command-line option that overrides it. */
    Optional<Flag> flag();

    /**
     * A command-line option.
     *
     * @param name with its dashes
     * @param label what its value is called in the help text
     */
    record Flag(String name, String label) {}

    /** What it is for. */
    String meaning();

    /** A key with one value. */
    record Value<T>(String path, Optional<String> standard, ValueType<T> type, Optional<Flag> flag, String meaning)
            implements ConfigKey {
        @Override
        public String allowed() {
            return type.allowed();
        }

        /** The same key, also an option {@code --path}. */
        Value<T> withFlag(String label) {
            return new Value<>(path, standard, type, Optional.of(new Flag("--" + path, label)), meaning);
        }
    }

    /** A key that others know and this program does not: to pass over it would do what was not asked for. */
    record Unsupported(String path, String meaning) implements ConfigKey {
        @Override
        public Optional<String> standard() {
            return Optional.empty();
        }

        @Override
        public String allowed() {
            return "nothing";
        }

        @Override
        public Optional<Flag> flag() {
            return Optional.empty();
        }
    }

    /** A key with a list. */
    record Items(String path, Optional<String> standard, String allowed, Optional<Flag> flag, String meaning)
            implements ConfigKey {}
}
