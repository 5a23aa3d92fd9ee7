package io.joulegram.agent.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.joulegram.host.GpuOwnership;
import io.joulegram.host.GpuOwnership.ServerGpus;
import io.joulegram.host.ServerPort;
import io.joulegram.power.GpuSource;
import io.joulegram.power.GpuTelemetry;
import io.joulegram.tokens.EngineCatalog;
import io.joulegram.tokens.HttpTokenServer;
import io.joulegram.tokens.ModelTokens;
import io.joulegram.tokens.Scrape;
import io.joulegram.tokens.ScrapeLimits;
import io.joulegram.tokens.ServerTarget;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OpenAiServerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final EngineSettings SETTINGS = EngineSettings.of(
            ModelShape.named("llama-3.2-1b").orElseThrow(),
            AcceleratorShape.named("h100").orElseThrow(),
            1,
            1);

    private final HttpClient client = HttpClient.newHttpClient();
    private EngineGroup group;
    private OpenAiServer server;

    @BeforeEach
    void start() throws IOException {
        start(SETTINGS, 1, Traffic.steady(0));
    }

    private void start(EngineSettings settings) throws IOException {
        start(settings, 1, Traffic.steady(0));
    }

    private void start(EngineSettings settings, int engines, Traffic own) throws IOException {
        group = new Simulation(settings, 1, false, engines, own)
                .engines(System::nanoTime)
                .get(0);
        server = OpenAiServer.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), group, own);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void oneModelIsServed() throws Exception {
        JsonNode models = JSON.readTree(get("/v1/models").body());

        assertThat(models.path("data").size()).isEqualTo(1);
        assertThat(models.path("data").path(0).path("id").textValue()).isEqualTo("llama-3.2-1b");
        assertThat(get("/health").statusCode()).isEqualTo(200);
    }

    @Test
    void aCompletionComesWhole() throws Exception {
        HttpResponse<String> response = post("/v1/completions", """
                {"model": "llama-3.2-1b", "prompt": [1, 2, 3, 4, 5], "max_tokens": 12, "ignore_eos": true,
                 "temperature": 0.7, "stop": null}""");

        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode root = JSON.readTree(response.body());
        assertThat(root.path("object").textValue()).isEqualTo("text_completion");
        JsonNode choice = root.path("choices").path(0);
        assertThat(choice.path("text").textValue().split(" ")).hasSize(13);
        assertThat(choice.path("finish_reason").textValue()).isEqualTo("length");
        assertThat(root.path("usage").path("prompt_tokens").intValue()).isEqualTo(5);
        assertThat(root.path("usage").path("completion_tokens").intValue()).isEqualTo(12);
        assertThat(root.path("usage").path("total_tokens").intValue()).isEqualTo(17);
    }

    @Test
    void aChatComesWhole() throws Exception {
        HttpResponse<String> response = post("/v1/chat/completions", """
                {"messages": [{"role": "system", "content": "Be brief."},
                 {"role": "user", "content": [{"type": "text", "text": "Hello"}]}],
                 "max_completion_tokens": 3, "min_tokens": 3}""");

        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode root = JSON.readTree(response.body());
        assertThat(root.path("object").textValue()).isEqualTo("chat.completion");
        JsonNode message = root.path("choices").path(0).path("message");
        assertThat(message.path("role").textValue()).isEqualTo("assistant");
        assertThat(message.path("content").textValue().split(" ")).hasSize(4);
        assertThat(root.path("usage").path("prompt_tokens").intValue()).isPositive();
    }

    @Test
    void aStreamTellsItsTokensOneByOneAndThenItsUsage() throws Exception {
        List<String> events = events("/v1/chat/completions", """
                {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 4, "ignore_eos": true,
                 "stream": true, "stream_options": {"include_usage": true}}""");

        assertThat(events).hasSize(7).last().isEqualTo("[DONE]");
        JsonNode first = JSON.readTree(events.get(0));
        assertThat(first.path("object").textValue()).isEqualTo("chat.completion.chunk");
        assertThat(first.path("choices").path(0).path("delta").path("role").textValue())
                .isEqualTo("assistant");
        for (int token = 1; token <= 4; token++) {
            JsonNode choice = JSON.readTree(events.get(token)).path("choices").path(0);
            assertThat(choice.path("delta").path("content").textValue()).startsWith(" ");
            assertThat(choice.path("finish_reason").asText()).isEqualTo(token < 4 ? "null" : "length");
        }
        JsonNode usage = JSON.readTree(events.get(5));
        assertThat(usage.path("choices").isEmpty()).isTrue();
        assertThat(usage.path("usage").path("completion_tokens").intValue()).isEqualTo(4);
    }

    @Test
    void theSameSeedGivesTheSameAnswers() throws Exception {
        String request = "{\"prompt\": \"Once upon a time\", \"max_tokens\": 2000}";
        String first = text(post("/v1/completions", request));
        server.close();
        start(SETTINGS);
        String again = text(post("/v1/completions", request));
        String other = text(post("/v1/completions", request));

        assertThat(again).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /v1/completions      | {"prompt"                                       | 400 | The body is not JSON
            /v1/completions      | []                                              | 400 | The body is not a JSON object
            /v1/completions      | {} {}                                           | 400 | The body is not JSON
            /v1/completions      | {"prompt": "a", "model": "gpt-4"}               | 404 | `gpt-4` does not exist
            /v1/completions      | {"prompt": "a", "model": 4}                     | 400 | model: 4 is not a text
            /v1/completions      | {}                                              | 400 | prompt: allowed: a text
            /v1/completions      | {"prompt": ""}                                  | 400 | prompt: is empty
            /v1/completions      | {"prompt": [1, "b"]}                            | 400 | prompt: "b" is not a token
            /v1/completions      | {"prompt": [128256]}                            | 400 | allowed: 0 to 128255
            /v1/completions      | {"prompt": "a", "max_tokens": 0}                | 400 | max_tokens: 0 is not a whole number
            /v1/completions      | {"prompt": "a", "max_tokens": 1.5}              | 400 | max_tokens: 1.5 is not a whole
            /v1/completions      | {"prompt": "a", "max_tokens": 131072}           | 400 | maximum context length is 131072
            /v1/completions      | {"prompt": "a", "n": 2}                         | 400 | n: only 1 is simulated
            /v1/completions      | {"prompt": "a", "min_tokens": 20}               | 400 | min_tokens: 20 is above max_tokens
            /v1/completions      | {"prompt": "a", "stream": "yes"}                | 400 | stream: "yes" is neither
            /v1/completions      | {"prompt": "a", "stream_options": {}}           | 400 | only with stream=true
            /v1/chat/completions | {"messages": []}                                | 400 | at least one message
            /v1/chat/completions | {"messages": [{"content": "a"}]}                | 400 | each needs a role
            /v1/chat/completions | {"messages": [{"role": "user", "content": 3}]}  | 400 | content is neither
            /v1/chat/completions | {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]} | 400 | type text
            /v1/embeddings       | {}                                              | 404 | nothing at /v1/embeddings
            /v1/models           | {}                                              | 405 | Use GET
            """)
    void whatIsWrongIsSaid(String path, String body, int status, String message) throws Exception {
        HttpResponse<String> response = post(path, body);

        assertThat(response.statusCode()).isEqualTo(status);
        JsonNode error = JSON.readTree(response.body()).path("error");
        assertThat(error.path("message").textValue()).contains(message);
        assertThat(error.path("code").intValue()).isEqualTo(status);
        assertThat(group.truth().running() + group.truth().waiting()).isZero();
    }

    @Test
    void whatIsNoHttpIsRefusedAndTheConnectionClosed() throws Exception {
        for (String request : List.of(
                "rubbish\r\n\r\n",
                "GET /" + "x".repeat(5000) + " HTTP/1.1\r\n\r\n",
                "POST /v1/completions HTTP/1.1\r\nContent-Length: many\r\n\r\n")) {
            assertThat(raw(request)).as(request).startsWith("HTTP/1.1 4");
        }
        assertThat(get("/health").statusCode()).isEqualTo(200);
    }

    @Test
    void requestsOnOneConnectionAreAnsweredInTheirOrder() throws Exception {
        String body = "{\"prompt\":\"abcd\",\"max_tokens\":2,\"ignore_eos\":true,\"stream\":true}";
        String answers = raw("POST /v1/completions HTTP/1.1\r\nContent-Length: " + body.length() + "\r\n\r\n" + body
                + "GET /v1/models HTTP/1.1\r\n\r\nGET /health HTTP/1.1\r\nConnection: close\r\n\r\n");

        assertThat(answers.indexOf("[DONE]")).isPositive().isLessThan(answers.indexOf("max_model_len"));
        assertThat(answers.split("HTTP/1.1 200", -1)).hasSize(4);
    }

    @Test
    void whatComesAfterAnEndIsNotAnswered() throws Exception {
        String answers = raw("GET /health HTTP/1.1\r\nConnection: close\r\n\r\nGET /v1/models HTTP/1.1\r\n\r\n");

        assertThat(answers).contains("HTTP/1.1 200").doesNotContain("max_model_len");
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() throws Exception {
        assertThat(raw("POST /v1/completions HTTP/1.1\r\nContent-Length: 9000000\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 413");
    }

    @Test
    void anOldClientGetsItsStreamWithoutChunks() throws Exception {
        String body = "{\"prompt\":\"abcd\",\"max_tokens\":2,\"ignore_eos\":true,\"stream\":true}";
        String answer = raw("POST /v1/completions HTTP/1.0\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);

        assertThat(answer).doesNotContainIgnoringCase("transfer-encoding").endsWith("data: [DONE]\n\n");
    }

    @Test
    void whoGoesAwayIsNotComputedFor() throws Exception {
        String body = "{\"prompt\":\"abcd\",\"max_tokens\":100000,\"ignore_eos\":true}";
        for (String stream : List.of("", ",\"stream\":true")) {
            String whole = body.replace("}", stream + "}");
            try (Socket socket = new Socket(
                    InetAddress.getLoopbackAddress(), server.baseUri().getPort())) {
                socket.getOutputStream()
                        .write(("POST /v1/completions HTTP/1.1\r\nContent-Length: " + whole.length() + "\r\n\r\n"
                                        + whole)
                                .getBytes(StandardCharsets.UTF_8));
                await().atMost(PATIENCE).until(() -> group.truth().running() == 1);
            }
            await().atMost(PATIENCE).until(() -> group.truth().running() == 0);
        }
        assertThat(group.truth().keyValueUsedRatio()).isZero();
        assertThat(get("/metrics").body()).contains("finished_reason=\"abort\"} 2.0");
    }

    @Test
    void whoTakesNothingIsGivenUp() throws Exception {
        server.close();
        // Every event names the model, so that few fill what the network holds.
        start(EngineSettings.of(
                new ModelShape("m".repeat(50_000), 1_000_000, 32, 1, 8, 8, 128, 100, 2, 200_000),
                SETTINGS.accelerator(),
                1,
                1));
        String body = "{\"prompt\":\"abcd\",\"max_tokens\":100000,\"ignore_eos\":true,\"stream\":true}";
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), server.baseUri().getPort()));
            socket.getOutputStream()
                    .write(("POST /v1/completions HTTP/1.1\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.UTF_8));
            await().atMost(PATIENCE)
                    .until(() -> group.truth().steps() > 0 && group.truth().running() == 0);
        }
        assertThat(group.truth().generatedTokens()).isLessThan(100_000);
    }

    @Test
    void beyondTheQueueRequestsAreRefused() throws Exception {
        server.close();
        start(SETTINGS.withLimits(1, 8192, 1));
        String request = "{\"prompt\":\"abcd\",\"max_tokens\":100000,\"ignore_eos\":true,\"stream\":true}";
        HttpResponse<InputStream> running = client.send(request("/v1/completions", request), streaming());
        var waiting = client.sendAsync(request("/v1/completions", request), streaming());
        await().atMost(PATIENCE).until(() -> group.truth().waiting() == 1);

        HttpResponse<String> refused = post("/v1/completions", request);
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(running.statusCode()).isEqualTo(200);
        assertThat(waiting.isDone()).isFalse();
    }

    @Test
    void fiveHundredStreamsGetEveryToken() throws Exception {
        server.close();
        start(SETTINGS.withLimits(512, 8192, 1000));
        try (StreamCrowd crowd = new StreamCrowd(server.baseUri())) {
            assertThat(crowd.start(500, 20, 30).await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(crowd.broken()).isZero();
            assertThat(crowd.ended()).isEqualTo(500);
            assertThat(crowd.tokens()).isEqualTo(15_000);
        }
        Truth truth = group.truth();
        assertThat(truth.generatedTokens()).isEqualTo(15_000);
        assertThat(truth.promptTokens()).isEqualTo(10_000);
    }

    @Test
    void requestsAreSpreadOverEngines() throws Exception {
        server.close();
        start(SETTINGS, 2, Traffic.steady(0));
        try (StreamCrowd crowd = new StreamCrowd(server.baseUri())) {
            assertThat(crowd.start(20, 20, 30).await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(crowd.broken()).isZero();
            assertThat(crowd.tokens()).isEqualTo(600);
        }
        assertThat(group.engines())
                .allSatisfy(
                        engine -> assertThat(engine.truth().generatedTokens()).isGreaterThanOrEqualTo(240));
        JsonNode truth = JSON.readTree(get("/truth").body());
        assertThat(truth.at("/data_parallel").intValue()).isEqualTo(2);
        assertThat(truth.at("/tokens/generation").intValue()).isEqualTo(600);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void itIsFoundToOwnTheAcceleratorsOfItsHost() throws IOException {
        ServerPort port = new ServerPort("127.0.0.1", server.baseUri().getPort());
        GpuSource gpu = (GpuSource) new EnginePower(List.of(group)).open().get(0);
        gpu.refresh();
        GpuTelemetry telemetry = gpu.telemetry();
        assertThat(telemetry).isNotNull();

        assertThat(new GpuOwnership(Path.of("/proc"))
                        .find(Set.of(port), Set.of(), Set.of(), Map.of("0", telemetry.processes()))
                        .get(port))
                .extracting(ServerGpus::devices)
                .isEqualTo(List.of("0"));
    }

    @Test
    void theAgentKnowsItForVllmAndReadsItsCounts() throws Exception {
        ServerTarget target =
                new ServerTarget("simulated", server.baseUri(), Optional.empty(), Optional.empty(), List.of());
        HttpTokenServer scraper = new HttpTokenServer(client, target, EngineCatalog.builtIn(), ScrapeLimits.defaults());
        scraper.scrape();
        String prompt = "\"prompt\":\"" + "a system prompt ".repeat(40) + "\"";
        for (int request = 0; request < 3; request++) {
            post("/v1/completions", "{" + prompt + ",\"max_tokens\":7,\"ignore_eos\":true}");
        }
        Scrape scrape = scraper.scrape();

        assertThat(scrape.traits().engine()).isEqualTo("vllm");
        ModelTokens tokens = scrape.models().get(0);
        assertThat(tokens.model()).isEqualTo("llama-3.2-1b");
        assertThat(tokens.generatedTokens()).hasValue(21);
        assertThat(tokens.promptTokens()).hasValue(480);
        // Nine of ten blocks: the last holds the last token, which is always computed.
        assertThat(tokens.cachedPromptTokens()).hasValue(2 * 144);
        assertThat(tokens.requestsRunning()).hasValue(0);
        assertThat(tokens.requestsWaiting()).hasValue(0);
        assertThat(tokens.requests()).hasValue(3);
    }

    @Test
    void everyFamilyOfMetricsHasATypeAndBucketsRise() throws Exception {
        post("/v1/completions", "{\"prompt\":\"abcd\",\"max_tokens\":7,\"ignore_eos\":true}");
        List<String> lines = get("/metrics").body().lines().toList();

        assertThat(lines)
                .contains(
                        "# TYPE vllm:time_to_first_token_seconds histogram",
                        "# TYPE vllm:generation_tokens_total counter",
                        "vllm:inter_token_latency_seconds_count{engine=\"0\",model_name=\"llama-3.2-1b\"} 6.0",
                        "vllm:e2e_request_latency_seconds_bucket{engine=\"0\",model_name=\"llama-3.2-1b\",le=\"+Inf\"} 1.0");
        String type = "";
        double before = 0;
        for (String line : lines) {
            if (line.startsWith("# TYPE ")) {
                type = line.substring("# TYPE ".length(), line.lastIndexOf(' '));
                before = 0;
            } else if (!line.startsWith("#")) {
                assertThat(line).startsWith(type);
                double value = Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
                if (line.contains("_bucket{")) {
                    assertThat(value).as(line).isGreaterThanOrEqualTo(before);
                    before = value;
                }
            }
        }
    }

    @Test
    void theTruthAddsUp() throws Exception {
        post("/v1/completions", "{\"prompt\":\"abcdefgh\",\"max_tokens\":5,\"ignore_eos\":true}");
        JsonNode truth = JSON.readTree(get("/truth").body());

        JsonNode joules = truth.path("gpu_joules");
        assertThat(joules.path("idle")
                        .decimalValue()
                        .add(joules.path("prefill").decimalValue())
                        .add(joules.path("decode").decimalValue()))
                .isEqualByComparingTo(joules.path("total").decimalValue());
        assertThat(joules.path("prefill").doubleValue()).isPositive();
        assertThat(truth.path("tokens").path("generation").intValue()).isEqualTo(5);
        assertThat(truth.path("steps").intValue()).isEqualTo(5);
    }

    @Test
    void itCanKeepItselfBusy() throws Exception {
        server.close();
        start(SETTINGS, 1, Traffic.steady(100));

        await().atMost(PATIENCE).until(() -> group.truth().cachedTokens() > 0);
        assertThat(group.truth().generatedTokens()).isPositive();
        assertThat(post("/v1/completions", "{\"prompt\":\"abcd\",\"max_tokens\":2}")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aPortThatIsTakenIsSaid() {
        InetSocketAddress taken = new InetSocketAddress(
                InetAddress.getLoopbackAddress(), server.baseUri().getPort());

        assertThatThrownBy(() -> OpenAiServer.start(taken, group, Traffic.steady(0)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("in use");
        assertThatThrownBy(() ->
                        OpenAiServer.start(InetSocketAddress.createUnresolved("nohost", 1), group, Traffic.steady(0)))
                .hasMessageContaining("there is no host \"nohost\"");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(server.baseUri().resolve(path))
                        .timeout(PATIENCE)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String path, String body) {
        return HttpRequest.newBuilder(server.baseUri().resolve(path))
                .timeout(PATIENCE)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return client.send(request(path, body), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse.BodyHandler<InputStream> streaming() {
        return HttpResponse.BodyHandlers.ofInputStream();
    }

    private static String text(HttpResponse<String> response) throws IOException {
        return JSON.readTree(response.body())
                .path("choices")
                .path(0)
                .path("text")
                .textValue();
    }

    private List<String> events(String path, String body) throws Exception {
        HttpResponse<String> response = post(path, body);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("text/event-stream; charset=utf-8");
        assertThat(response.body()).endsWith("\n\n");
        return response.body()
                .strip()
                .lines()
                .filter(line -> !line.isEmpty())
                .map(line -> {
                    assertThat(line).startsWith("data: ");
                    return line.substring(6);
                })
                .toList();
    }

    /** What comes until the server closes the connection. */
    private String raw(String request) throws IOException {
        URI uri = server.baseUri();
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
