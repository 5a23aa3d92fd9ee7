package io.joulegram.tokens;

import io.joulegram.tokens.EngineTraits.CountsAt;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How one inference engine tells its tokens.
 *
 * @param name the {@code engine} label
 * @param metricsPath where the metrics are, unless a target says otherwise
 * @param usualPorts where the server listens unless told otherwise
 * @param promptIncludesCached whether prompt tokens include those that came from a cache
 * @param counters for each thing that is counted the ways to tell it, the best first
 * @param running requests in the batch
 * @param waiting requests in the queue
 * @param perStep requests in a step, on average since the server's start
 * @param modelLabels labels that may name the model; the first one that a series has does
 * @param ranksToMax labels of workers that all process the same tokens, such as tensor-parallel ranks
 * @param modelName where to ask for the model's name if the metrics do not tell it
 * @param roleLabels labels whose values tell that a server does one phase only
 * @param takenPrompts the counter of prompt tokens whose keys and values were sent to the server
 */
record Engine(
        String name,
        String metricsPath,
        List<Integer> usualPorts,
        boolean promptIncludesCached,
        Map<Counted, List<TokenCounter>> counters,
        List<Selector> running,
        List<Selector> waiting,
        List<Selector> perStep,
        List<String> modelLabels,
        Set<String> ranksToMax,
        Optional<ModelNameSource> modelName,
        Set<String> roleLabels,
        Optional<Selector> takenPrompts) {

    /**
     * A document that names the model.
     *
     * @param path of the document
     * @param field a JSON member whose first value is the name
     */
    record ModelNameSource(String path, String field) {}

    Engine {
        usualPorts = List.copyOf(usualPorts);
        counters = Map.copyOf(counters);
        running = List.copyOf(running);
        waiting = List.copyOf(waiting);
        perStep = List.copyOf(perStep);
        modelLabels = List.copyOf(modelLabels);
        ranksToMax = Set.copyOf(ranksToMax);
        roleLabels = Set.copyOf(roleLabels);
    }

    static Builder named(String name) {
        return new Builder(name);
    }

    List<TokenCounter> countersOf(Counted kind) {
        return counters.getOrDefault(kind, List.of());
    }

    /** Whether these are metrics of this engine. */
    boolean recognises(Exposition exposition) {
        return Stream.of(
                        tokenCounters().flatMap(counter -> counter.parts().stream()),
                        running.stream(),
                        waiting.stream())
                .flatMap(part -> part)
                .anyMatch(selector -> selector.isToldBy(exposition));
    }

    /** Whether these metrics of this engine have counts of tokens, too. */
    boolean countsTokensIn(Exposition exposition) {
        return tokenCounters().anyMatch(counter -> counter.isToldBy(exposition));
    }

    Set<String> metrics() {
        Set<String> names = new HashSet<>();
        counters.values().stream()
                .flatMap(List::stream)
                .flatMap(counter -> counter.parts().stream())
                .forEach(selector -> names.add(selector.metric()));
        running.forEach(selector -> names.add(selector.metric()));
        waiting.forEach(selector -> names.add(selector.metric()));
        perStep.forEach(selector -> names.add(selector.metric()));
        return names;
    }

    /** Engines are known by their tokens: the names of other metrics are not theirs alone. */
    private Stream<TokenCounter> tokenCounters() {
        return Counted.TOKENS.stream().flatMap(kind -> countersOf(kind).stream());
    }

    /** What the counters mean if output is told in this way. */
    EngineTraits traits(CountsAt countsAt, ServerRole role, Exposition exposition) {
        boolean takesPrompts = takenPrompts
                .filter(taken -> taken.choose(exposition).stream().anyMatch(sample -> sample.value() > 0))
                .isPresent();
        return new EngineTraits(name, promptIncludesCached, countsAt, role, takesPrompts, CountingHost.HERE);
    }

    /** The one phase that the server does, if its series tell of one; else both. */
    ServerRole role(Exposition exposition) {
        Set<String> told = roleLabels.isEmpty()
                ? Set.of()
                : exposition.samples().values().stream()
                        .flatMap(List::stream)
                        .flatMap(sample -> roleLabels.stream().map(sample.id()::label))
                        .collect(Collectors.toSet());
        boolean prefill = told.contains(ServerRole.PREFILL.label());
        boolean decode = told.contains(ServerRole.DECODE.label());
        return prefill == decode ? ServerRole.BOTH : prefill ? ServerRole.PREFILL : ServerRole.DECODE;
    }

    /** The model's name by the labels of a series. */
    Optional<String> modelOf(SeriesId series) {
        return modelLabels.stream()
                .map(series::label)
                .filter(value -> !value.isEmpty())
                .findFirst();
    }

    /** Collects an engine's parts by name. */
    static final class Builder {
        private final String name;
        private String metricsPath = "/metrics";
        private List<Integer> usualPorts = List.of();
        private boolean promptIncludesCached = true;
        private final Map<Counted, List<TokenCounter>> counters = new EnumMap<>(Counted.class);
        private final List<Selector> running = new ArrayList<>();
        private final List<Selector> waiting = new ArrayList<>();
        private List<Selector> perStep = List.of();
        private List<String> modelLabels = List.of();
        private Set<String> ranksToMax = Set.of();
        private Optional<ModelNameSource> modelName = Optional.empty();
        private Set<String> roleLabels = Set.of();
        private Optional<Selector> takenPrompts = Optional.empty();

        private Builder(String name) {
            this.name = name;
        }

        Builder metricsPath(String path) {
            metricsPath = path;
            return this;
        }

        Builder usualPorts(Integer... ports) {
            usualPorts = List.of(ports);
            return this;
        }

        Builder promptIncludesCached(boolean includes) {
            promptIncludesCached = includes;
            return this;
        }

        /** @param ways the best first */
        Builder tokens(Counted kind, TokenCounter... ways) {
            counters.put(kind, List.of(ways));
            return this;
        }

        /** @param latencyFamilies histograms of the seconds from a request's arrival to its end, the best first */
        Builder latency(String... latencyFamilies) {
            List<TokenCounter> requests = new ArrayList<>();
            List<TokenCounter> seconds = new ArrayList<>();
            for (String family : latencyFamilies) {
                requests.add(TokenCounter.finished(Selector.countOf(family)));
                seconds.add(TokenCounter.finished(Selector.sumOf(family)));
            }
            counters.put(Counted.REQUESTS, requests);
            counters.put(Counted.REQUEST_MICROSECONDS, seconds);
            return this;
        }

        Builder running(Selector... series) {
            running.addAll(List.of(series));
            return this;
        }

        Builder waiting(Selector... series) {
            waiting.addAll(List.of(series));
            return this;
        }

        Builder perStep(Selector series) {
            perStep = List.of(series);
            return this;
        }

        Builder modelLabels(String... labels) {
            modelLabels = List.of(labels);
            return this;
        }

        Builder ranksToMax(Set<String> labels) {
            ranksToMax = labels;
            return this;
        }

        Builder modelNameAt(String path, String field) {
            modelName = Optional.of(new ModelNameSource(path, field));
            return this;
        }

        Builder roleLabels(String... labels) {
            roleLabels = Set.of(labels);
            return this;
        }

        Builder takenPrompts(Selector counter) {
            takenPrompts = Optional.of(counter);
            return this;
        }

        Engine build() {
            return new Engine(
                    name,
                    metricsPath,
                    usualPorts,
                    promptIncludesCached,
                    counters,
                    running,
                    waiting,
                    perStep,
                    modelLabels,
                    ranksToMax,
                    modelName,
                    roleLabels,
                    takenPrompts);
        }
    }
}
