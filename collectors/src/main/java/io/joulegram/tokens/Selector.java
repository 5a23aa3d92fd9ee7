package io.joulegram.tokens;

import io.joulegram.tokens.Exposition.Sample;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Chooses series of an exposition.
 *
 * @param metric the name of the samples
 * @param types what they may be declared as; samples of another type are not chosen
 * @param labels values that labels must have; an empty value also stands for a label that is not there
 */
record Selector(String metric, Set<MetricType> types, Map<String, String> labels) {

    Selector {
        types = Set.copyOf(types);
        labels = Map.copyOf(labels);
    }

    static Selector counter(String metric) {
        return new Selector(metric, Set.of(MetricType.COUNTER, MetricType.UNKNOWN), Map.of());
    }

    static Selector gauge(String metric) {
        return new Selector(metric, Set.of(MetricType.GAUGE, MetricType.UNKNOWN), Map.of());
    }

    /** The sum of the observations of a histogram or summary of this name. */
    static Selector sumOf(String family) {
        return new Selector(
                family + "_sum", Set.of(MetricType.HISTOGRAM, MetricType.SUMMARY, MetricType.UNKNOWN), Map.of());
    }

    /** The number of the observations of a histogram or summary of this name. */
    static Selector countOf(String family) {
        return new Selector(
                family + "_count", Set.of(MetricType.HISTOGRAM, MetricType.SUMMARY, MetricType.UNKNOWN), Map.of());
    }

    /** Samples of any type: whoever names them answers for what they mean. */
    static Selector any(String metric, Map<String, String> labels) {
        return new Selector(metric, Set.of(MetricType.values()), labels);
    }

    Selector where(String label, String value) {
        Map<String, String> more = new HashMap<>(labels);
        more.put(label, value);
        return new Selector(metric, types, more);
    }

    /** Whether the server has such metrics, even if there is no such series yet. */
    boolean isToldBy(Exposition exposition) {
        return exposition.tells(metric) && types.contains(exposition.typeOf(metric));
    }

    List<Sample> choose(Exposition exposition) {
        if (!types.contains(exposition.typeOf(metric))) {
            return List.of();
        }
        return exposition.samplesOf(metric).stream()
                .filter(sample -> labels.entrySet().stream()
                        .allMatch(wanted -> sample.id().label(wanted.getKey()).equals(wanted.getValue())))
                .toList();
    }
}
