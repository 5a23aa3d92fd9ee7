package io.joulegram.agent.otlp;

import io.joulegram.agent.otlp.Metric.Kind;
import java.util.List;

/**
 * Writes metrics as an {@code ExportMetricsServiceRequest}. The numbers of the fields are those of opentelemetry-proto 1.x
 * ({@code metrics.proto}, {@code common.proto}, {@code resource.proto}), which are stable. For one thread.
 */
final class MetricsEncoder {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int CUMULATIVE = 2;

    private final ProtobufWriter out = new ProtobufWriter();
    private final List<Attribute> resource;
    private final String version;

    /**
     * Metrics of one instant that count since one start.
     *
     * @param startMillis since 1970
     * @param millis since 1970
     */
    record Batch(long startMillis, long millis, List<Metric> metrics) {
        /** Copies the list. */
        Batch {
            metrics = List.copyOf(metrics);
        }
    }

    /**
     * @param resource what the metrics are of
     * @param version of the program
     */
    MetricsEncoder(List<Attribute> resource, String version) {
        this.resource = List.copyOf(resource);
        this.version = version;
    }

    /** The bytes of a request with all of these. */
    byte[] encode(List<Batch> batches) {
        int resourceMetrics = out.begin(1);
        int described = out.begin(1);
        attributes(1, resource);
        out.end(described);
        int scopeMetrics = out.begin(2);
        int scope = out.begin(1);
        out.text(1, "io.joulegram");
        out.textIfAny(2, version);
        out.end(scope);
        for (Batch batch : batches) {
            // Where the clock was set back to before the start, that is not known: OTLP has no negative time.
            long start = Math.min(batch.startMillis(), batch.millis());
            batch.metrics()
                    .forEach(metric -> metric(metric, start * NANOS_PER_MILLI, batch.millis() * NANOS_PER_MILLI));
        }
        out.end(scopeMetrics);
        out.end(resourceMetrics);
        return out.take();
    }

    private void metric(Metric metric, long startNanos, long nanos) {
        int start = out.begin(2);
        out.text(1, metric.name());
        out.textIfAny(2, metric.description());
        out.textIfAny(3, metric.unit());
        int data = out.begin(
                switch (metric.kind()) {
                    case GAUGE -> 5;
                    case COUNTER, UP_DOWN_COUNTER -> 7;
                    case HISTOGRAM -> 9;
                    case SUMMARY -> 11;
                });
        for (Point point : metric.points()) {
            int begun = out.begin(1);
            if (metric.kind() != Kind.GAUGE) {
                out.fixed64(2, startNanos);
            }
            out.fixed64(3, nanos);
            values(point);
            out.end(begun);
        }
        if (metric.kind() != Kind.GAUGE && metric.kind() != Kind.SUMMARY) {
            out.varint(2, CUMULATIVE);
        }
        if (metric.kind() == Kind.COUNTER) {
            out.varint(3, 1);
        }
        out.end(data);
        out.end(start);
    }

    private void values(Point point) {
        if (point instanceof Point.Value single) {
            out.number(4, single.value());
            attributes(7, single.attributes());
        } else if (point instanceof Point.Histogram histogram) {
            out.fixed64(4, histogram.count());
            out.number(5, histogram.sum());
            int counts = out.begin(6);
            histogram.counts().forEach(out::packed);
            out.end(counts);
            int bounds = out.begin(7);
            histogram.bounds().forEach(bound -> out.packed(Double.doubleToRawLongBits(bound)));
            out.end(bounds);
            attributes(9, histogram.attributes());
        } else if (point instanceof Point.Summary summary) {
            out.fixed64(4, summary.count());
            out.number(5, summary.sum());
            attributes(7, summary.attributes());
        }
    }

    private void attributes(int field, List<Attribute> attributes) {
        for (Attribute attribute : attributes) {
            int pair = out.begin(field);
            out.text(1, attribute.key());
            int value = out.begin(2);
            out.text(1, attribute.value());
            out.end(value);
            out.end(pair);
        }
    }
}
