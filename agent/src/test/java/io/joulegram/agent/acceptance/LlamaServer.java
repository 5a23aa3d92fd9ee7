package io.joulegram.agent.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * llama.cpp's own server with {@link TinyModel}, on one processor and with one slot, so that of requests at the same time
 * all but one wait. Thread-safe.
 */
final class LlamaServer implements AutoCloseable {
    /** Of the ports where servers are looked for; any will do. */
    private static final List<Integer> PORTS = List.of(8080, 23333, 30000);

    private static final long PATIENCE_SECONDS = 30;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final Path python;
    private final int port;
    private final HttpClient client = HttpClient.newHttpClient();
    private volatile Process process;

    /** What the server says of one request: all prompt tokens, those of them that it had, output tokens. */
    record Usage(long prompt, long cached, long generated) {
        static final Usage NONE = new Usage(0, 0, 0);

        Usage plus(Usage other) {
            return new Usage(prompt + other.prompt, cached + other.cached, generated + other.generated);
        }
    }

    /**
     * What came of one request.
     *
     * @param id what the proxy calls it
     * @param streamed whether it came as a stream
     * @param energyMethod what the proxy says of the energy in its headers; empty if it says none
     * @param promptMillis how long the server says that the prompt took
     * @param predictedMillis and the output
     */
    record Answer(
            String id,
            boolean streamed,
            Usage usage,
            String energyMethod,
            double promptMillis,
            double predictedMillis) {}

    private LlamaServer(Path directory, Path python, int port) throws Exception {
        this.directory = directory;
        this.python = python;
        this.port = port;
        process = start();
    }

    /**
     * Starts it. Where {@code JOULEGRAM_LLAMA_SERVER} does not name a folder with the Python package xllamacpp, the running
     * test is skipped.
     *
     * @param directory for the model and the log
     * @param port where it listens
     */
    static LlamaServer start(Path directory, int port) throws Exception {
        String python = System.getenv("JOULEGRAM_LLAMA_SERVER");
        if (python == null || python.isEmpty()) {
            Assumptions.abort("no llama.cpp: JOULEGRAM_LLAMA_SERVER names no folder made by"
                    + " 'pip install --target FOLDER xllamacpp'");
        }
        TinyModel.write(directory.resolve("tiny.gguf"));
        try (InputStream script = LlamaServer.class.getResourceAsStream("llama-server.py")) {
            Files.write(
                    directory.resolve("llama-server.py"),
                    Objects.requireNonNull(script).readAllBytes());
        }
        return new LlamaServer(directory, Path.of(Objects.requireNonNull(python)), port);
    }

    /** A free port where servers are looked for; for one test at a time. */
    static int usualPort() {
        return PORTS.stream()
                .filter(LlamaServer::isFree)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("all in use: " + PORTS));
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    int port() {
        return port;
    }

    /** Ends it at once and starts it anew on the same port: all its counters begin at 0. */
    void restart() throws Exception {
        close();
        process = start();
    }

    /** Sends a request that ends after this many tokens. */
    CompletableFuture<Usage> complete(String prompt, int maxTokens) throws IOException {
        String body = JSON.writeValueAsString(Map.of("prompt", prompt, "max_tokens", maxTokens, "ignore_eos", true));
        HttpRequest request = HttpRequest.newBuilder(uri("v1/completions"))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.sendAsync(request, BodyHandlers.ofString()).thenApply(LlamaServer::usage);
    }

    /** Sends a request by way of a proxy, and waits for its end. */
    Answer ask(String proxy, String prompt, int maxTokens, boolean streamed) throws Exception {
        String body = JSON.writeValueAsString(Map.of(
                "prompt",
                prompt,
                "max_tokens",
                maxTokens,
                "ignore_eos",
                true,
                "stream",
                streamed,
                "stream_options",
                Map.of("include_usage", true)));
        HttpRequest request = HttpRequest.newBuilder(URI.create(proxy + "v1/completions"))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        JsonNode told = JSON.createObjectNode();
        for (String line : response.body().split("\n", -1)) {
            String text =
                    line.startsWith("data:") ? line.substring("data:".length()).strip() : line;
            if (text.contains("\"usage\":{")) {
                told = JSON.readTree(text);
            }
        }
        return new Answer(
                response.headers().firstValue("joulegram-request-id").orElseThrow(),
                streamed,
                usage(told),
                response.headers().firstValue("joulegram-energy-method").orElse(""),
                told.required("timings").required("prompt_ms").asDouble(),
                told.required("timings").required("predicted_ms").asDouble());
    }

    /** The metrics that are at an address. */
    static Metrics metrics(URI address) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(address).build();
        return Metrics.parse(HttpClient.newHttpClient()
                .send(request, BodyHandlers.ofString())
                .body());
    }

    private static Usage usage(JsonNode answer) {
        JsonNode usage = answer.required("usage");
        return new Usage(
                usage.required("prompt_tokens").asLong(),
                usage.required("prompt_tokens_details")
                        .required("cached_tokens")
                        .asLong(),
                usage.required("completion_tokens").asLong());
    }

    private static Usage usage(HttpResponse<String> response) {
        try {
            return usage(JSON.readTree(response.body()));
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalStateException("not an answer: " + response.body(), e);
        }
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + "/" + path);
    }

    private Process start() throws Exception {
        Path log = directory.resolve("llama-server.log");
        ProcessBuilder command = new ProcessBuilder("python3", "llama-server.py", "tiny.gguf", String.valueOf(port))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        command.environment().put("PYTHONPATH", python.toString());
        Process started = command.start();
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!Files.readString(log, UTF_8).contains("listening on")) {
            if (!started.isAlive() || System.nanoTime() > deadlineNanos) {
                started.destroyForcibly();
                throw new IllegalStateException("llama.cpp does not start: " + Files.readString(log, UTF_8));
            }
            Thread.sleep(20);
        }
        return started;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
