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
    private final LlamaRouter router;

    /** Metrics of a known engine and where they were found. */
    record Found(Engine engine, URI uri, Reply<Exposition> reply) {}

    EngineProbe(BoundedGet http, EngineCatalog engines, ScrapeLimits limits) {
        this.http = http;
        this.engines = engines;
        this.limits = limits;
        router = new LlamaRouter(http);
    }

    /** Reads the metrics of a server whose engine is known. */
    Found read(Engine engine, URI uri, long deadlineNanos) throws ScrapeException {
        if (isRouter(uri)) {
            return router(uri, deadlineNanos).orElseThrow(() -> noRouter(uri));
        }
        Reply<Exposition> reply;
        try {
            reply = exposition(uri, engine.metrics(), deadlineNanos);
        } catch (ScrapeException e) {
            if (e.reason() == Reason.STATUS && engine.name().equals(LlamaRouter.ENGINE)) {
                return routerAt(MetricsAddress.at(uri, LlamaRouter.MODELS_PATH), deadlineNanos)
                        .orElseThrow(() -> e);
            }
            throw e;
        }
        if (!engine.recognises(reply.body())) {
            throw unknown(uri, "of " + engine.name(), reply.body());
        }
        return new Found(engine, uri, reply);
    }

    /**
     * Finds out what a server is. Where the address has no path the usual paths are tried, since TensorRT-LLM answers
     * something else at {@code /metrics}, and a router of llama.cpp refuses there.
     */
    Found recognise(URI base, long deadlineNanos) throws ScrapeException {
        if (isRouter(base)) {
            return router(base, deadlineNanos).orElseThrow(() -> noRouter(base));
        }
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
        ScrapeException failure = firstFailure.orElseThrow();
        Optional<Found> found = failure.reason() == Reason.STATUS && !MetricsAddress.hasPath(base)
                ? routerAt(MetricsAddress.at(base, LlamaRouter.MODELS_PATH), deadlineNanos)
                : Optional.empty();
        return found.orElseThrow(() -> failure);
    }

    private static boolean isRouter(URI uri) {
        return MetricsAddress.hasPath(uri) && uri.getRawPath().endsWith(LlamaRouter.MODELS_PATH);
    }

    /** Whatever goes wrong: it is no router, then. */
    private Optional<Found> routerAt(URI models, long deadlineNanos) {
        try {
            return router(models, deadlineNanos);
        } catch (ScrapeException e) {
            return Optional.empty();
        }
    }

    private Optional<Found> router(URI models, long deadlineNanos) throws ScrapeException {
        if (!engines.names().contains(LlamaRouter.ENGINE)) {
            return Optional.empty();
        }
        Engine engine = engines.require(LlamaRouter.ENGINE);
        return router.read(
                        models,
                        uri -> exposition(uri, engine.metrics(), deadlineNanos),
                        limits.maxModels(),
                        deadlineNanos)
                .map(reply -> new Found(engine, models, reply));
    }

    private static ScrapeException noRouter(URI uri) {
        return new ScrapeException(Reason.UNKNOWN_ENGINE, uri + " is not the list of models of a router of llama.cpp");
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
