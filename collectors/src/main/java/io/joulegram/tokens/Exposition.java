package io.joulegram.tokens;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What was kept of one exposition of metrics.
 *
 * @param samples by the name of the sample, such as {@code tgi_request_generated_tokens_sum}
 * @param types of the families that were declared, by the name in the TYPE line
 * @param someFamilies the first few families of the exposition, kept or not, for a message to name
 */
record Exposition(Map<String, List<Sample>> samples, Map<String, MetricType> types, List<String> someFamilies) {

    /** One value of one series. */
    record Sample(SeriesId id, double value, int line) {}

    Exposition {
        samples = Map.copyOf(samples);
        types = Map.copyOf(types);
        someFamilies = List.copyOf(someFamilies);
    }

    List<Sample> samplesOf(String metric) {
        return samples.getOrDefault(metric, List.of());
    }

    /** Whether there are samples of this name, or a TYPE line promises some. */
    boolean tells(String metric) {
        return samples.containsKey(metric) || declaredType(metric).isPresent();
    }

    /** The type of the samples of this name: that of their TYPE line, whatever the name looks like. */
    MetricType typeOf(String metric) {
        return declaredType(metric).orElse(MetricType.UNKNOWN);
    }

    private Optional<MetricType> declaredType(String metric) {
        Optional<MetricType> exact = Optional.ofNullable(types.get(metric));
        if (exact.isPresent()) {
            return exact;
        }
        // OpenMetrics 1.0 section 5.1: the family of a counter does not have the _total of its samples.
        return declaredAs(metric, "_total", Set.of(MetricType.COUNTER))
                .or(() -> declaredAs(metric, "_sum", Set.of(MetricType.HISTOGRAM, MetricType.SUMMARY)))
                .or(() -> declaredAs(metric, "_count", Set.of(MetricType.HISTOGRAM, MetricType.SUMMARY)));
    }

    private Optional<MetricType> declaredAs(String metric, String suffix, Set<MetricType> allowed) {
        if (!metric.endsWith(suffix)) {
            return Optional.empty();
        }
        return Optional.ofNullable(types.get(metric.substring(0, metric.length() - suffix.length())))
                .filter(allowed::contains);
    }

    /** When the server's process started, in seconds since 1970, if it tells. */
    OptionalDouble processStartSeconds() {
        List<Sample> starts = samplesOf(PROCESS_START);
        if (starts.size() != 1 || !Double.isFinite(starts.get(0).value())) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(starts.get(0).value());
    }

    /** A gauge of every Prometheus client library that has process metrics. */
    static final String PROCESS_START = "process_start_time_seconds";
}
