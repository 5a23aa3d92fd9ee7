package io.joulegram.dashboards;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The options that all panels of a type have. */
final class PanelOptions {
    private static final Path FILE = Path.of("src", "test", "resources", "panel-options.json");

    private final Map<String, Map<String, Object>> byType;

    private PanelOptions(Map<String, Map<String, Object>> byType) {
        this.byType = byType;
    }

    static PanelOptions read() {
        try {
            return new PanelOptions(new ObjectMapper().readValue(Files.readString(FILE), new TypeReference<>() {}));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The types of panels that there are. */
    Set<String> types() {
        return byType.keySet();
    }

    /** A copy of those of a type. */
    Map<String, Object> of(String type) {
        return new LinkedHashMap<>(byType.getOrDefault(type, Map.of()));
    }
}
