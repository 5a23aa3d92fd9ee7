package io.joulegram.agent.demo;

import static java.util.Objects.requireNonNull;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;

/**
 * An HTTP server on the loopback interface whose {@code /metrics} is that of vLLM's v1 engine (names and types from
 * vllm/v1/metrics/loggers.py), with two data-parallel engines. It serves metrics alone, of the same {@link Workload} as
 * the {@link SimulatedHost}, at the instant of the request.
 *
 * <p>Unlike vLLM, it counts a prompt token as soon as it is computed, not at the end of its request's prefill, so that
 * tokens and energy agree at every instant.
 *
 * <p>Any thread.
 */
public final class SimulatedVllm implements AutoCloseable {
    /** The {@code model_name} label. */
    public static final String MODEL = "simulated/llama-70b";

    private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final int THREADS = 2;

    private final Workload workload;
    private final LongSupplier nanoTime;
    private final HttpServer server;
    private final ExecutorService executor;

    private SimulatedVllm(Workload workload, LongSupplier nanoTime, HttpServer server) {
        this.workload = workload;
        this.nanoTime = nanoTime;
        this.server = server;
        this.executor = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "simulated-vllm");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Starts it on a free port.
     *
     * @param workload what it serves
     * @param nanoTime the clock, {@link System#nanoTime()} outside tests
     * @throws IOException if no port can be had
     */
    public static SimulatedVllm start(Workload workload, LongSupplier nanoTime) throws IOException {
        requireNonNull(workload, "workload");
        requireNonNull(nanoTime, "nanoTime");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), 0), 0);
        SimulatedVllm vllm = new SimulatedVllm(workload, nanoTime, server);
        server.createContext("/", vllm::answer);
        server.setExecutor(vllm.executor);
        server.start();
        return vllm;
    }

    /** Where it is: {@code http://127.0.0.1:PORT}. */
    public URI baseUri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Stops at once. Does nothing when called again. */
    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean found = exchange.getRequestURI().getPath().equals("/metrics");
            if (!found || !exchange.getRequestMethod().equals("GET")) {
                exchange.sendResponseHeaders(found ? 405 : 404, -1);
                return;
            }
            byte[] body = metrics(nanoTime.getAsLong()).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private interface PerEngine {
        long at(int engine, long atNanos);
    }

    private String metrics(long atNanos) {
        StringBuilder text = new StringBuilder();
        family(
                text,
                "num_requests_running",
                "gauge",
                "Number of requests in model execution batches.",
                atNanos,
                workload::requestsRunning);
        family(
                text,
                "num_requests_waiting",
                "gauge",
                "Number of requests waiting to be processed.",
                atNanos,
                workload::requestsWaiting);
        family(
                text,
                "prompt_tokens_total",
                "counter",
                "Number of prefill tokens processed.",
                atNanos,
                workload::promptTokens);
        family(
                text,
                "prompt_tokens_cached_total",
                "counter",
                "Number of cached prompt tokens.",
                atNanos,
                workload::cachedPromptTokens);
        family(
                text,
                "generation_tokens_total",
                "counter",
                "Number of generation tokens processed.",
                atNanos,
                workload::generatedTokens);
        latency(text, atNanos);
        return text.toString();
    }

    /** Its buckets are left out; nobody here reads them. */
    private void latency(StringBuilder text, long atNanos) {
        String name = "vllm:e2e_request_latency_seconds";
        text.append("# HELP ").append(name).append(" Histogram of e2e request latency in seconds.\n");
        text.append("# TYPE ").append(name).append(" histogram\n");
        for (int engine = 0; engine < Workload.ENGINES; engine++) {
            String labels = "{engine=\"" + engine + "\",model_name=\"" + MODEL + "\"";
            long requests = workload.finishedRequests(engine, atNanos);
            double seconds = workload.finishedMicroseconds(engine, atNanos) / 1e6;
            text.append(name).append("_bucket").append(labels).append(",le=\"+Inf\"} ");
            text.append(requests).append(".0\n");
            text.append(name)
                    .append("_count")
                    .append(labels)
                    .append("} ")
                    .append(requests)
                    .append(".0\n");
            text.append(name)
                    .append("_sum")
                    .append(labels)
                    .append("} ")
                    .append(seconds)
                    .append('\n');
        }
    }

    private static void family(
            StringBuilder text, String name, String type, String help, long atNanos, PerEngine value) {
        text.append("# HELP vllm:").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE vllm:").append(name).append(' ').append(type).append('\n');
        for (int engine = 0; engine < Workload.ENGINES; engine++) {
            // Python's client writes every value as a float.
            text.append("vllm:")
                    .append(name)
                    .append("{engine=\"")
                    .append(engine)
                    .append("\",model_name=\"");
            text.append(MODEL).append("\"} ").append(value.at(engine, atNanos)).append(".0\n");
        }
    }
}
