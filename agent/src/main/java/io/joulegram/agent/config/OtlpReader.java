package io.joulegram.agent.config;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads where the figures are pushed. */
final class OtlpReader {
    private final Scope root;
    private final Secrets secrets;
    private final Path directory;

    /** @param directory against which the path of certificates is resolved */
    OtlpReader(Scope root, Secrets secrets, Path directory) {
        this.root = root;
        this.directory = directory;
        this.secrets = secrets.ofWords();
    }

    AgentConfig.Otlp read() {
        return new AgentConfig.Otlp(
                root.get(Keys.OTLP_ENDPOINT),
                root.get(Keys.OTLP_INTERVAL),
                root.get(Keys.OTLP_TIMEOUT),
                root.get(Keys.OTLP_COMPRESSION),
                authorities(),
                headers(),
                resourceAttributes(),
                root.get(Keys.OTLP_NAMES));
    }

    private List<X509Certificate> authorities() {
        return root.get(Keys.OTLP_CA_FILE)
                .map(file -> root.certificates(Keys.OTLP_CA_FILE, directory.resolve(file)))
                .orElse(List.of());
    }

    private List<AgentConfig.Otlp.Header> headers() {
        List<AgentConfig.Otlp.Header> headers = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Scope scope : root.scopes(Keys.OTLP_HEADERS, Keys.OTLP_HEADER)) {
            Optional<String> name = scope.require(Keys.OTLP_HEADER_NAME);
            if (name.isPresent() && !names.add(name.get().toLowerCase(Locale.ROOT))) {
                scope.report(Keys.OTLP_HEADER_NAME, Quoted.text(name.get()) + " is there twice");
            }
            if (scope.element(Keys.OTLP_HEADER_VALUE).isEmpty()
                    && scope.element(Keys.OTLP_HEADER_VALUE_FILE).isEmpty()) {
                scope.report(Keys.OTLP_HEADER_VALUE, "is missing; value or value-file must be given");
            }
            Optional<String> value = secrets.read(scope, Keys.OTLP_HEADER_VALUE, Keys.OTLP_HEADER_VALUE_FILE);
            if (name.isPresent() && value.isPresent()) {
                headers.add(new AgentConfig.Otlp.Header(name.get(), value.get()));
            }
        }
        return headers;
    }

    private Map<String, String> resourceAttributes() {
        Map<String, String> attributes = new HashMap<>();
        for (Element item : root.items(Keys.OTLP_RESOURCE_ATTRIBUTES)) {
            root.parse(item, Keys.OTLP_RESOURCE_ATTRIBUTE).ifPresent(text -> {
                int equals = text.indexOf('=');
                String key = text.substring(0, equals);
                if (attributes.put(key, text.substring(equals + 1)) != null) {
                    root.report(item, Quoted.text(key) + " is there twice");
                }
            });
        }
        return attributes;
    }
}
