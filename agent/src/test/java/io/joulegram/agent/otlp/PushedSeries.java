package io.joulegram.agent.otlp;

import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.SummaryDataPoint;
import io.prometheus.client.Collector;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What was pushed, as the series of an exposition: the name and a sorted map of the labels, and the value. */
public final class PushedSeries {
    private final Map<String, Double> values = new LinkedHashMap<>();

    private PushedSeries() {}

    /** The series of a request. */
    public static Map<String, Double> of(ExportMetricsServiceRequest request) {
        PushedSeries series = new PushedSeries();
        metrics(request).forEach(series::add);
        return series.values;
    }

    /** The metrics of a request by name; fails if a name comes twice. */
    public static Map<String, Metric> byName(ExportMetricsServiceRequest request) {
        Map<String, Metric> metrics = new HashMap<>();
        metrics(request).forEach(metric -> {
            if (metrics.put(metric.getName(), metric) != null) {
                throw new IllegalStateException(metric.getName() + " comes twice");
            }
        });
        return metrics;
    }

    /** One metric of a request; fails if it is not in it. */
    static Metric metric(ExportMetricsServiceRequest request, String name) {
        return metrics(request)
                .filter(metric -> metric.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Stream<Metric> metrics(ExportMetricsServiceRequest request) {
        return request.getResourceMetricsList().stream()
                .flatMap(resource -> resource.getScopeMetricsList().stream())
                .flatMap(scope -> scope.getMetricsList().stream());
    }

    private void add(Metric metric) {
        String name = metric.getName();
        switch (metric.getDataCase()) {
            case GAUGE -> metric.getGauge().getDataPointsList().forEach(point -> put(name, point));
            case SUM -> metric.getSum().getDataPointsList().forEach(point -> put(name, point));
            case HISTOGRAM -> metric.getHistogram().getDataPointsList().forEach(point -> put(name, point));
            case SUMMARY -> metric.getSummary().getDataPointsList().forEach(point -> put(name, point));
            default -> throw new IllegalStateException(name + " is " + metric.getDataCase());
        }
    }

    private void put(String name, NumberDataPoint point) {
        put(name, labels(point.getAttributesList()), point.getAsDouble());
    }

    private void put(String name, SummaryDataPoint point) {
        put(name + "_count", labels(point.getAttributesList()), (double) point.getCount());
        put(name + "_sum", labels(point.getAttributesList()), point.getSum());
    }

    private void put(String name, HistogramDataPoint point) {
        long cumulative = 0;
        for (int i = 0; i < point.getBucketCountsCount(); i++) {
            cumulative += point.getBucketCounts(i);
            Map<String, String> labels = labels(point.getAttributesList());
            boolean last = i == point.getExplicitBoundsCount();
            labels.put("le", last ? "+Inf" : Collector.doubleToGoString(point.getExplicitBounds(i)));
            put(name + "_bucket", labels, (double) cumulative);
        }
        put(name + "_count", labels(point.getAttributesList()), (double) point.getCount());
        put(name + "_sum", labels(point.getAttributesList()), point.getSum());
    }

    private void put(String name, Map<String, String> labels, double value) {
        if (values.put(name + labels, value) != null) {
            throw new IllegalStateException(name + labels + " comes twice");
        }
    }

    static Map<String, String> labels(List<KeyValue> attributes) {
        Map<String, String> labels = new TreeMap<>();
        attributes.forEach(pair -> labels.put(pair.getKey(), pair.getValue().getStringValue()));
        return labels;
    }
}
