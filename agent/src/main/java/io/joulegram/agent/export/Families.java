package io.joulegram.agent.export;

import io.joulegram.agent.export.Snapshot.PowerHistogramState;
import io.prometheus.client.Collector;
import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The families of one scrape as they fill up. Keeps out what must not be published: values that are not finite,
 * counters below 0, and a second value for the same labels, which would make Prometheus refuse the scrape. Used by one
 * thread.
 */
final class Families {
    private static final double MICROJOULES_PER_JOULE = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Map<MetricCatalogue, List<Sample>> samples = new EnumMap<>(MetricCatalogue.class);
    private final Map<MetricCatalogue, Set<List<String>>> seen = new EnumMap<>(MetricCatalogue.class);

    /** Adds one value; drops it if it cannot be one. */
    void add(MetricCatalogue metric, double value, String... labelValues) {
        boolean publishable = Double.isFinite(value) && (metric.type() != Collector.Type.COUNTER || value >= 0);
        List<String> labels = List.of(labelValues);
        if (publishable && isNew(metric, labels)) {
            sample(metric, metric.metricName(), metric.labels(), labels, value);
        }
    }

    /** Adds a value if there is one. */
    void add(MetricCatalogue metric, OptionalDouble value, String... labelValues) {
        if (value.isPresent()) {
            add(metric, value.getAsDouble(), labelValues);
        }
    }

    /** Adds a value if there is one. */
    void add(MetricCatalogue metric, OptionalLong value, String... labelValues) {
        if (value.isPresent()) {
            add(metric, (double) value.getAsLong(), labelValues);
        }
    }

    /** Adds a count. */
    void addCount(MetricCatalogue metric, long count, String... labelValues) {
        add(metric, (double) count, labelValues);
    }

    /** Adds an energy in joules. */
    void addJoules(MetricCatalogue metric, long microjoules, String... labelValues) {
        add(metric, microjoules / MICROJOULES_PER_JOULE, labelValues);
    }

    /** Adds a duration in seconds. */
    void addSeconds(MetricCatalogue metric, long nanos, String... labelValues) {
        add(metric, nanos / NANOS_PER_SECOND, labelValues);
    }

    /** Adds a duration in seconds if there is one. */
    void addSeconds(MetricCatalogue metric, OptionalLong nanos, String... labelValues) {
        if (nanos.isPresent()) {
            addSeconds(metric, nanos.getAsLong(), labelValues);
        }
    }

    /** Adds a truth value as 1 or 0. */
    void addFlag(MetricCatalogue metric, boolean value, String... labelValues) {
        add(metric, value ? 1 : 0, labelValues);
    }

    /** Adds number and sum of durations. */
    void addSummary(MetricCatalogue metric, long count, long sumNanos, String... labelValues) {
        List<String> labels = List.of(labelValues);
        if (count >= 0 && sumNanos >= 0 && isNew(metric, labels)) {
            sample(metric, metric.metricName() + "_count", metric.labels(), labels, (double) count);
            sample(metric, metric.metricName() + "_sum", metric.labels(), labels, sumNanos / NANOS_PER_SECOND);
        }
    }

    /** Adds a histogram, with cumulative buckets as the formats want them. */
    void addHistogram(MetricCatalogue metric, PowerHistogramState histogram, String... labelValues) {
        List<Double> bounds = histogram.upperBoundsWatts();
        List<Long> counts = histogram.counts();
        List<String> labels = List.of(labelValues);
        boolean whole = counts.size() == bounds.size() + 1 && Double.isFinite(histogram.sumWatts());
        if (!whole || !isNew(metric, labels)) {
            return;
        }
        List<String> bucketNames = with(metric.labels(), "le");
        long cumulative = 0;
        for (int i = 0; i < counts.size(); i++) {
            cumulative += counts.get(i);
            double bound = i < bounds.size() ? bounds.get(i) : Double.POSITIVE_INFINITY;
            List<String> bucketLabels = with(labels, Collector.doubleToGoString(bound));
            sample(metric, metric.metricName() + "_bucket", bucketNames, bucketLabels, (double) cumulative);
        }
        sample(metric, metric.metricName() + "_count", metric.labels(), labels, (double) cumulative);
        sample(metric, metric.metricName() + "_sum", metric.labels(), labels, histogram.sumWatts());
    }

    /** The families that have samples, in the order of the catalogue. */
    List<MetricFamilySamples> toList() {
        List<MetricFamilySamples> families = new ArrayList<>(samples.size());
        samples.forEach((metric, values) -> families.add(family(metric, values)));
        return families;
    }

    /** A family of the catalogue with these samples. */
    static MetricFamilySamples family(MetricCatalogue metric, List<Sample> samples) {
        return new MetricFamilySamples(metric.metricName(), metric.type(), metric.help(), samples);
    }

    private boolean isNew(MetricCatalogue metric, List<String> labels) {
        if (labels.size() != metric.labels().size()) {
            throw new IllegalArgumentException(
                    labels + " are not the labels of " + metric.metricName() + ": must be " + metric.labels());
        }
        return seen.computeIfAbsent(metric, absent -> new HashSet<>()).add(labels);
    }

    private void sample(
            MetricCatalogue metric, String name, List<String> labelNames, List<String> labelValues, double value) {
        samples.computeIfAbsent(metric, absent -> new ArrayList<>())
                .add(new Sample(name, labelNames, labelValues, value));
    }

    private static List<String> with(List<String> values, String last) {
        List<String> longer = new ArrayList<>(values.size() + 1);
        longer.addAll(values);
        longer.add(last);
        return longer;
    }
}
