package io.joulegram.agent.otlp;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.joulegram.agent.export.ServerLimits;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

/** A receiver of OTLP over HTTP that decodes what it gets with the classes of opentelemetry-proto, and answers as told. */
public final class LocalReceiver implements AutoCloseable {
    /** One push. */
    public record Push(String path, Headers headers, ExportMetricsServiceRequest request) {}

    /** How pushes are answered. */
    @FunctionalInterface
    interface Answer {
        /** Answers; the request was read. Called on a thread that may wait, until it is interrupted. */
        void give(HttpExchange exchange) throws IOException, InterruptedException;
    }

    private final List<Push> pushes = new CopyOnWriteArrayList<>();
    private final List<Throwable> undecodable = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "local-receiver");
        thread.setDaemon(true);
        return thread;
    });
    private volatile Answer answer = status(200);

    private LocalReceiver(HttpServer server) {
        this.server = server;
    }

    /** One that takes everything. */
    public static LocalReceiver start() throws IOException {
        return start(0);
    }

    static LocalReceiver start(int port) throws IOException {
        ServerLimits.apply();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        LocalReceiver receiver = new LocalReceiver(server);
        server.createContext("/", receiver::take);
        server.setExecutor(receiver.threads);
        server.start();
        return receiver;
    }

    /** An answer of this status without a body. */
    static Answer status(int status, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
        };
    }

    /** An answer with this body. */
    static Answer body(int status, String contentType, byte[] body) {
        return exchange -> {
            exchange.getResponseHeaders().set("Content-Type", contentType);
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        };
    }

    private void take(HttpExchange exchange) {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            InputStream in = new ByteArrayInputStream(body);
            if ("gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))) {
                in = new GZIPInputStream(in);
            }
            pushes.add(new Push(
                    exchange.getRequestURI().getPath(),
                    exchange.getRequestHeaders(),
                    ExportMetricsServiceRequest.parseFrom(in)));
            answer.give(exchange);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            // Of what it was about to answer when its client hung up, nobody asks.
            if (exchange.getResponseCode() == -1) {
                undecodable.add(e);
            }
        }
    }

    void answer(Answer next) {
        answer = next;
    }

    /** The address without a path. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** What has come, in order; fails if something came that is no request. */
    public List<Push> pushes() {
        if (!undecodable.isEmpty()) {
            throw new IllegalStateException("not a request", undecodable.get(0));
        }
        return List.copyOf(pushes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
