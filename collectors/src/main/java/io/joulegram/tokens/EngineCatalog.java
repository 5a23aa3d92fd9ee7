package io.joulegram.tokens;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The inference engines whose metrics are understood: vLLM, SGLang, TGI, TensorRT-LLM, llama.cpp, LMDeploy, Dynamo, NIM
 * and those that the configuration describes. Immutable.
 */
public final class EngineCatalog {
    private final List<Engine> engines;

    private EngineCatalog(List<Engine> engines) {
        this.engines = List.copyOf(engines);
    }

    /** The engines that are known without configuration. */
    public static EngineCatalog builtIn() {
        return new EngineCatalog(BuiltInEngines.all());
    }

    /**
     * These engines and more.
     *
     * @param mappings tried before the others when an engine is to be recognised; one replaces an engine of its name
     * @throws IllegalArgumentException if two mappings have the same name
     */
    public EngineCatalog with(List<EngineMapping> mappings) {
        Set<String> names = new HashSet<>();
        List<Engine> all = new ArrayList<>();
        for (EngineMapping mapping : mappings) {
            if (!names.add(mapping.name())) {
                throw new IllegalArgumentException("engine " + mapping.name() + " is described twice");
            }
            all.add(mapping.engine());
        }
        engines.stream().filter(engine -> !names.contains(engine.name())).forEach(all::add);
        return new EngineCatalog(all);
    }

    /** Their names, in the order in which they are tried. */
    public List<String> names() {
        return engines.stream().map(Engine::name).toList();
    }

    /** The ports that their servers listen on unless told otherwise, each once. */
    public List<Integer> usualPorts() {
        return engines.stream()
                .flatMap(engine -> engine.usualPorts().stream())
                .distinct()
                .toList();
    }

    /** @throws IllegalArgumentException if there is none of this name; the message says which there are */
    Engine require(String name) {
        return engines.stream()
                .filter(engine -> engine.name().equals(name))
                .findFirst()
                .orElseThrow(() -> {
                    String nearest = NearestName.of(name, names())
                            .map(meant -> " (did you mean " + meant + "?)")
                            .orElse("");
                    return new IllegalArgumentException("engine \"" + name + "\" is not known" + nearest
                            + "; allowed are " + String.join(", ", names()));
                });
    }

    /** The engine that an exposition is of: one whose tokens it counts, else one whose requests it tells. */
    Optional<Engine> recognise(Exposition exposition) {
        return engines.stream()
                .filter(engine -> engine.countsTokensIn(exposition))
                .findFirst()
                .or(() -> engines.stream()
                        .filter(engine -> engine.recognises(exposition))
                        .findFirst());
    }

    /** Where metrics may be, the likeliest first. */
    Set<String> metricsPaths() {
        Set<String> paths = new LinkedHashSet<>();
        paths.add("/metrics");
        engines.forEach(engine -> paths.add(engine.metricsPath()));
        return paths;
    }

    Set<String> metrics() {
        Set<String> names = new HashSet<>();
        engines.forEach(engine -> names.addAll(engine.metrics()));
        return names;
    }
}
