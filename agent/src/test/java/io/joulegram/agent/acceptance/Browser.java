package io.joulegram.agent.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * Chromium without a window, driven by the DevTools protocol (chromedevtools.github.io/devtools-protocol) over its
 * WebSocket. It resolves no name and asks nothing but what its pages ask. For one thread of a test.
 */
final class Browser implements AutoCloseable {
    private static final Pattern LISTENS = Pattern.compile("DevTools listening on (ws://\\S+)");
    private static final long PATIENCE_SECONDS = 30;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final WebSocket socket;
    private final Wire wire;
    private final AtomicInteger lastId = new AtomicInteger();

    private Browser(Process process, WebSocket socket, Wire wire) {
        this.process = process;
        this.socket = socket;
        this.wire = wire;
    }

    /**
     * Starts the Chromium on the path. Where there is none, the running test is skipped, or fails if the environment has
     * {@code JOULEGRAM_REQUIRE_CHROMIUM=true}.
     *
     * @param directory for its profile and its log
     */
    static Browser start(Path directory) throws Exception {
        Process process = new ProcessBuilder(
                        program().toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--hide-scrollbars",
                        "--disable-dev-shm-usage",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--no-first-run",
                        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + directory.resolve("profile"),
                        "about:blank")
                .redirectError(directory.resolve("chromium.log").toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            Wire wire = new Wire();
            WebSocket socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(address(process, directory.resolve("chromium.log")), wire)
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return new Browser(process, socket, wire);
        } catch (Exception e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static Path program() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        Optional<Path> found = Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> Stream.of(path.split(File.pathSeparator, -1))
                        .map(directory -> Path.of(directory).resolve(name)))
                .filter(Files::isExecutable)
                .findFirst();
        if (found.isEmpty()) {
            String reason = "no chromium on PATH, which this test needs (Debian: chromium)";
            if ("true".equals(System.getenv("JOULEGRAM_REQUIRE_CHROMIUM"))) {
                throw new AssertionError(reason);
            }
            Assumptions.abort(reason);
        }
        return found.orElseThrow();
    }

    /** Where it listens, as it writes once it does. */
    private static URI address(Process process, Path log) throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (process.isAlive() && System.nanoTime() < deadlineNanos) {
            try (BufferedReader lines = Files.newBufferedReader(log, StandardCharsets.ISO_8859_1)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    Matcher matcher = LISTENS.matcher(line);
                    if (matcher.find()) {
                        return URI.create(matcher.group(1));
                    }
                }
            }
            Thread.sleep(20);
        }
        throw new IllegalStateException(
                "Chromium does not start: " + Files.readString(log, StandardCharsets.ISO_8859_1));
    }

    /** An empty page of its own. */
    BrowserPage open() throws Exception {
        String target = call(null, "Target.createTarget", Map.of("url", "about:blank"))
                .path("targetId")
                .asText();
        String session = call(null, "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .path("sessionId")
                .asText();
        return new BrowserPage(this, session);
    }

    /** The result of a method, or a failure that holds what the browser says. */
    JsonNode call(@Nullable String session, String method, Map<String, ?> parameters) throws Exception {
        int id = lastId.incrementAndGet();
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", JSON.valueToTree(parameters));
        if (session != null) {
            message.put("sessionId", session);
        }
        CompletableFuture<JsonNode> answer = wire.expect(id);
        socket.sendText(message.toString(), true).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        JsonNode told = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (told.has("error")) {
            throw new IllegalStateException(method + ": " + told.path("error"));
        }
        return told.path("result");
    }

    /** What a page has told of itself so far under this name, oldest first. */
    List<JsonNode> events(String session, String method) {
        return wire.events.stream()
                .filter(event -> event.path("sessionId").asText().equals(session))
                .filter(event -> event.path("method").asText().equals(method))
                .map(event -> event.path("params"))
                .toList();
    }

    @Override
    public void close() {
        try {
            call(null, "Browser.close", Map.of());
            process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new IllegalStateException("Chromium does not end", e);
        } finally {
            socket.abort();
            process.destroyForcibly();
        }
    }

    /** Puts messages together from their parts and hands them on. */
    private static final class Wire implements WebSocket.Listener {
        private final StringBuilder parts = new StringBuilder();
        private final Map<Integer, CompletableFuture<JsonNode>> expected = new ConcurrentHashMap<>();
        private final List<JsonNode> events = new CopyOnWriteArrayList<>();

        CompletableFuture<JsonNode> expect(int id) {
            return expected.computeIfAbsent(id, key -> new CompletableFuture<>());
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            parts.append(part);
            if (last) {
                try {
                    take(JSON.readTree(parts.toString()));
                } catch (IOException e) {
                    onError(socket, e);
                }
                parts.setLength(0);
            }
            socket.request(1);
            return null;
        }

        private void take(JsonNode message) {
            if (message.has("id")) {
                Optional.ofNullable(expected.remove(message.path("id").asInt()))
                        .ifPresent(answer -> answer.complete(message));
            } else {
                events.add(message);
            }
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            expected.values().forEach(answer -> answer.completeExceptionally(error));
        }
    }
}
