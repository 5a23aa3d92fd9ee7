package io.joulegram.agent.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.joulegram.host.GpuOwnership;
import io.joulegram.host.GpuOwnership.ServerGpus;
import io.joulegram.host.ServerPort;
import io.joulegram.power.GpuProcess;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class SimulatedVllmTest {
    private static final Pattern SAMPLE =
            Pattern.compile("(vllm:[a-z_]+)\\{engine=\"([01])\",model_name=\"simulated/llama-70b\"} ([0-9]+)\\.0");

    private final AtomicLong clock = new AtomicLong();
    private final Workload workload = new Workload(0, 42);
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private SimulatedVllm vllm;

    @BeforeEach
    void start() throws IOException {
        vllm = SimulatedVllm.start(workload, clock::get);
    }

    @AfterEach
    void stop() {
        vllm.close();
    }

    @Test
    void aScrapeTellsTheCountersOfItsInstant() throws Exception {
        clock.set(30_000_000_000L);

        Map<String, Long> samples = countersAndGauges();

        assertThat(samples).hasSize(10);
        for (int engine = 0; engine < Workload.ENGINES; engine++) {
            assertThat(samples)
                    .containsEntry("vllm:prompt_tokens_total " + engine, workload.promptTokens(engine, clock.get()))
                    .containsEntry(
                            "vllm:prompt_tokens_cached_total " + engine,
                            workload.cachedPromptTokens(engine, clock.get()))
                    .containsEntry(
                            "vllm:generation_tokens_total " + engine, workload.generatedTokens(engine, clock.get()))
                    .containsEntry(
                            "vllm:num_requests_running " + engine, (long) workload.requestsRunning(engine, clock.get()))
                    .containsEntry("vllm:num_requests_waiting " + engine, (long)
                            workload.requestsWaiting(engine, clock.get()));
            assertThat(samples.get("vllm:generation_tokens_total " + engine)).isPositive();
        }
    }

    @Test
    void everyFamilyHasATypeBeforeItsSamples() throws Exception {
        List<String> lines = get("/metrics").body().lines().toList();

        assertThat(lines)
                .contains("# TYPE vllm:generation_tokens_total counter", "# TYPE vllm:num_requests_running gauge");
        assertThat(lines).filteredOn(line -> line.startsWith("# HELP")).hasSize(6);
        assertThat(lines.get(0)).startsWith("# HELP vllm:num_requests_running ");
    }

    @Test
    void thereIsNothingButMetrics() throws Exception {
        assertThat(get("/v1/models").statusCode()).isEqualTo(404);
        assertThat(get("/metrics").headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
    }

    @Test
    void onceClosedItDoesNotAnswer() {
        URI uri = vllm.baseUri();
        vllm.close();
        vllm.close();

        assertThatThrownBy(
                        () -> client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding()))
                .isInstanceOf(ConnectException.class);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void itIsFoundToOwnTheGpusOfTheSimulatedHost() throws IOException {
        ServerPort port = new ServerPort("127.0.0.1", vllm.baseUri().getPort());
        GpuProcess process = new GpuProcess((int) ProcessHandle.current().pid(), OptionalLong.empty());

        assertThat(new GpuOwnership(Path.of("/proc"))
                        .find(Set.of(port), Map.of("0", List.of(process)))
                        .get(port))
                .extracting(ServerGpus::devices)
                .isEqualTo(List.of("0"));
    }

    @Test
    void requestsThatFinishedAreTimed() throws Exception {
        clock.set(60_000_000_000L);
        List<String> lines = get("/metrics").body().lines().toList();

        for (int engine = 0; engine < Workload.ENGINES; engine++) {
            String labels = "{engine=\"" + engine + "\",model_name=\"" + SimulatedVllm.MODEL + "\"";
            long requests = workload.finishedRequests(engine, clock.get());
            double seconds = workload.finishedMicroseconds(engine, clock.get()) / 1e6;
            String family = "vllm:e2e_request_latency_seconds";
            assertThat(lines)
                    .contains(
                            family + "_bucket" + labels + ",le=\"+Inf\"} " + requests + ".0",
                            family + "_count" + labels + "} " + requests + ".0",
                            family + "_sum" + labels + "} " + seconds);
            // A request writes 40 to 260 tokens at 12 ms a step and more, behind its prompt.
            assertThat(seconds / requests).isBetween(0.5, 30.0);
        }
    }

    private Map<String, Long> countersAndGauges() throws Exception {
        Map<String, Long> samples = new HashMap<>();
        get("/metrics")
                .body()
                .lines()
                .filter(line -> !line.startsWith("#") && !line.contains("latency"))
                .forEach(line -> {
                    Matcher sample = SAMPLE.matcher(line);
                    assertThat(sample.matches()).as(line).isTrue();
                    samples.put(sample.group(1) + " " + sample.group(2), Long.parseLong(sample.group(3)));
                });
        return samples;
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(vllm.baseUri().resolve(path))
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
