package io.joulegram.tokens;

import io.joulegram.tokens.Engine.ModelNameSource;
import io.joulegram.tokens.ScrapeException.Reason;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The model of a server whose metrics do not name it. Asked once, and again after a restart; a server that cannot tell
 * has model {@code default}.
 */
final class ModelName {
    private static final String UNKNOWN = "default";
    private static final int MAX_DOCUMENT_BYTES = 1 << 20;
    private static final Pattern MODEL_IN_QUERY = Pattern.compile("(?:^|&)model=([^&]{1,512})");

    private final BoundedGet http;
    private String name = UNKNOWN;
    private boolean settled;

    ModelName(BoundedGet http) {
        this.http = http;
    }

    /** Asks again at the next {@link #of}. */
    void askAgain() {
        settled = false;
    }

    /** The name, as far as it is known; a server that does not answer in time is asked again at the next call. */
    String of(Engine engine, URI metrics, long deadlineNanos) {
        Optional<ModelNameSource> source = engine.modelName();
        if (settled || source.isEmpty()) {
            return name;
        }
        Optional<String> routed = modelInQuery(metrics);
        if (routed.isPresent()) {
            return settle(routed.get());
        }
        try {
            String document = http.get(
                            besides(engine, metrics, source.get().path()),
                            "application/json",
                            deadlineNanos,
                            MAX_DOCUMENT_BYTES,
                            contentType -> new TextSink())
                    .body();
            return settle(firstValue(document, source.get().field()).orElse(name));
        } catch (ScrapeException e) {
            settled = e.reason() != Reason.TIMEOUT && e.reason() != Reason.UNREACHABLE;
            return name;
        }
    }

    private String settle(String found) {
        settled = true;
        name = found.endsWith(".gguf") ? found.substring(found.lastIndexOf('/') + 1) : found;
        return name;
    }

    /** llama.cpp as a router tells the metrics of the model that the query names. */
    private static Optional<String> modelInQuery(URI metrics) {
        Matcher query = MODEL_IN_QUERY.matcher(metrics.getQuery() == null ? "" : metrics.getQuery());
        return query.find() ? Optional.of(query.group(1)) : Optional.empty();
    }

    /** A server behind a proxy may have a prefix before all of its paths. */
    private static URI besides(Engine engine, URI metrics, String path) {
        String metricsPath = metrics.getRawPath();
        String prefix = metricsPath.endsWith(engine.metricsPath())
                ? metricsPath.substring(
                        0, metricsPath.length() - engine.metricsPath().length())
                : "";
        return MetricsAddress.at(metrics, prefix + path);
    }

    /** The first string member of this name, wherever it is; names with escapes in them are not understood. */
    private static Optional<String> firstValue(String json, String field) {
        Matcher member = Pattern.compile("\"" + field + "\"\\s{0,8}:\\s{0,8}\"([^\"\\\\\\p{Cntrl}]{1,512})\"")
                .matcher(json);
        return member.find() ? Optional.of(member.group(1)) : Optional.empty();
    }
}
