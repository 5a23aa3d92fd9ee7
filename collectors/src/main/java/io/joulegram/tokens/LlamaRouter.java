package io.joulegram.tokens;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.joulegram.tokens.BoundedGet.Reply;
import io.joulegram.tokens.Exposition.Sample;
import io.joulegram.tokens.ScrapeException.Reason;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * llama.cpp as a router ({@code tools/server/server-models.cpp}): a process without a model of its own, which starts one for
 * each model that is asked for and ends those that were not used for longest. It tells which are loaded at {@code /models}, and
 * passes on the metrics of the one that the query names; {@code autoload=false} keeps it from loading it for that.
 */
final class LlamaRouter {
    /** The engine of the processes behind it. */
    static final String ENGINE = "llamacpp";

    static final String MODELS_PATH = "/models";
    static final String MODEL_LABEL = "model";

    private static final String METRICS_PATH = "/metrics";
    private static final String LOADED = "loaded";
    private static final int MAX_DOCUMENT_BYTES = 512 << 10;

    private final BoundedGet http;

    /** Made when it is first needed: most hosts have no router. */
    private static final class Json {
        static final ObjectMapper MAPPER = new ObjectMapper();
    }

    /** How the metrics at an address are read. */
    interface Metrics {
        Reply<Exposition> at(URI uri) throws ScrapeException;
    }

    LlamaRouter(BoundedGet http) {
        this.http = http;
    }

    /**
     * Reads the metrics of all loaded models, each series labelled with its model.
     *
     * @param models where the router tells of its models
     * @return empty if what answers there is no router
     */
    Optional<Reply<Exposition>> read(URI models, Metrics metrics, int maxModels, long deadlineNanos)
            throws ScrapeException {
        Reply<String> document =
                http.get(models, "application/json", deadlineNanos, MAX_DOCUMENT_BYTES, contentType -> new TextSink());
        Optional<List<String>> loaded = loaded(document.body());
        if (loaded.isEmpty()) {
            return Optional.empty();
        }
        Merged merged = new Merged(document);
        Optional<ScrapeException> failure = Optional.empty();
        for (String model : loaded.get().stream().limit(maxModels).toList()) {
            try {
                merged.add(model, metrics.at(metricsOf(models, model)));
            } catch (ScrapeException e) {
                if (e.reason() != Reason.STATUS) {
                    throw e;
                }
                // It may have been ended since; if none answers, they do not tell.
                failure = Optional.of(e);
            }
        }
        if (failure.isPresent() && merged.models == 0) {
            throw failure.get();
        }
        return Optional.of(merged.reply());
    }

    private static URI metricsOf(URI models, String model) {
        String path = models.getRawPath();
        String prefix = path.substring(0, path.length() - MODELS_PATH.length());
        String query = "model=" + URLEncoder.encode(model, StandardCharsets.UTF_8) + "&autoload=false";
        return URI.create(models.getScheme() + "://" + models.getRawAuthority() + prefix + METRICS_PATH + "?" + query);
    }

    /** The names of the models that are loaded; empty if this is no list of a router, which tells the state of each. */
    private static Optional<List<String>> loaded(String document) {
        try {
            JsonNode data = Json.MAPPER.readTree(document).path("data");
            List<String> names = new ArrayList<>();
            boolean router = data.isArray() && !data.isEmpty();
            for (JsonNode model : data) {
                JsonNode state = model.path("status").path("value");
                router &= model.path("id").isTextual() && state.isTextual();
                if (state.asText().equals(LOADED)) {
                    names.add(model.path("id").asText());
                }
            }
            return router ? Optional.of(names) : Optional.empty();
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** The metrics of several models as those of one server, of the middle of the time in which they were read. */
    private static final class Merged {
        private final Map<String, List<Sample>> samples = new HashMap<>();
        private final Map<String, MetricType> types = new HashMap<>();
        private long sentNanos;
        private long headersNanos;
        private int models;

        Merged(Reply<String> document) {
            sentNanos = document.sentNanos();
            headersNanos = document.headersNanos();
        }

        void add(String model, Reply<Exposition> reply) {
            sentNanos = models == 0 ? reply.sentNanos() : sentNanos;
            headersNanos = reply.headersNanos();
            models++;
            types.putAll(reply.body().types());
            reply.body()
                    .samples()
                    .forEach((metric, list) -> list.forEach(sample -> samples.computeIfAbsent(
                                    metric, name -> new ArrayList<>())
                            .add(new Sample(sample.id().with(MODEL_LABEL, model), sample.value(), sample.line()))));
        }

        Reply<Exposition> reply() {
            // They began at times of their own, so none of these is the server's.
            samples.remove(Exposition.PROCESS_START);
            return new Reply<>(sentNanos, headersNanos, new Exposition(samples, types, List.of()));
        }
    }
}
