package io.joulegram.agent.export;

import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.Writer;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;

/** A format of {@code /metrics}. The first is what a client gets that does not say. */
enum ExpositionFormat {
    /** Prometheus text format 0.0.4. */
    TEXT("text", "plain", "0.0.4", TextFormat.CONTENT_TYPE_004) {
        @Override
        void write(Writer writer, Enumeration<MetricFamilySamples> families) throws IOException {
            TextFormat.write004(writer, families);
        }
    },
    /** OpenMetrics 1.0.0. */
    OPENMETRICS("application", "openmetrics-text", "1.0.0", TextFormat.CONTENT_TYPE_OPENMETRICS_100) {
        @Override
        void write(Writer writer, Enumeration<MetricFamilySamples> families) throws IOException {
            TextFormat.writeOpenMetrics100(writer, families);
        }
    };

    /** How well a media range fits: not at all, or better the more it says (RFC 9110, section 12.5.1). */
    private static final int NO_FIT = -1;

    private static final int ANY = 0;
    private static final int ANY_SUBTYPE = 1;
    private static final int MEDIA_TYPE = 2;
    private static final int MEDIA_TYPE_AND_VERSION = 3;

    private final String type;
    private final String subtype;
    private final String version;
    private final String contentType;

    ExpositionFormat(String type, String subtype, String version, String contentType) {
        this.type = type;
        this.subtype = subtype;
        this.version = version;
        this.contentType = contentType;
    }

    /** The value of the {@code Content-Type} header. */
    String contentType() {
        return contentType;
    }

    /** Writes the families. */
    abstract void write(Writer writer, Enumeration<MetricFamilySamples> families) throws IOException;

    /**
     * Chooses by weight, then by how exactly the client named the format, then by the order here. A client that names
     * neither gets the first format that it does not exclude, as a scraper is better served by something than by an
     * error.
     *
     * @param accept items of the {@code Accept} header
     * @return empty if the client excludes both
     */
    static Optional<ExpositionFormat> preferredBy(List<WeightedValue> accept) {
        ExpositionFormat best = null;
        ExpositionFormat fallback = null;
        double bestWeight = 0;
        int bestFit = NO_FIT;
        for (ExpositionFormat format : values()) {
            int fit = accept.stream().mapToInt(format::fit).max().orElse(NO_FIT);
            double weight = fit == NO_FIT ? 0 : format.weight(accept, fit);
            if (fit == NO_FIT && fallback == null) {
                fallback = format;
            }
            if (weight > bestWeight || (weight > 0 && weight == bestWeight && fit > bestFit)) {
                best = format;
                bestWeight = weight;
                bestFit = fit;
            }
        }
        return Optional.ofNullable(best != null ? best : fallback);
    }

    private double weight(List<WeightedValue> accept, int fit) {
        return accept.stream()
                .filter(range -> fit(range) == fit)
                .mapToDouble(WeightedValue::weight)
                .max()
                .orElse(0);
    }

    private int fit(WeightedValue range) {
        if (range.value().equals("*/*")) {
            return ANY;
        }
        if (range.value().equals(type + "/*")) {
            return ANY_SUBTYPE;
        }
        boolean sameType = range.value().equals(type + "/" + subtype)
                && range.parameters().getOrDefault("charset", "utf-8").equals("utf-8");
        if (!sameType) {
            return NO_FIT;
        }
        if (!range.parameters().containsKey("version")) {
            return MEDIA_TYPE;
        }
        return version.equals(range.parameters().get("version")) ? MEDIA_TYPE_AND_VERSION : NO_FIT;
    }
}
