package io.joulegram.agent.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.joulegram.agent.OwnMeterRows;
import io.joulegram.agent.access.Access;
import io.joulegram.agent.config.ListenAddress;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpEndpointTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private volatile Supplier<Optional<Snapshot>> snapshots = () -> Optional.of(Snapshots.full());
    private final AtomicInteger snapshotsTaken = new AtomicInteger();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Exposition exposition;
    private HttpEndpoint endpoint;

    @BeforeEach
    void open() throws ListenException {
        exposition = new Exposition(this::take, Snapshots.BUILD);
        endpoint = open("127.0.0.1:0");
    }

    @AfterEach
    void close() {
        endpoint.close();
        exposition.close();
    }

    @Test
    void servesTextToThoseWhoDoNotSay() throws Exception {
        HttpResponse<byte[]> response = get("/metrics");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(header(response, "Content-Type")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        assertThat(header(response, "Vary")).isEqualTo("Accept, Accept-Encoding");
        assertThat(response.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(StrictExposition.text(text(response)).value("joulegram_pue_ratio"))
                .isEqualTo(1.25);
    }

    @Test
    void servesOpenMetricsToThoseWhoPreferIt() throws Exception {
        HttpResponse<byte[]> response =
                get("/metrics", "Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5");

        assertThat(header(response, "Content-Type"))
                .isEqualTo("application/openmetrics-text; version=1.0.0; charset=utf-8");
        assertThat(StrictExposition.openMetrics(text(response)).value("joulegram_pue_ratio"))
                .isEqualTo(1.25);
    }

    @Test
    void tellsWhatIsOfferedWhenTheClientExcludesIt() throws Exception {
        HttpResponse<byte[]> response = get("/metrics", "Accept", "*/*;q=0");

        assertThat(response.statusCode()).isEqualTo(406);
        assertThat(text(response)).contains("openmetrics-text");
    }

    @Test
    void compressesOnDemand() throws Exception {
        HttpResponse<byte[]> plain = get("/metrics");
        HttpResponse<byte[]> response = get("/metrics", "Accept-Encoding", "gzip");

        assertThat(header(response, "Content-Encoding")).isEqualTo("gzip");
        assertThat(response.body().length).isLessThan(plain.body().length / 2);
        byte[] body = new GZIPInputStream(new ByteArrayInputStream(response.body())).readAllBytes();
        assertThat(StrictExposition.text(new String(body, UTF_8)).value("joulegram_pue_ratio"))
                .isEqualTo(1.25);
        assertThat(get("/metrics", "Accept-Encoding", "gzip;q=0").headers().firstValue("Content-Encoding"))
                .isEmpty();
    }

    @Test
    void aScrapeTakesOneSnapshot() throws Exception {
        get("/metrics");

        assertThat(snapshotsTaken).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/metrics", "/api/v1/status", "/api/v1/summary", "/-/healthy", "/-/ready"})
    void headIsGetWithoutTheBody(String path) throws Exception {
        HttpResponse<byte[]> get = get(path);
        HttpResponse<byte[]> head = send(request(path).method("HEAD", BodyPublishers.noBody()));

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(header(head, "Content-Type")).isEqualTo(header(get, "Content-Type"));
        assertThat(Long.parseLong(header(head, "Content-Length"))).isPositive();
        assertThat(get.body()).isNotEmpty();
        assertThat(header(head, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(header(head, "Content-Security-Policy")).contains("default-src 'none'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"})
    void refusesToBeWritten(String method) throws Exception {
        HttpResponse<byte[]> response = send(request("/metrics").method(method, BodyPublishers.ofString("x=1")));

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(header(response, "Allow")).isEqualTo("GET, HEAD");
    }

    @Test
    void ignoresTheBodyOfAGetAndAnswersOn() throws Exception {
        String body = "x".repeat(1 << 20);
        for (int i = 0; i < 8; i++) {
            try (Socket socket = connect()) {
                socket.getOutputStream()
                        .write(("GET /-/healthy HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length() + "\r\n\r\n")
                                .getBytes(UTF_8));
                assertThat(new String(socket.getInputStream().readNBytes(12), UTF_8))
                        .isEqualTo("HTTP/1.1 200");
            }
        }
        assertThat(get("/-/healthy").statusCode()).isEqualTo(200);
    }

    @Test
    void keepsTheConnectionForTheNextRequest() throws Exception {
        byte[] request = "HEAD /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(UTF_8);
        try (Socket socket = connect()) {
            BufferedReader reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            for (int i = 0; i < 20; i++) {
                socket.getOutputStream().write(request);
                assertThat(reader.readLine()).isEqualTo("HTTP/1.1 200 OK");
                assertThat(reader.lines().takeWhile(header -> !header.isEmpty()))
                        .isNotEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/metric", "/metrics/", "/api", "/api/v1/status/x", "/%2e%2e/etc/passwd"})
    void tellsWhatThereIsToThoseWhoAreLost(String path) throws Exception {
        HttpResponse<byte[]> response = get(path);

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(text(response))
                .contains("/metrics", "/api/v1/status", "/-/ready")
                .doesNotContain("passwd");
        assertThat(header(response, "Content-Type")).startsWith("text/plain");
    }

    @Test
    void takesAShortQueryAndRefusesALongOne() throws Exception {
        assertThat(get("/metrics?a=b").statusCode()).isEqualTo(200);
        assertThat(get("/metrics?" + "a".repeat(3000)).statusCode()).isEqualTo(414);
    }

    @Test
    void isHealthyButNotReadyBeforeTheFirstSnapshot() throws Exception {
        snapshots = Optional::empty;

        assertThat(get("/-/healthy").statusCode()).isEqualTo(200);
        HttpResponse<byte[]> ready = get("/-/ready");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(text(ready)).contains("nothing has been measured yet");
        HttpResponse<byte[]> status = get("/api/v1/status");
        assertThat(status.statusCode()).isEqualTo(503);
        assertThat(JSON.readTree(status.body()).get("error").asText()).contains("nothing has been measured yet");
        assertThat(get("/metrics").statusCode()).isEqualTo(200);

        publish(Snapshots.bare());
        assertThat(get("/-/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void statusTellsOfEachMeterAndStream() throws Exception {
        HttpResponse<byte[]> response = get("/api/v1/status");
        JsonNode gpu = JSON.readTree(response.body()).at("/meters/0");

        assertThat(header(response, "Content-Type")).isEqualTo("application/json");
        assertThat(gpu.get("domain").asText()).isEqualTo("gpu");
        assertThat(gpu.get("source").asText()).isEqualTo("nvml_energy");
        assertThat(gpu.get("energyMicrojoules").longValue()).isEqualTo(1_234_567_890);
        assertThat(gpu.get("watts").doubleValue()).isEqualTo(350.5);
        assertThat(gpu.get("lastSampleMonotonicNanos").longValue()).isEqualTo(4_920_000_000L);
        assertThat(gpu.get("lastSampleUnixMillis").longValue()).isEqualTo(1_699_999_999_920L);
        JsonNode power = gpu.at("/streams/1");
        assertThat(power.get("source").asText()).isEqualTo("nvml_instant");
        assertThat(power.get("quantity").asText()).isEqualTo("power");
        assertThat(power.get("energyMicrojoules").longValue()).isEqualTo(1_230_000_000);
        assertThat(power.get("live").booleanValue()).isTrue();
    }

    @Test
    void statusTellsWhatIsMissingAndHowToMendIt() throws Exception {
        JsonNode status = JSON.readTree(get("/api/v1/status").body());

        assertThat(status.at("/sources/0/errors/TIMEOUT").longValue()).isEqualTo(3);
        assertThat(status.at("/sources/1/up").booleanValue()).isFalse();
        assertThat(status.at("/sources/1/reason").asText()).isEqualTo("permission denied");
        assertThat(status.at("/sources/1/fix").asText()).isEqualTo("chmod");
        assertThat(status.at("/servers/0/devicesFrom").asText()).isEqualTo("processes");
        assertThat(status.at("/build/revision").asText()).isEqualTo("abc1234");
    }

    @Test
    void aDeviceThatIsLostHasNoWattsInTheStatus() throws Exception {
        publish(Snapshots.with(
                List.of(Snapshots.gpuMeter(false)), List.of(Snapshots.gpu(false)), List.of(), Snapshots.carbon()));

        JsonNode status = JSON.readTree(get("/api/v1/status").body());

        assertThat(status.at("/meters/0/live").booleanValue()).isFalse();
        assertThat(status.at("/meters/0").has("watts")).isFalse();
        assertThat(status.at("/meters/0/streams/0").has("watts")).isFalse();
        assertThat(status.at("/meters/0/energyMicrojoules").longValue()).isEqualTo(1_234_567_890);
        assertThat(status.at("/gpus/0").has("powerLimitWatts")).isFalse();
    }

    @Test
    void summaryTellsOfEachModel() throws Exception {
        JsonNode summary = JSON.readTree(get("/api/v1/summary").body());
        JsonNode model = summary.at("/models/0");

        assertThat(model.get("model").asText()).isEqualTo("llama");
        assertThat(model.at("/bookedUntilUnixMillis").longValue()).isEqualTo(1_699_999_999_000L);
        assertThat(model.at("/tokens/generation").longValue()).isEqualTo(3_000);
        assertThat(model.at("/tokens/generationMade").longValue()).isEqualTo(3_040);
        assertThat(model.at("/tokens/promptCached").longValue()).isEqualTo(200);
        assertThat(model.at("/energy/1/phase").asText()).isEqualTo("idle");
        assertThat(model.at("/energy/1/microjoules").longValue()).isEqualTo(100_000_000);
        assertThat(model.at("/perToken/0").has("gramsPerToken")).isFalse();
        assertThat(model.at("/perToken/1/boundary").asText()).isEqualTo("facility");
        assertThat(model.at("/perToken/1/load").asText()).isEqualTo("loaded");
        assertThat(model.at("/perToken/1/joulesPerToken").doubleValue()).isEqualTo(0.375);
        assertThat(model.at("/perToken/1/gramsPerToken").doubleValue()).isEqualTo(0.0000625);
        assertThat(summary.at("/workloads/energy/0").toString())
                .isEqualTo("{\"kind\":\"container\",\"workload\":\"0123456789ab\",\"podNamespace\":\"llm\","
                        + "\"podName\":\"vllm-0\",\"containerName\":\"server\",\"microjoules\":{\"gpu\":1000000000},"
                        + "\"operationalGrams\":0.125,\"embodiedGrams\":0.5}");
        assertThat(summary.at("/workloads/energy/1").toString())
                .isEqualTo("{\"kind\":\"none\",\"workload\":\"idle\",\"microjoules\":{\"cpu\":400000}}");
        assertThat(summary.at("/workloads/pendingMicrojoules/cpu").longValue()).isEqualTo(100_000);
        assertThat(summary.at("/workloads/retiredMicrojoules/gpu").longValue()).isEqualTo(234_567_890);
        assertThat(summary.at("/facilityMicrojoules/overhead").longValue()).isEqualTo(1);
        assertThat(summary.at("/carbon/grid/0/gramsPerKwh").doubleValue()).isEqualTo(363.5);
    }

    @Test
    void jsonHasNoNumberThatIsNotOne() throws Exception {
        publish(Snapshots.with(
                List.of(),
                List.of(),
                List.of(),
                new Snapshot.CarbonState(Double.NaN, List.of(), List.of(), List.of(), Snapshot.OriginState.NONE)));

        assertThat(text(get("/api/v1/summary"))).doesNotContain("NaN");
    }

    @Test
    void servesThePage() throws Exception {
        HttpResponse<byte[]> response = get("/");

        assertThat(header(response, "Content-Type")).isEqualTo("text/html; charset=utf-8");
        assertThat(header(response, "Content-Security-Policy")).contains("script-src 'self';");
        assertThat(text(response)).startsWith("<!DOCTYPE html>");
    }

    @Test
    void countsItsRequests() throws Exception {
        get("/metrics");
        get("/no/such/path");

        // A request is counted once its answer is sent, so the next may come a moment before.
        await().untilAsserted(() -> {
            StrictExposition read = StrictExposition.text(text(get("/metrics")));
            assertThat(read.value("joulegram_http_requests_total", "path", "/metrics", "code", "200"))
                    .isGreaterThanOrEqualTo(1);
            assertThat(read.value("joulegram_http_requests_total", "path", "other", "code", "404"))
                    .isEqualTo(1);
        });
        OwnMeterRows.assertAre(exposition, "joulegram_http_");
    }

    @Test
    void answersManyAtOnce() throws Exception {
        List<CompletableFuture<HttpResponse<byte[]>>> responses = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            HttpRequest request = request("/metrics")
                    .header("Accept", i % 2 == 0 ? "text/plain" : "application/openmetrics-text")
                    .build();
            responses.add(client.sendAsync(request, BodyHandlers.ofByteArray()));
        }
        for (int i = 0; i < responses.size(); i++) {
            String body = text(responses.get(i).get());
            StrictExposition read = i % 2 == 0 ? StrictExposition.text(body) : StrictExposition.openMetrics(body);
            assertThat(read.value("joulegram_pue_ratio")).isEqualTo(1.25);
        }
    }

    @Test
    void clientsThatNeverFinishTheirRequestDoNotKeepOthersOut() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                slow.add(connect());
                slow.get(i).getOutputStream().write("GET /metrics HTTP/1.1\r\nHost:".getBytes(UTF_8));
            }
            assertThat(get("/metrics").statusCode()).isEqualTo(200);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void aRouteThatFailsIsAnErrorAndNotTheEnd() throws Exception {
        snapshots = () -> {
            throw new IllegalStateException("broken on purpose");
        };

        assertThat(get("/-/ready").statusCode()).isEqualTo(500);
        assertThat(get("/-/healthy").statusCode()).isEqualTo(200);
    }

    @Test
    void aTakenPortIsAClearError() {
        String taken = "127.0.0.1:" + endpoint.address().getPort();

        assertThatThrownBy(() -> open(taken))
                .isInstanceOf(ListenException.class)
                .hasMessageContaining("cannot listen on " + taken)
                .hasMessageContaining("already in use")
                .hasMessageContaining("--web.listen-address");
    }

    @Test
    void anUnknownHostIsAClearError() {
        assertThatThrownBy(() -> open("no-such-host.invalid:0"))
                .isInstanceOf(ListenException.class)
                .hasMessageContaining("there is no host \"no-such-host.invalid\"");
    }

    @Test
    void listensOnIpv6() throws Exception {
        assumeTrue(hasIpv6Loopback(), "no IPv6 loopback");
        try (HttpEndpoint ipv6 = open("[::1]:0")) {
            URI uri = URI.create("http://[::1]:" + ipv6.address().getPort() + "/-/healthy");

            assertThat(client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void freesItsPortWhenClosed() throws Exception {
        String address = "127.0.0.1:" + endpoint.address().getPort();
        endpoint.close();
        endpoint.close();

        endpoint = open(address);

        assertThat(get("/-/healthy").statusCode()).isEqualTo(200);
    }

    @Test
    void streamsEventsToAsManyViewersAsThereArePlacesAndAnswersOthersMeanwhile() throws Exception {
        List<Socket> viewers = new ArrayList<>();
        try {
            for (int i = 0; i < LiveStream.MAX_VIEWERS; i++) {
                viewers.add(view());
            }
            HttpResponse<byte[]> turnedAway = get(LiveStream.PATH);
            assertThat(turnedAway.statusCode()).isEqualTo(503);
            assertThat(header(turnedAway, "Retry-After")).isEqualTo("10");
            assertThat(get("/metrics").statusCode()).isEqualTo(200);
        } finally {
            for (Socket viewer : viewers) {
                viewer.close();
            }
        }
        await().untilAsserted(() -> view().close());
    }

    @Test
    void aViewerThatTakesNothingKeepsNobodyWaitingAndClosingEndsTheStreams() throws Exception {
        try (Socket deaf = connect();
                Socket viewer = view()) {
            deaf.setReceiveBufferSize(1);
            deaf.getOutputStream().write(("GET " + LiveStream.PATH + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(UTF_8));
            assertThat(get("/metrics").statusCode()).isEqualTo(200);

            endpoint.close();
            // Ends, or would run into the time-out of the socket.
            viewer.getInputStream().readAllBytes();
        }
    }

    @Test
    void headOfTheStreamTakesNoPlace() throws Exception {
        for (int i = 0; i <= LiveStream.MAX_VIEWERS; i++) {
            HttpResponse<byte[]> head = send(request(LiveStream.PATH).method("HEAD", BodyPublishers.noBody()));
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(header(head, "Content-Type")).startsWith("text/event-stream");
        }
    }

    /** A viewer that has got its first events. */
    private Socket view() throws IOException {
        Socket socket = connect();
        socket.getOutputStream().write(("GET " + LiveStream.PATH + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(UTF_8));
        BufferedReader reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
        assertThat(reader.readLine()).isEqualTo("HTTP/1.1 200 OK");
        assertThat(reader.lines().anyMatch(line -> line.equals("event: power"))).isTrue();
        return socket;
    }

    private static boolean hasIpv6Loopback() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getAllByName("::1")[0], 0));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void publish(Snapshot snapshot) {
        snapshots = () -> Optional.of(snapshot);
    }

    private Optional<Snapshot> take() {
        snapshotsTaken.incrementAndGet();
        return snapshots.get();
    }

    private HttpEndpoint open(String address) throws ListenException {
        return HttpEndpoint.open(
                address(address), Access.of(Optional.empty()), exposition, this::take, List::of, Snapshots.BUILD);
    }

    private Socket connect() throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), endpoint.address().getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + endpoint.address().getPort() + path));
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = request(path);
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), UTF_8);
    }

    private static String header(HttpResponse<byte[]> response, String name) {
        return response.headers().firstValue(name).orElseThrow();
    }

    private static ListenAddress address(String text) {
        int colon = text.lastIndexOf(':');
        String host = text.substring(0, colon).replace("[", "").replace("]", "");
        return new ListenAddress(host, Integer.parseInt(text.substring(colon + 1)));
    }
}
