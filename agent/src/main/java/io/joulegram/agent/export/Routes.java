package io.joulegram.agent.export;

import com.sun.net.httpserver.Headers;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** What there is at which path. Thread-safe. */
final class Routes {
    /** Makes the answer to a GET. */
    @FunctionalInterface
    interface Route {
        Reply get(Headers request) throws IOException;
    }

    private static final int EXPECTED_CHARS = 1 << 16;
    private static final String NOT_READY = "Not ready: nothing has been measured yet, the sources are being opened";

    private final Map<String, Route> routes = new LinkedHashMap<>();
    private final Map<String, Route> files = new LinkedHashMap<>();
    private final Exposition exposition;
    private final Supplier<Optional<Snapshot>> snapshots;

    Routes(Exposition exposition, Supplier<Optional<Snapshot>> snapshots, BuildInfo build) {
        this.exposition = exposition;
        this.snapshots = snapshots;
        LivePage page = new LivePage();
        StatusDocument status = new StatusDocument(build);
        SummaryDocument summary = new SummaryDocument();
        routes.put("/", request -> page.reply(request, paths()));
        routes.put("/metrics", this::metrics);
        routes.put("/api/v1/status", request -> json(status::render));
        routes.put("/api/v1/summary", request -> json(summary::render));
        routes.put(LiveStream.PATH, request -> LiveStream.head());
        routes.put("/-/healthy", request -> Reply.text(200, "Healthy"));
        routes.put("/-/ready", request -> ready());
        page.files().forEach((path, file) -> files.put(path, request -> file));
    }

    /** What is at exactly this path. */
    Optional<Route> at(String path) {
        return Optional.ofNullable(routes.getOrDefault(path, files.get(path)));
    }

    /** Every path but those of the files that the page loads, for those who are lost. */
    List<String> paths() {
        return List.copyOf(routes.keySet());
    }

    private Reply metrics(Headers request) throws IOException {
        Optional<ExpositionFormat> format =
                ExpositionFormat.preferredBy(WeightedValue.parse(request.getOrDefault("Accept", List.of())));
        if (format.isEmpty()) {
            return Reply.text(
                    406,
                    "Not acceptable: offered are " + ExpositionFormat.TEXT.contentType() + " and "
                            + ExpositionFormat.OPENMETRICS.contentType());
        }
        TextBuffer body = new TextBuffer(EXPECTED_CHARS);
        exposition.write(format.get(), body);
        return new Reply(200, format.get().contentType(), body.toUtf8(), Map.of("Vary", "Accept, Accept-Encoding"));
    }

    private Reply json(Function<Snapshot, byte[]> document) {
        return snapshots
                .get()
                .map(snapshot -> json(200, document.apply(snapshot)))
                .orElseGet(() ->
                        json(503, new JsonObject().text("error", NOT_READY).toBytes()));
    }

    private static Reply json(int status, byte[] body) {
        return new Reply(status, "application/json", body, Map.of());
    }

    private Reply ready() {
        return snapshots.get().isPresent() ? Reply.text(200, "Ready") : Reply.text(503, NOT_READY);
    }
}
