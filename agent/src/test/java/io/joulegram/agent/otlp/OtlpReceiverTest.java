package io.joulegram.agent.otlp;

import static io.joulegram.agent.otlp.LocalReceiver.body;
import static io.joulegram.agent.otlp.LocalReceiver.status;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.AgentConfig.Otlp.Compression;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a receiver does, there is an outcome in time, and none of it holds a secret. */
class OtlpReceiverTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration IMPATIENCE = Duration.ofMillis(300);
    private static final String SECRET = "k3y-of-the-receiver";

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private LocalReceiver server;

    @BeforeEach
    void start() throws Exception {
        server = LocalReceiver.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private OtlpReceiver receiver(URI endpoint, Compression compression) {
        AgentConfig.Otlp settings = new AgentConfig.Otlp(
                Optional.of(endpoint),
                Duration.ofSeconds(15),
                Duration.ofSeconds(10),
                compression,
                List.of(),
                List.of(new AgentConfig.Otlp.Header("Authorization", "Bearer " + SECRET)),
                Map.of(),
                AgentConfig.Otlp.Names.BOTH);
        return new OtlpReceiver(client, settings, endpoint);
    }

    private Outcome post(Duration timeout) {
        return post(server.uri(), timeout);
    }

    private Outcome post(URI endpoint, Duration timeout) {
        Outcome outcome = assertTimeoutPreemptively(
                Duration.ofMinutes(1),
                () -> receiver(endpoint, Compression.GZIP).post(request(), timeout, new CompletableFuture<>()));
        assertThat(outcome.toString()).doesNotContain(SECRET);
        return outcome;
    }

    private static byte[] request() {
        return new MetricsEncoder(List.of(new Attribute("service.name", "joulegram")), "1").encode(List.of());
    }

    private static Outcome.Unavailable unavailable(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Unavailable.class);
        return (Outcome.Unavailable) outcome;
    }

    @ParameterizedTest
    @CsvSource({"GZIP, '', /v1/metrics", "NONE, /v1/metrics, /v1/metrics", "GZIP, /api/v1/otlp, /api/v1/otlp/v1/metrics"
    })
    void postsProtobufToTheAddress(Compression compression, String path, String expected) {
        Outcome outcome = receiver(URI.create(server.uri() + path), compression)
                .post(request(), PATIENCE, new CompletableFuture<>());

        assertThat(outcome).isEqualTo(new Outcome.Accepted(0, ""));
        LocalReceiver.Push push = server.pushes().get(0);
        assertThat(push.path()).isEqualTo(expected);
        assertThat(push.headers().getFirst("Content-Type")).isEqualTo("application/x-protobuf");
        assertThat(push.headers().getFirst("Authorization")).isEqualTo("Bearer " + SECRET);
        assertThat(push.headers().containsKey("Content-Encoding")).isEqualTo(compression == Compression.GZIP);
        assertThat(push.request().getResourceMetricsCount()).isEqualTo(1);
    }

    @Test
    void aPartialSuccessIsToldWithItsNumberAndItsWords() {
        server.answer(body(
                200,
                "application/x-protobuf",
                ExportMetricsServiceResponse.newBuilder()
                        .setPartialSuccess(ExportMetricsPartialSuccess.newBuilder()
                                .setRejectedDataPoints(7)
                                .setErrorMessage("too\nold"))
                        .build()
                        .toByteArray()));

        assertThat(post(PATIENCE)).isEqualTo(new Outcome.Accepted(7, "too old"));
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 502, 503, 504})
    void whatMayBeTriedAgain(int status) {
        server.answer(status(status));

        assertThat(unavailable(post(PATIENCE)).reason()).isEqualTo("answers " + status);
    }

    @ParameterizedTest
    @CsvSource({
        "301, answers 301; redirects are not followed: give the final address as otlp.endpoint",
        "308, answers 308; redirects are not followed: give the final address as otlp.endpoint",
        "400, answers 400",
        "401, answers 401; are the otlp.headers right?",
        "404, answers 404; is the path of otlp.endpoint right?",
        "413, answers 413",
        "500, answers 500"
    })
    void whatMayNot(int status, String reason) throws Exception {
        try (LocalReceiver elsewhere = LocalReceiver.start()) {
            server.answer(status(status, "Location", elsewhere.uri().toString()));

            assertThat(post(PATIENCE)).isEqualTo(new Outcome.Refused(reason));
            assertThat(elsewhere.pushes()).isEmpty();
        }
    }

    @Test
    void theWordsOfARefusalAreShownShortAndPrintable() {
        server.answer(body(400, "text/plain", ("bad \u0007\r\nrequest" + "!".repeat(5_000)).getBytes(UTF_8)));
        assertThat(((Outcome.Refused) post(PATIENCE)).reason())
                .startsWith("answers 400 (bad request!!!")
                .endsWith("...)")
                .hasSizeLessThan(230);

        // google.rpc.Status: code 3, message "no".
        server.answer(body(400, "application/x-protobuf", new byte[] {8, 3, 18, 2, 'n', 'o'}));
        assertThat(post(PATIENCE)).isEqualTo(new Outcome.Refused("answers 400 (no)"));
    }

    @ParameterizedTest
    @CsvSource({"0, PT0S", "120, PT2M", "999999999, PT1H"})
    void secondsToWaitAreTold(String header, Duration wait) {
        server.answer(status(503, "Retry-After", header));

        assertThat(unavailable(post(PATIENCE)).retryAfter()).contains(wait);
    }

    @Test
    void aDateToWaitForIsTold() {
        ZonedDateTime until = ZonedDateTime.now(ZoneOffset.UTC).plusMinutes(30);
        server.answer(status(429, "Retry-After", DateTimeFormatter.RFC_1123_DATE_TIME.format(until)));

        assertThat(unavailable(post(PATIENCE)).retryAfter().orElseThrow())
                .isBetween(Duration.ofMinutes(20), Duration.ofMinutes(31));
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "-5", "1e9", "99999999999999999999", "Mon, 01 Jan 1990 00:00:00 GMT"})
    void aTimeThatIsNoneIsNotWaitedFor(String header) {
        server.answer(status(503, "Retry-After", header));

        assertThat(unavailable(post(PATIENCE)).retryAfter()).isEmpty();
    }

    @Test
    void aReceiverThatHangsIsLeft() {
        server.answer(exchange -> Thread.sleep(60_000));

        assertThat(unavailable(post(IMPATIENCE)).reason()).isEqualTo("no answer within 0.3 s");
    }

    @Test
    void aReceiverThatDripsIsLeft() {
        server.answer(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            while (true) {
                exchange.getResponseBody().write(1);
                exchange.getResponseBody().flush();
                Thread.sleep(20);
            }
        });

        assertThat(unavailable(post(IMPATIENCE)).reason()).isEqualTo("no answer within 0.3 s");
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 503, 400})
    void anEndlessAnswerIsHungUpOn(int status) {
        server.answer(exchange -> {
            exchange.sendResponseHeaders(status, 0);
            byte[] junk = "x".repeat(8_192).getBytes(UTF_8);
            while (true) {
                exchange.getResponseBody().write(junk);
            }
        });

        Outcome outcome = post(PATIENCE);

        switch (status) {
            case 200 -> assertThat(outcome).isEqualTo(new Outcome.Accepted(0, ""));
            case 503 -> assertThat(unavailable(outcome).reason()).startsWith("answers 503 (xxx");
            default -> assertThat(((Outcome.Refused) outcome).reason()).startsWith("answers 400 (xxx");
        }
    }

    @Test
    void anAnswerOfSomethingElseIsAcceptedByItsStatus() {
        server.answer(body(200, "text/html", "<html>hello</html>".getBytes(UTF_8)));

        assertThat(post(PATIENCE)).isEqualTo(new Outcome.Accepted(0, ""));
    }

    @Test
    void nobodyThere() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }

        assertThat(unavailable(post(URI.create("http://127.0.0.1:" + port), PATIENCE))
                        .reason())
                .isEqualTo("no connection");
        assertThat(post(URI.create("http://no-such-host.invalid"), PATIENCE)).isInstanceOf(Outcome.Unavailable.class);
    }

    @Test
    void whatIsNoHttp() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> answering = CompletableFuture.runAsync(() -> answerBabble(socket));

            assertThat(post(URI.create("http://127.0.0.1:" + socket.getLocalPort()), PATIENCE))
                    .isInstanceOf(Outcome.Unavailable.class);
            assertThat(answering).isNotDone();
        }
    }

    private static void answerBabble(ServerSocket listening) {
        while (!listening.isClosed()) {
            try (Socket socket = listening.accept()) {
                socket.getOutputStream().write("220 mail.example ESMTP\r\n\r\n".getBytes(UTF_8));
            } catch (IOException e) {
                // The client hung up, or the test is over: the loop tells which.
            }
        }
    }

    @Test
    void theEndOfTheAgentIsNotWaitedThrough() {
        server.answer(exchange -> Thread.sleep(60_000));
        CompletableFuture<Void> ending = new CompletableFuture<>();
        CompletableFuture<Outcome> outcome = CompletableFuture.supplyAsync(
                () -> receiver(server.uri(), Compression.GZIP).post(request(), Duration.ofMinutes(1), ending));
        ending.complete(null);

        assertThat(assertTimeoutPreemptively(PATIENCE, outcome::join)).isEqualTo(new Outcome.GivenUp());
    }
}
