package io.joulegram.tokens;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An inference server on the loopback address that tells its tokens as a real one does, and misbehaves on demand. What
 * it has processed is known exactly ({@link FakeEngine#processed}). Thread-safe.
 */
public final class FakeInferenceServer implements AutoCloseable {
    private static final long HUGE_BYTES = 1L << 30;
    private static final long LOADING_SECONDS = 30;

    private final Dialect dialect;
    private final ExecutorService workers;
    private final Map<String, FakeEngine> engines = new LinkedHashMap<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final int port;
    private HttpServer http;
    private CountDownLatch stopped = new CountDownLatch(1);
    private boolean up = true;
    private double processStartSeconds = System.currentTimeMillis() / 1000.0;
    private volatile Fault fault = Fault.NONE;
    private volatile Optional<String> bearer = Optional.empty();

    /** How the server misbehaves. */
    public enum Fault {
        /** It does not. */
        NONE,
        /** Status 500. */
        STATUS_500,
        /** Status 302 to another address. */
        REDIRECT,
        /** A body of 1 GB, announced. */
        HUGE_BODY,
        /** A body of 1 GB, not announced. */
        HUGE_CHUNKED_BODY,
        /** One byte every 20 ms, without end. */
        SLOW_DRIP,
        /** Takes the request and says nothing. */
        HANG,
        /** Good metrics that are called JSON. */
        WRONG_CONTENT_TYPE,
        /** Every count of tokens is NaN. */
        NAN,
        /** Every count of tokens is -1. */
        NEGATIVE,
        /** Every count of tokens has a fraction. */
        FRACTION,
        /** Ends in the middle of a line, though the length is as announced. */
        TRUNCATED,
        /** Ends before the length that was announced. */
        BROKEN_OFF,
        /** A web page. */
        HTML,
        /** A JSON document. */
        JSON,
        /** An empty body. */
        EMPTY
    }

    private FakeInferenceServer(Dialect dialect, int wantedPort) {
        this.dialect = dialect;
        this.workers = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "fake-inference-server");
            thread.setDaemon(true);
            return thread;
        });
        this.http = listen(wantedPort);
        this.port = http.getAddress().getPort();
    }

    /** A server without engines on a free port. */
    public static FakeInferenceServer start(Dialect dialect) {
        return start(dialect, 0);
    }

    /** A server without engines on this port. */
    public static FakeInferenceServer start(Dialect dialect, int port) {
        return new FakeInferenceServer(dialect, port);
    }

    private HttpServer listen(int wantedPort) {
        try {
            HttpServer server =
                    HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), wantedPort), 0);
            server.setExecutor(workers);
            server.createContext("/", this::handle);
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it is, without a path. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Its port, up or down. */
    public int port() {
        return port;
    }

    /** What to scrape, the engine left to be recognised. */
    public ServerTarget target() {
        return new ServerTarget("127.0.0.1:" + port, uri(), Optional.empty(), bearer, List.of());
    }

    /** The engine of this model and data-parallel rank, made if there is none. */
    public synchronized FakeEngine engine(String model, int rank) {
        return engines.computeIfAbsent(model + "/" + rank, id -> new FakeEngine(model, rank));
    }

    /** Takes the series of an engine away. */
    public synchronized void removeEngine(String model, int rank) {
        engines.remove(model + "/" + rank);
    }

    /** Misbehaves from now on. */
    public void fault(Fault newFault) {
        fault = newFault;
    }

    /** Answers with status 401 to whoever does not send this token. */
    public void requireBearer(String token) {
        bearer = Optional.of(token);
    }

    /** How many requests it took. */
    public int requestsTaken() {
        return requests.get();
    }

    /** Closes the port; connections break. */
    public synchronized void down() {
        if (up) {
            up = false;
            stopped.countDown();
            http.stop(0);
        }
    }

    /** Opens the same port again, counters as they were. */
    public synchronized void up() {
        if (!up) {
            stopped = new CountDownLatch(1);
            http = listen(port);
            up = true;
        }
    }

    /** Ends the process and starts another on the same port: every counter begins at 0. */
    public synchronized void restart() {
        down();
        resetCounters();
        up();
    }

    /** Every counter begins at 0, as after a restart between two scrapes. */
    public synchronized void resetCounters() {
        long now = System.nanoTime();
        engines.values().forEach(engine -> engine.reset(now));
        processStartSeconds += LOADING_SECONDS;
    }

    @Override
    public void close() {
        down();
        workers.shutdownNow();
    }

    /** The metrics as they are now. */
    public synchronized String metrics() {
        long now = System.nanoTime();
        List<FakeEngine.State> states = new ArrayList<>();
        engines.values().forEach(engine -> states.add(engine.state(now)));
        Optional<String> everyTokenCount = switch (fault) {
            case NAN -> Optional.of("NaN");
            case NEGATIVE -> Optional.of("-1.0");
            case FRACTION -> Optional.of("17.5");
            default -> Optional.empty();
        };
        return dialect.page(states, processStartSeconds, everyTokenCount);
    }

    private void handle(HttpExchange exchange) throws IOException {
        requests.incrementAndGet();
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (bearer.isPresent()
                    && !("Bearer " + bearer.get())
                            .equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                reply(exchange, 401, "application/json", "{\"error\":{\"message\":\"Invalid API Key\"}}");
            } else if (path.equals(dialect.path())) {
                misbehave(exchange);
            } else {
                document(exchange, path);
            }
        }
    }

    private void document(HttpExchange exchange, String path) throws IOException {
        String model = firstModel();
        if (path.equals("/v1/models")) {
            String data =
                    "{\"object\":\"list\",\"models\":[{\"name\":\"x\"}],\"data\":[{\"object\":\"model\",\"id\":\"/srv/"
                            + model + ".gguf\"}]}";
            reply(exchange, 200, "application/json", data);
        } else if (path.equals("/info")) {
            reply(exchange, 200, "application/json", "{\"model_id\":\"" + model + "\",\"model_sha\":\"e1\"}");
        } else if (path.equals("/metrics")) {
            reply(exchange, 200, "application/json", "[{\"gpuMemUsage\": 76665782272, \"iter\": 2}]");
        } else {
            reply(exchange, 404, "application/json", "{\"detail\":\"Not Found\"}");
        }
    }

    private synchronized String firstModel() {
        return engines.values().stream()
                .map(engine -> engine.state(0).model())
                .findFirst()
                .orElse("none");
    }

    private void misbehave(HttpExchange exchange) throws IOException {
        switch (fault) {
            case STATUS_500 -> reply(exchange, 500, "text/plain", "Internal Server Error");
            case REDIRECT -> {
                exchange.getResponseHeaders().set("Location", "/elsewhere");
                reply(exchange, 302, "text/plain", "");
            }
            case HUGE_BODY -> flood(exchange, HUGE_BYTES);
            case HUGE_CHUNKED_BODY -> flood(exchange, 0);
            case SLOW_DRIP -> drip(exchange);
            case HANG -> waitUntilDown(Long.MAX_VALUE);
            case WRONG_CONTENT_TYPE -> reply(exchange, 200, "application/json", metrics());
            case TRUNCATED -> {
                String whole = metrics();
                reply(exchange, 200, dialect.contentType(), whole.substring(0, whole.length() - 3));
            }
            case BROKEN_OFF -> {
                byte[] body = metrics().getBytes(UTF_8);
                exchange.sendResponseHeaders(200, body.length + 100L);
                exchange.getResponseBody().write(body);
            }
            case HTML -> reply(exchange, 200, "text/html", "<!DOCTYPE html>\n<html><body>It works</body></html>\n");
            case JSON -> reply(exchange, 200, "application/json", "{\"generation_tokens_total\": 12}\n");
            case EMPTY -> reply(exchange, 200, dialect.contentType(), "");
            default -> reply(exchange, 200, dialect.contentType(), metrics());
        }
    }

    private static void reply(HttpExchange exchange, int status, String contentType, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", contentType);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
    }

    private void flood(HttpExchange exchange, long announced) throws IOException {
        exchange.sendResponseHeaders(200, announced);
        byte[] lines = "vllm:a_metric_that_nobody_wants{label=\"value\"} 1.0\n"
                .repeat(1000)
                .getBytes(UTF_8);
        try (OutputStream body = exchange.getResponseBody()) {
            for (long sent = 0; sent + lines.length < HUGE_BYTES && !isDown(); sent += lines.length) {
                body.write(lines);
            }
        }
    }

    private void drip(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        OutputStream body = exchange.getResponseBody();
        while (!isDown()) {
            body.write('#');
            body.flush();
            waitUntilDown(20);
        }
    }

    private boolean isDown() {
        return latch().getCount() == 0;
    }

    private void waitUntilDown(long millis) {
        try {
            boolean ended = latch().await(millis, TimeUnit.MILLISECONDS);
            if (!ended && millis == Long.MAX_VALUE) {
                throw new IllegalStateException("waited for ever");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized CountDownLatch latch() {
        return stopped;
    }
}
