package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The packaged jar, run as a process. A warning of the virtual machine fails the test that closes it. */
final class AgentProcess implements AutoCloseable {
    /** The exit status after SIGTERM: 128 and the number of the signal. */
    static final int ENDED_BY_SIGTERM = 143;

    private static final Pattern LISTENS = Pattern.compile("listens on (https?://\\S+/)");
    /** Of native access, of Unsafe, of flags that are deprecated. */
    private static final Pattern JVM_WARNING = Pattern.compile("^WARNING: |VM warning: |\\[warning]");

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final CompletableFuture<String> address;
    private final HttpClient client = HttpClient.newHttpClient();
    private final CompletableFuture<Void> reading;

    private AgentProcess(Process process, CompletableFuture<String> address) {
        this.process = process;
        this.address = address;
        reading = CompletableFuture.runAsync(this::readLog, task -> {
            Thread reader = new Thread(task, "agent-log");
            reader.setDaemon(true);
            reader.start();
        });
    }

    /** Starts what {@link AgentCommand#line} gives, or what stands for it. */
    static AgentProcess start(ProcessBuilder command) throws IOException {
        return new AgentProcess(command.redirectErrorStream(true).start(), new CompletableFuture<>());
    }

    /** Starts what will listen on this port but cannot tell it. */
    static AgentProcess start(ProcessBuilder command, int port) throws IOException {
        return new AgentProcess(
                command.redirectErrorStream(true).start(),
                CompletableFuture.completedFuture("http://127.0.0.1:" + port + "/"));
    }

    private void readLog() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                log.add(line);
                Matcher matcher = LISTENS.matcher(line);
                if (matcher.find()) {
                    address.complete(matcher.group(1));
                }
            }
            address.completeExceptionally(new IllegalStateException("ended before it listened: " + log));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it listens, with a slash at the end; waits until it does. */
    String address() throws Exception {
        return address.get(30, TimeUnit.SECONDS);
    }

    /** An answer that comes in time, or a failure. */
    HttpResponse<String> get(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address() + path))
                .timeout(PATIENCE)
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    JsonNode json(String path) throws Exception {
        return JSON.readTree(get(path).body());
    }

    Metrics metrics() throws Exception {
        return Metrics.parse(get("metrics").body());
    }

    /** The exit status, and what it wrote. */
    int awaitExit() throws InterruptedException {
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("still runs: " + log);
        }
        // What it wrote last may still be in the pipe, which a process of its own may hold open.
        reading.copy().completeOnTimeout(null, 5, TimeUnit.SECONDS).join();
        return process.exitValue();
    }

    long pid() {
        return process.pid();
    }

    String log() {
        return String.join("\n", log);
    }

    /** Sends SIGTERM. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** Sends SIGKILL and waits for the end. */
    void kill() {
        // Process.destroyForcibly would close the pipe of the log as well, with what is still in it.
        process.toHandle().destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() {
        kill();
        reading.join();
        assertThat(log).noneMatch(JVM_WARNING.asPredicate());
    }
}
