package io.joulegram.tokens;

import java.util.Locale;
import java.util.Optional;

/** What a TYPE line declares a family of metrics to be, in text 0.0.4 or OpenMetrics 1.0. */
enum MetricType {
    COUNTER,
    GAUGE,
    HISTOGRAM,
    SUMMARY,
    /** Declared, but nothing that counts: info, stateset, gaugehistogram. */
    OTHER,
    /** Not declared, or declared as {@code untyped} or {@code unknown}. */
    UNKNOWN;

    static Optional<MetricType> of(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "counter" -> Optional.of(COUNTER);
            case "gauge" -> Optional.of(GAUGE);
            case "histogram" -> Optional.of(HISTOGRAM);
            case "summary" -> Optional.of(SUMMARY);
            case "info", "stateset", "gaugehistogram" -> Optional.of(OTHER);
            case "untyped", "unknown" -> Optional.of(UNKNOWN);
            default -> Optional.empty();
        };
    }
}
