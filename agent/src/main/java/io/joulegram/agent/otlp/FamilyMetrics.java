package io.joulegram.agent.otlp;

import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Families of {@code /metrics} as metrics of OTLP, under the names and labels that they have there: a receiver that makes
 * Prometheus' names out of them comes back to the same ones.
 */
final class FamilyMetrics {
    private FamilyMetrics() {}

    /** The metric of a family that has samples. */
    static Metric of(MetricFamilySamples family) {
        return switch (family.type) {
            case COUNTER -> numbers(family, family.samples.get(0).name, Metric.Kind.COUNTER);
            case HISTOGRAM ->
                metric(
                        family,
                        family.name,
                        Metric.Kind.HISTOGRAM,
                        distributions(family).map(Distribution::histogram).toList());
            case SUMMARY ->
                metric(
                        family,
                        family.name,
                        Metric.Kind.SUMMARY,
                        distributions(family).map(Distribution::summary).toList());
            default -> numbers(family, family.name, Metric.Kind.GAUGE);
        };
    }

    private static Metric numbers(MetricFamilySamples family, String name, Metric.Kind kind) {
        return metric(
                family,
                name,
                kind,
                family.samples.stream()
                        .map(sample -> new Point.Value(
                                attributes(sample.labelNames, sample.labelValues, sample.labelNames.size()),
                                sample.value))
                        .toList());
    }

    private static Metric metric(
            MetricFamilySamples family, String name, Metric.Kind kind, List<? extends Point> points) {
        return new Metric(name, family.help, Ucum.of(name), kind, points);
    }

    private static Stream<Distribution> distributions(MetricFamilySamples family) {
        Map<List<String>, Distribution> distributions = new LinkedHashMap<>();
        for (Sample sample : family.samples) {
            boolean bucket = sample.name.endsWith("_bucket");
            int labels = sample.labelValues.size() - (bucket ? 1 : 0);
            distributions
                    .computeIfAbsent(
                            sample.labelValues.subList(0, labels),
                            values -> new Distribution(attributes(sample.labelNames, values, labels)))
                    .add(sample, bucket);
        }
        return distributions.values().stream();
    }

    private static List<Attribute> attributes(List<String> names, List<String> values, int count) {
        List<Attribute> attributes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            attributes.add(new Attribute(names.get(i), values.get(i)));
        }
        return attributes;
    }

    /** The samples of one histogram or summary; those of buckets come by rising bounds, which is their last label. */
    private static final class Distribution {
        private final List<Attribute> attributes;
        private final List<Long> counts = new ArrayList<>();
        private final List<Double> bounds = new ArrayList<>();
        private long below;
        private long count;
        private double sum;

        Distribution(List<Attribute> attributes) {
            this.attributes = attributes;
        }

        void add(Sample sample, boolean bucket) {
            if (bucket) {
                String bound = sample.labelValues.get(sample.labelValues.size() - 1);
                if (!bound.equals("+Inf")) {
                    bounds.add(Double.parseDouble(bound));
                }
                counts.add((long) sample.value - below);
                below = (long) sample.value;
            } else if (sample.name.endsWith("_count")) {
                count = (long) sample.value;
            } else if (sample.name.endsWith("_sum")) {
                sum = sample.value;
            }
        }

        Point.Histogram histogram() {
            return new Point.Histogram(attributes, count, sum, counts, bounds);
        }

        Point.Summary summary() {
            return new Point.Summary(attributes, count, sum);
        }
    }
}
