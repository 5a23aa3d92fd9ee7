package io.joulegram.tokens;

import static java.util.Objects.requireNonNull;

import io.joulegram.tokens.EngineTraits.CountsAt;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * An engine as an operator describes it: which of its metrics count tokens. Where a list has several metrics, or a
 * metric has several series, they are added up by model.
 *
 * @param name the {@code engine} label and what stands before {@code +http} in a server's address; the name of a
 *     built-in engine replaces that one
 * @param metricsPath where the metrics are, such as {@code /metrics}
 * @param usualPort where such servers are looked for on this host; empty for nowhere
 * @param prompt counters of prompt tokens
 * @param cached counters of prompt tokens that came from a cache
 * @param generation counters of output tokens
 * @param running gauges of requests in the batch
 * @param waiting gauges of requests in the queue
 * @param modelLabel the label that names the model; without it, or where a series lacks it, the model is
 *     {@code default}
 * @param promptIncludesCached whether prompt tokens include those that came from a cache
 * @param countsAt when output tokens are counted
 * @param ranksToMax labels of workers that all process the same tokens, such as {@code tp_rank}: of series that differ
 *     in these alone the highest counts, not the sum
 */
public record EngineMapping(
        String name,
        String metricsPath,
        OptionalInt usualPort,
        List<Metric> prompt,
        List<Metric> cached,
        List<Metric> generation,
        List<Metric> running,
        List<Metric> waiting,
        Optional<String> modelLabel,
        boolean promptIncludesCached,
        CountsAt countsAt,
        Set<String> ranksToMax) {

    private static final Pattern ENGINE_NAME = Pattern.compile("[a-z][a-z0-9.-]{0,62}");
    private static final Pattern METRIC_NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
    private static final Pattern LABEL_NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

    /**
     * Series of one metric.
     *
     * @param name the name of the samples, such as {@code tgi_request_generated_tokens_sum}; they may be of any type
     * @param labels values that labels must have; an empty value also stands for a label that is not there
     */
    public record Metric(String name, Map<String, String> labels) {
        /**
         * Copies the map.
         *
         * @throws IllegalArgumentException if a name is not one that Prometheus allows
         */
        public Metric {
            matching("metric", name, METRIC_NAME);
            labels = Map.copyOf(labels);
            labels.keySet().forEach(label -> matching("label of " + name, label, LABEL_NAME));
        }

        private Selector selector() {
            return Selector.any(name, labels);
        }
    }

    /**
     * Copies the collections.
     *
     * @throws IllegalArgumentException if a part is not usable; the message names it and what is allowed
     */
    public EngineMapping {
        matching("engine name", name, ENGINE_NAME);
        if (!metricsPath.startsWith("/")) {
            throw new IllegalArgumentException(
                    "path \"" + metricsPath + "\" of engine " + name + ": must begin with /");
        }
        requireNonNull(countsAt, "countsAt");
        prompt = List.copyOf(prompt);
        cached = List.copyOf(cached);
        generation = List.copyOf(generation);
        running = List.copyOf(running);
        waiting = List.copyOf(waiting);
        ranksToMax = Set.copyOf(ranksToMax);
        modelLabel.ifPresent(label -> matching("model label", label, LABEL_NAME));
        ranksToMax.forEach(label -> matching("rank label", label, LABEL_NAME));
        if (prompt.isEmpty() && generation.isEmpty()) {
            throw new IllegalArgumentException("engine " + name
                    + " counts nothing: name its metric of prompt tokens, of generation tokens, or both");
        }
    }

    private static void matching(String what, String value, Pattern allowed) {
        if (!allowed.matcher(value).matches()) {
            throw new IllegalArgumentException(what + " \"" + value + "\": must match " + allowed.pattern());
        }
    }

    Engine engine() {
        Engine.Builder engine = Engine.named(name)
                .metricsPath(metricsPath)
                .promptIncludesCached(promptIncludesCached)
                .running(selectors(running))
                .waiting(selectors(waiting))
                .ranksToMax(ranksToMax);
        usualPort.ifPresent(engine::usualPorts);
        modelLabel.ifPresent(engine::modelLabels);
        counter(engine, Counted.PROMPT, prompt);
        counter(engine, Counted.CACHED_PROMPT, cached);
        counter(engine, Counted.GENERATED, generation);
        return engine.build();
    }

    private void counter(Engine.Builder engine, Counted kind, List<Metric> metrics) {
        if (!metrics.isEmpty()) {
            engine.tokens(kind, new TokenCounter(countsAt, List.of(selectors(metrics))));
        }
    }

    private static Selector[] selectors(List<Metric> metrics) {
        return metrics.stream().map(Metric::selector).toArray(Selector[]::new);
    }
}
