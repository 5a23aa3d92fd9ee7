package io.joulegram.agent.config;

import java.util.List;

/** A piece of a YAML document that knows its line (the first is 1). */
sealed interface YamlNode {
    /** The line on which it begins. */
    int line();

    /** Text as it stands, quotes and escapes undone; a key without a value is an empty plain text. */
    record Scalar(int line, String text, boolean plain) implements YamlNode {
        /** Whether nothing was written. */
        boolean isBlank() {
            return plain && text.isEmpty();
        }
    }

    /** A list. */
    record Sequence(int line, List<YamlNode> items) implements YamlNode {
        public Sequence {
            items = List.copyOf(items);
        }
    }

    /** Keys and values in the order of the file; a key may come twice. */
    record Mapping(int line, List<Entry> entries) implements YamlNode {
        public Mapping {
            entries = List.copyOf(entries);
        }
    }

    /** One key with its value. */
    record Entry(Scalar key, YamlNode value) {}
}
