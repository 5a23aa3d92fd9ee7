package io.joulegram.agent.config;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The keys that were written in one mapping and the sections below it. Keys that do not exist, come twice or have a
 * value of the wrong shape are reported as the scope is made; values are as they are asked for.
 */
final class Scope {
    private final Element mapping;
    /** In the order of the manual, so that of two keys that may be meant the first is suggested. */
    private final Map<String, ConfigKey> keys = new LinkedHashMap<>();

    private final Set<String> sections = new HashSet<>();
    private final Map<String, Element> written = new HashMap<>();
    private final Map<String, Integer> lines = new HashMap<>();
    private final Problems problems;

    /**
     * @param mapping whose node is a mapping
     * @param keys what may be written in it
     */
    Scope(Element mapping, List<ConfigKey> keys, Problems problems) {
        this.mapping = mapping;
        keys.forEach(key -> this.keys.put(key.path(), key));
        this.problems = problems;
        for (ConfigKey key : keys) {
            for (int dot = key.path().lastIndexOf('.');
                    dot > 0;
                    dot = key.path().lastIndexOf('.', dot - 1)) {
                sections.add(key.path().substring(0, dot));
            }
        }
        collect("", (YamlNode.Mapping) mapping.node());
    }

    private void collect(String section, YamlNode.Mapping node) {
        for (YamlNode.Entry entry : node.entries()) {
            String path = section + entry.key().text();
            if (!keys.containsKey(path) && !sections.contains(path)) {
                report(entry.key().line(), address(path), unknown(section, path));
                continue;
            }
            if (keys.get(path) instanceof ConfigKey.Unsupported unsupported) {
                report(entry.key().line(), address(path), unsupported.meaning());
                continue;
            }
            Integer before = lines.putIfAbsent(path, entry.key().line());
            if (before != null) {
                report(entry.key().line(), address(path), "is already set on line " + before);
            } else if (keys.containsKey(path)) {
                written.put(path, new Element(mapping.origin(), address(path), entry.value()));
            } else if (entry.value() instanceof YamlNode.Mapping inner) {
                collect(path + ".", inner);
            } else if (!(entry.value() instanceof YamlNode.Scalar scalar && scalar.isBlank())) {
                report(entry.key().line(), address(path), "is not a value but a section with " + below(path + "."));
            }
        }
    }

    /** Puts a value in the place of the one in the file. */
    void override(String path, Element element) {
        written.put(path, element);
    }

    /** What was written for a key. */
    Optional<Element> element(ConfigKey key) {
        return Optional.ofNullable(written.get(key.path()));
    }

    /** The value of a key, its default if it was not written or is not valid. */
    <T> T get(ConfigKey.Value<T> key) {
        String standard = key.standard().orElseThrow();
        return element(key).flatMap(element -> parse(element, key.type())).orElseGet(() -> {
            try {
                return key.type().parse(standard);
            } catch (BadValueException e) {
                throw new IllegalStateException("default of " + key.path() + ": " + e.reason(), e);
            }
        });
    }

    /** The value of a key that must be written; empty, and reported, if it is missing or not valid. */
    <T> Optional<T> require(ConfigKey.Value<T> key) {
        Optional<Element> element = element(key);
        if (element.isEmpty()) {
            report(mapping.node().line(), address(key.path()), "is missing; allowed: " + key.allowed());
        }
        return element.flatMap(present -> parse(present, key.type()));
    }

    /** The items of a list; empty if it was not written, and reported if it is not a list. */
    List<Element> items(ConfigKey.Items key) {
        Optional<Element> element = element(key);
        if (element.isPresent() && element.get().node() instanceof YamlNode.Sequence sequence) {
            return IntStream.range(0, sequence.items().size())
                    .mapToObj(i -> new Element(
                            element.get().origin(),
                            element.get().key() + "[" + i + "]",
                            sequence.items().get(i)))
                    .toList();
        }
        element.ifPresent(other -> report(other, "is not a list; allowed: " + key.allowed()));
        return List.of();
    }

    /** The items of a list of mappings, each a scope of its own; other items are reported. */
    List<Scope> scopes(ConfigKey.Items key, List<ConfigKey> itemKeys) {
        List<Scope> scopes = new ArrayList<>();
        for (Element item : items(key)) {
            if (item.node() instanceof YamlNode.Mapping) {
                scopes.add(new Scope(item, itemKeys, problems));
            } else {
                report(item, "is not a mapping; keys allowed in it: " + names(itemKeys.stream()));
            }
        }
        return scopes;
    }

    /** The items of a list of values. */
    <T> List<T> values(ConfigKey.Items key, ValueType<T> type) {
        return items(key).stream().flatMap(item -> parse(item, type).stream()).toList();
    }

    /** The value of an element; empty, and reported, if it is not valid. */
    <T> Optional<T> parse(Element element, ValueType<T> type) {
        if (!(element.node() instanceof YamlNode.Scalar scalar)) {
            String shape = element.node() instanceof YamlNode.Sequence ? "a list" : "a mapping";
            report(element, "is " + shape + "; allowed: " + type.allowed());
            return Optional.empty();
        }
        if (scalar.isBlank()) {
            report(element, "has no value; allowed: " + type.allowed());
            return Optional.empty();
        }
        try {
            return Optional.of(type.parse(scalar.text()));
        } catch (BadValueException e) {
            report(element, e.reason());
            return Optional.empty();
        }
    }

    /** The certificates in a file that a key names; none where they cannot be read, which is reported. */
    List<X509Certificate> certificates(ConfigKey key, Path file) {
        try {
            return Pem.certificates(file);
        } catch (BadValueException e) {
            report(key, e.reason());
            return List.of();
        }
    }

    /** Reports what is wrong with a key; with the mapping if the key was not written. */
    void report(ConfigKey key, String message) {
        element(key)
                .ifPresentOrElse(
                        element -> report(element, message),
                        () -> report(mapping.node().line(), address(key.path()), message));
    }

    /** Reports what is wrong with an element. */
    void report(Element element, String message) {
        problems.add(element.origin(), element.node().line(), element.key(), message);
    }

    private void report(int line, String key, String message) {
        problems.add(mapping.origin(), line, key, message);
    }

    private String address(String path) {
        String shown = Quoted.inline(path);
        return mapping.key().isEmpty() ? shown : mapping.key() + "." + shown;
    }

    private String unknown(String section, String path) {
        String name = path.substring(path.lastIndexOf('.') + 1);
        Set<String> siblings = children(section);
        Optional<String> near = Nearest.to(path.substring(section.length()), siblings)
                .map(sibling -> section + sibling)
                .or(() -> Nearest.to(path, keys.keySet()))
                .or(() -> keys.keySet().stream()
                        .filter(key -> key.endsWith("." + name))
                        .findFirst());
        return "unknown key; "
                + near.map(key -> "did you mean " + address(key) + "?")
                        .orElseGet(() -> "allowed here: " + String.join(", ", siblings));
    }

    private String below(String section) {
        return "the keys " + String.join(", ", children(section));
    }

    /** The names right below a section, in the order of the alphabet. */
    private Set<String> children(String section) {
        Stream<String> known = keys.values().stream()
                .filter(key -> !(key instanceof ConfigKey.Unsupported))
                .map(ConfigKey::path);
        return Stream.concat(known, sections.stream())
                .filter(path -> path.startsWith(section) && path.length() > section.length())
                .map(path -> path.substring(section.length()))
                .map(path -> path.contains(".") ? path.substring(0, path.indexOf('.')) : path)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String names(Stream<ConfigKey> keys) {
        return keys.map(ConfigKey::path).collect(Collectors.joining(", "));
    }
}
