package io.joulegram.tokens;

import io.joulegram.tokens.BoundedGet.Reply;
import io.joulegram.tokens.ScrapeException.Reason;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads a server's metrics and tells which engine they are of. */
final class EngineProbe {
    private static final String TEXT_FORMAT = "text/plain;version=0.0.4";

    private final BoundedGet http;
    private final EngineCatalog engines;
    private final ScrapeLimits limits;

    /** Metrics of a known engine and where they were found. */
    record Found(Engine engine, URI uri, Reply<Exposition> reply) {}

    EngineProbe(BoundedGet http, EngineCatalog engines, ScrapeLimits limits) {
        this.http = http;
        this.engines = engines;
        this.limits = limits;
    }

    /** Reads the metrics of a server whose engine is known. */
    Found read(Engine engine, URI uri, long deadlineNanos) throws ScrapeException {
        Reply<Exposition> reply = exposition(uri, engine.metrics(), deadlineNanos);
        if (!engine.recognises(reply.body())) {
            throw unknown(uri, "of " + engine.name(), reply.body());
        }
        return new Found(engine, uri, reply);
    }

    /**
     * Finds out what a server is. Where the address has no path the usual paths are tried, since TensorRT-LLM answers
     * something else at {@code /metrics}.
     */
    Found recognise(URI base, long deadlineNanos) throws ScrapeException {
        List<URI> candidates = new ArrayList<>();
        if (MetricsAddress.hasPath(base)) {
            candidates.add(base);
        } else {
            engines.metricsPaths().forEach(path -> candidates.add(MetricsAddress.at(base, path)));
        }
        Optional<ScrapeException> firstFailure = Optional.empty();
        for (URI uri : candidates) {
            try {
                return recogniseAt(uri, deadlineNanos);
            } catch (ScrapeException e) {
                if (e.reason() == Reason.UNREACHABLE || e.reason() == Reason.TIMEOUT) {
                    throw e;
                }
                firstFailure = firstFailure.or(() -> Optional.of(e));
            }
        }
        throw firstFailure.orElseThrow();
    }

    private Found recogniseAt(URI uri, long deadlineNanos) throws ScrapeException {
        Reply<Exposition> reply = exposition(uri, engines.metrics(), deadlineNanos);
        Engine engine = engines.recognise(reply.body())
                .orElseThrow(() -> unknown(uri, "of " + String.join(", ", engines.names()), reply.body()));
        return new Found(engine, uri, reply);
    }

    private Reply<Exposition> exposition(URI uri, Set<String> metrics, long deadlineNanos) throws ScrapeException {
        Set<String> wanted = new HashSet<>(metrics);
        wanted.add(Exposition.PROCESS_START);
        return http.get(
                uri,
                TEXT_FORMAT,
                deadlineNanos,
                limits.maxBodyBytes(),
                // Some servers label their metrics as JSON, so the body alone decides what it is.
                contentType -> new ExpositionParser(wanted, limits, contentType.contains("openmetrics")));
    }

    private static ScrapeException unknown(URI uri, String wanted, Exposition exposition) {
        String told = exposition.someFamilies().isEmpty()
                ? "has no metrics"
                : "has metrics such as " + String.join(", ", exposition.someFamilies());
        return new ScrapeException(Reason.UNKNOWN_ENGINE, uri + " " + told + ", none " + wanted);
    }
}
