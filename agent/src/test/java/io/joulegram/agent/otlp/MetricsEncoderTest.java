package io.joulegram.agent.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.otlp.MetricsEncoder.Batch;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Random metrics come out of the official decoder as they went in. */
class MetricsEncoderTest {
    private static final long START_MILLIS = 1_700_000_000_000L;
    private static final long MILLIS = 1_700_000_015_000L;

    @Test
    void whatGoesInComesOut() throws Exception {
        SplittableRandom random = new SplittableRandom(4);
        MetricsEncoder encoder = new MetricsEncoder(List.of(new Attribute("service.name", "joulegram")), "1");
        for (int round = 0; round < 300; round++) {
            List<Metric> metrics = IntStream.range(0, random.nextInt(30))
                    .mapToObj(i -> metric(random, i))
                    .toList();

            ExportMetricsServiceRequest decoded = ExportMetricsServiceRequest.parseFrom(
                    encoder.encode(List.of(new Batch(START_MILLIS, MILLIS, metrics))));

            assertThat(decoded.getUnknownFields().asMap()).isEmpty();
            var scope = decoded.getResourceMetrics(0).getScopeMetrics(0);
            assertThat(scope.getMetricsList().stream().map(MetricsEncoderTest::read))
                    .as("round " + round)
                    .containsExactlyElementsOf(metrics);
        }
    }

    private static Metric metric(SplittableRandom random, int index) {
        List<Metric.Kind> kinds = List.of(Metric.Kind.values());
        Metric.Kind kind = kinds.get(random.nextInt(kinds.size()));
        List<Point> points = new ArrayList<>();
        for (int i = random.nextInt(1, 12); i > 0; i--) {
            points.add(point(random, kind));
        }
        return new Metric("metric." + index, text(random), random.nextBoolean() ? "J" : "", kind, points);
    }

    private static Point point(SplittableRandom random, Metric.Kind kind) {
        List<Attribute> attributes = IntStream.range(0, random.nextInt(5))
                .mapToObj(i -> new Attribute("key" + i, text(random)))
                .toList();
        double value = Double.longBitsToDouble(random.nextLong());
        double finite = Double.isFinite(value) ? value : 0;
        return switch (kind) {
            case HISTOGRAM -> {
                int bounds = random.nextInt(20);
                yield new Point.Histogram(
                        attributes,
                        random.nextLong(Long.MAX_VALUE),
                        finite,
                        random.longs(bounds + 1, 0, Long.MAX_VALUE).boxed().toList(),
                        random.doubles(bounds).boxed().toList());
            }
            case SUMMARY -> new Point.Summary(attributes, random.nextLong(Long.MAX_VALUE), finite);
            default -> new Point.Value(attributes, finite);
        };
    }

    /** Of any length around those at which a length takes another byte, and of any alphabet. */
    private static String text(SplittableRandom random) {
        int length = List.of(0, 1, 30, 127, 128, 5_000).get(random.nextInt(6));
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(random.nextInt(8) == 0 ? 0x1F50B : random.nextInt(' ', 0x500));
        }
        return text.toString();
    }

    private static Metric read(io.opentelemetry.proto.metrics.v1.Metric metric) {
        return switch (metric.getDataCase()) {
            case GAUGE ->
                read(metric, Metric.Kind.GAUGE, values(metric.getGauge().getDataPointsList(), false));
            case SUM ->
                read(
                        metric,
                        metric.getSum().getIsMonotonic() ? Metric.Kind.COUNTER : Metric.Kind.UP_DOWN_COUNTER,
                        values(metric.getSum().getDataPointsList(), true));
            case HISTOGRAM ->
                read(
                        metric,
                        Metric.Kind.HISTOGRAM,
                        metric.getHistogram().getDataPointsList().stream()
                                .map(MetricsEncoderTest::histogram)
                                .toList());
            case SUMMARY ->
                read(
                        metric,
                        Metric.Kind.SUMMARY,
                        metric.getSummary().getDataPointsList().stream()
                                .map(point -> new Point.Summary(
                                        attributes(point.getAttributesList()), point.getCount(), point.getSum()))
                                .toList());
            default -> throw new IllegalStateException("" + metric.getDataCase());
        };
    }

    private static Metric read(
            io.opentelemetry.proto.metrics.v1.Metric metric, Metric.Kind kind, List<? extends Point> points) {
        return new Metric(metric.getName(), metric.getDescription(), metric.getUnit(), kind, points);
    }

    private static List<Point.Value> values(
            List<io.opentelemetry.proto.metrics.v1.NumberDataPoint> points, boolean started) {
        return points.stream()
                .map(point -> {
                    assertThat(point.getTimeUnixNano()).isEqualTo(MILLIS * 1_000_000);
                    assertThat(point.getStartTimeUnixNano()).isEqualTo(started ? START_MILLIS * 1_000_000 : 0);
                    return new Point.Value(attributes(point.getAttributesList()), point.getAsDouble());
                })
                .toList();
    }

    private static Point.Histogram histogram(HistogramDataPoint point) {
        return new Point.Histogram(
                attributes(point.getAttributesList()),
                point.getCount(),
                point.getSum(),
                point.getBucketCountsList(),
                point.getExplicitBoundsList());
    }

    private static List<Attribute> attributes(List<io.opentelemetry.proto.common.v1.KeyValue> pairs) {
        return pairs.stream()
                .map(pair -> new Attribute(pair.getKey(), pair.getValue().getStringValue()))
                .toList();
    }
}
