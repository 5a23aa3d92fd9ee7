package io.joulegram.agent.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A YAML file of one level: each key has a text, a list of texts, or a list of mappings of texts. Immutable.
 */
public final class FlatYaml {
    private FlatYaml() {}

    /**
     * What a key has.
     *
     * @param line where the key stands; the first is 1
     * @param texts one for a text, each of a list; empty for mappings
     * @param mappings those of a list of mappings
     */
    public record Value(int line, List<String> texts, List<Map<String, String>> mappings) {}

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException if it cannot be read or is of another form; the message names file and line
     */
    public static Map<String, Value> read(Path file) {
        try {
            YamlNode.Mapping mapping = ConfigLoader.document(file.toString(), ConfigLoader.text(file));
            Map<String, Value> values = new LinkedHashMap<>();
            for (YamlNode.Entry entry : mapping.entries()) {
                if (values.put(entry.key().text(), value(entry)) != null) {
                    throw new YamlException(entry.key().line(), entry.key().text() + " is there twice");
                }
            }
            return values;
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        } catch (YamlException e) {
            throw new IllegalArgumentException(file + ":" + e.line() + ": " + e.getMessage(), e);
        }
    }

    private static Value value(YamlNode.Entry entry) throws YamlException {
        List<String> texts = new ArrayList<>();
        List<Map<String, String>> mappings = new ArrayList<>();
        List<YamlNode> items =
                entry.value() instanceof YamlNode.Sequence sequence ? sequence.items() : List.of(entry.value());
        for (YamlNode item : items) {
            if (item instanceof YamlNode.Scalar scalar) {
                texts.add(scalar.text());
            } else if (item instanceof YamlNode.Mapping mapping && entry.value() instanceof YamlNode.Sequence) {
                mappings.add(texts(mapping));
            } else {
                throw new YamlException(
                        item.line(),
                        entry.key().text() + ": allowed: a value, a list of values, or a list of mappings");
            }
        }
        return new Value(entry.key().line(), texts, mappings);
    }

    private static Map<String, String> texts(YamlNode.Mapping mapping) throws YamlException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (YamlNode.Entry entry : mapping.entries()) {
            if (!(entry.value() instanceof YamlNode.Scalar scalar)) {
                throw new YamlException(entry.value().line(), entry.key().text() + ": allowed: a value");
            }
            texts.put(entry.key().text(), scalar.text());
        }
        return texts;
    }
}
