package io.joulegram.agent.export;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.joulegram.agent.access.Access;
import io.joulegram.agent.access.Verdict;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers GET and HEAD, and says no to everything else. Thread-safe. */
final class RequestHandler implements HttpHandler {
    private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);
    private static final int MAX_URI_CHARS = 2048;
    /** An answer below this size does not become shorter. */
    private static final int MIN_GZIP_BYTES = 512;

    private static final Map<String, String> HEADERS = Map.of(
            "Vary", "Accept-Encoding",
            "Cache-Control", "no-store",
            "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Referrer-Policy", "no-referrer",
            "X-Content-Type-Options", "nosniff");

    private final Routes routes;
    private final Access access;
    private final MeterRegistry meters;
    private final LiveStream live;
    private final AtomicBoolean failing = new AtomicBoolean();

    RequestHandler(Routes routes, Access access, MeterRegistry meters, LiveStream live) {
        this.live = live;
        this.routes = routes;
        this.access = access;
        this.meters = meters;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        long beginNanos = System.nanoTime();
        String path = Optional.ofNullable(exchange.getRequestURI().getPath()).orElse("");
        Optional<Routes.Route> route = routes.at(path);
        Reply reply = answer(exchange, route);
        boolean streams = path.equals(LiveStream.PATH) && reply.status() == 200 && !isHead(exchange);
        if (streams && live.admit()) {
            setHeaders(exchange, reply);
            live.serve(exchange);
        } else {
            reply = streams ? LiveStream.full() : reply;
            try (exchange) {
                send(exchange, reply);
            }
        }
        count(route.isPresent() ? path : "other", reply.status(), System.nanoTime() - beginNanos);
    }

    private Reply answer(HttpExchange exchange, Optional<Routes.Route> route) {
        Verdict verdict =
                access.check(Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")));
        return switch (verdict) {
            case GRANTED -> read(exchange, route);
            case DENIED ->
                Reply.text(401, "A name and a password are needed")
                        .with("WWW-Authenticate", "Basic realm=\"joulegram\", charset=\"UTF-8\"");
            case BUSY ->
                Reply.text(503, "Too many passwords are being checked: ask again")
                        .with("Retry-After", "1");
        };
    }

    private Reply read(HttpExchange exchange, Optional<Routes.Route> route) {
        if (exchange.getRequestURI().toString().length() > MAX_URI_CHARS) {
            return Reply.text(414, "The path and query are longer than " + MAX_URI_CHARS + " characters");
        }
        if (!exchange.getRequestMethod().equals("GET") && !isHead(exchange)) {
            return Reply.text(405, "Everything here is read only: use GET or HEAD")
                    .with("Allow", "GET, HEAD");
        }
        if (route.isEmpty()) {
            return Reply.text(404, "There is nothing here. There is: " + String.join(" ", routes.paths()));
        }
        return get(route.get(), exchange);
    }

    private Reply get(Routes.Route route, HttpExchange exchange) {
        try {
            Reply reply = route.get(exchange.getRequestHeaders());
            if (failing.compareAndSet(true, false)) {
                LOG.info("HTTP requests are answered again");
            }
            return reply;
        } catch (IOException | RuntimeException e) {
            if (failing.compareAndSet(false, true)) {
                LOG.error("cannot answer {}", exchange.getRequestURI(), e);
            }
            return Reply.text(500, "Internal error: see the log of the agent");
        }
    }

    private void setHeaders(HttpExchange exchange, Reply reply) {
        Headers headers = exchange.getResponseHeaders();
        HEADERS.forEach(headers::set);
        headers.set("Content-Type", reply.contentType());
        reply.headers().forEach(headers::set);
        access.headers().forEach(headers::set);
        if (hasBody(exchange.getRequestHeaders())) {
            // The body is not read, so the next request could not be found behind it.
            headers.set("Connection", "close");
        }
    }

    private void send(HttpExchange exchange, Reply reply) throws IOException {
        setHeaders(exchange, reply);
        Headers headers = exchange.getResponseHeaders();
        byte[] body = reply.body();
        if (body.length >= MIN_GZIP_BYTES && takesGzip(exchange)) {
            headers.set("Content-Encoding", "gzip");
            body = gzipped(body);
        }
        if (isHead(exchange)) {
            headers.set("Content-Length", Integer.toString(body.length));
            exchange.sendResponseHeaders(reply.status(), -1);
        } else {
            exchange.sendResponseHeaders(reply.status(), body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        }
    }

    private static boolean isHead(HttpExchange exchange) {
        return exchange.getRequestMethod().equals("HEAD");
    }

    private static boolean hasBody(Headers request) {
        String length = request.getFirst("Content-Length");
        return request.containsKey("Transfer-Encoding") || (length != null && !length.equals("0"));
    }

    private static boolean takesGzip(HttpExchange exchange) {
        return ContentCoding.isGzipPreferred(
                WeightedValue.parse(exchange.getRequestHeaders().getOrDefault("Accept-Encoding", List.of())));
    }

    private static byte[] gzipped(byte[] body) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream(body.length / 4);
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(body);
        }
        return compressed.toByteArray();
    }

    private void count(String path, int status, long nanos) {
        Counter.builder("joulegram.http.requests")
                .description("HTTP requests by path and status code; path is other where there is nothing.")
                .tags("path", path, "code", Integer.toString(status))
                .register(meters)
                .increment();
        Timer.builder("joulegram.http.request.duration")
                .description("Time from the begin of a request to the end of its answer.")
                .tags("path", path)
                .register(meters)
                .record(Duration.ofNanos(nanos));
    }
}
