package io.joulegram.dashboards;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * A mapping of a dashboard's short form, {@code src/dashboards/*.yml}. A key that nothing reads is an error.
 *
 * @param where what an error is about
 */
record ShortForm(String where, Map<?, ?> values) {
    static ShortForm read(Path file) throws IOException {
        Object root = new Load(
                        LoadSettings.builder().setAllowDuplicateKeys(false).build())
                .loadFromString(Files.readString(file));
        return new ShortForm(file.toString(), (Map<?, ?>) root);
    }

    /** @throws IllegalArgumentException if there is a key beside these */
    ShortForm allowing(Set<String> keys) {
        for (Object key : values.keySet()) {
            if (!keys.contains(String.valueOf(key))) {
                throw new IllegalArgumentException(where + ": " + key + ": unknown key; allowed here: " + keys);
            }
        }
        return this;
    }

    String text(String key) {
        return optional(key)
                .map(String::valueOf)
                .orElseThrow(() -> new IllegalArgumentException(where + ": " + key + ": is missing"));
    }

    Optional<Object> optional(String key) {
        return Optional.ofNullable(values.get(key));
    }

    boolean flag(String key) {
        return Boolean.TRUE.equals(values.get(key));
    }

    int number(String key, int otherwise) {
        return optional(key).map(value -> (Integer) value).orElse(otherwise);
    }

    List<?> list(String key) {
        return (List<?>) optional(key).orElse(List.of());
    }

    List<ShortForm> mappings(String key) {
        return list(key).stream()
                .map(each -> new ShortForm(where + ": " + key, (Map<?, ?>) each))
                .toList();
    }
}
