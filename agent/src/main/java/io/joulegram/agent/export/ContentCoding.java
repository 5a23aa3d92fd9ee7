package io.joulegram.agent.export;

import java.util.List;
import java.util.OptionalDouble;

/** Whether an answer is compressed (RFC 9110, section 12.5.3). */
final class ContentCoding {
    private ContentCoding() {}

    /** Whether the client takes gzip, and does not say that it would rather have no coding. */
    static boolean isGzipPreferred(List<WeightedValue> acceptEncoding) {
        double gzip = weight(acceptEncoding, "gzip")
                .orElse(weight(acceptEncoding, "x-gzip")
                        .orElse(weight(acceptEncoding, "*").orElse(0)));
        double identity = weight(acceptEncoding, "identity").orElse(0);
        return gzip > 0 && gzip >= identity;
    }

    private static OptionalDouble weight(List<WeightedValue> values, String coding) {
        return values.stream()
                .filter(value -> value.value().equals(coding))
                .mapToDouble(WeightedValue::weight)
                .max();
    }
}
