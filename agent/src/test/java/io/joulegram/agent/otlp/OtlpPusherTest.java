package io.joulegram.agent.otlp;

import static io.joulegram.agent.otlp.LocalReceiver.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.otlp.MetricsEncoder.Batch;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class OtlpPusherTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(40);
    private static final Duration LONG = Duration.ofSeconds(6);
    private static final Duration NEVER = Duration.ofHours(1);

    private final Logger logger = (Logger) LoggerFactory.getLogger(OtlpPusher.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicInteger made = new AtomicInteger();
    private LocalReceiver server;
    private @Nullable OtlpPusher pusher;

    @BeforeEach
    void start() throws Exception {
        logger.setLevel(Level.INFO);
        log.start();
        logger.addAppender(log);
        server = LocalReceiver.start();
    }

    @AfterEach
    void stop() {
        if (pusher != null) {
            pusher.close();
        }
        server.close();
        logger.detachAppender(log);
        logger.setLevel(null);
    }

    private void close() {
        Objects.requireNonNull(pusher, "none was started").close();
    }

    private void push(Duration interval) {
        push(interval, this::numbered);
    }

    private void push(Duration interval, Supplier<byte[]> requests) {
        push(interval, PATIENCE, requests);
    }

    private void push(Duration interval, Duration lastTimeout, Supplier<byte[]> requests) {
        AgentConfig.Otlp settings = new AgentConfig.Otlp(
                Optional.of(server.uri()),
                interval,
                PATIENCE,
                AgentConfig.Otlp.Compression.GZIP,
                List.of(),
                List.of(),
                Map.of(),
                AgentConfig.Otlp.Names.BOTH);
        OtlpPusher started = new OtlpPusher(
                new OtlpReceiver(
                        HttpClient.newBuilder()
                                .version(HttpClient.Version.HTTP_1_1)
                                .build(),
                        settings,
                        server.uri()),
                requests,
                interval,
                settings.timeout(),
                lastTimeout,
                new Backoff(Duration.ofMillis(10), Duration.ofMillis(20), new SplittableRandom(1)),
                new PushMeters(meters));
        started.start();
        pusher = started;
    }

    /** A request whose one value is its number. */
    private byte[] numbered() {
        Metric number = new Metric(
                "number", "", "", Metric.Kind.GAUGE, List.of(new Point.Value(List.of(), made.incrementAndGet())));
        return new MetricsEncoder(List.of(), "").encode(List.of(new Batch(0, 1, List.of(number))));
    }

    private List<Integer> numbers() {
        return server.pushes().stream()
                .map(push -> (int) PushedSeries.metric(push.request(), "number")
                        .getGauge()
                        .getDataPoints(0)
                        .getAsDouble())
                .toList();
    }

    private int pushes(String result) {
        return (int) meters.get("joulegram.otlp.pushes")
                .tag("result", result)
                .counter()
                .count();
    }

    private double up() {
        return meters.get("joulegram.otlp.up").gauge().value();
    }

    @Test
    void everyIntervalHasAPushOfItsOwn() {
        push(SHORT);
        await().atMost(PATIENCE).until(() -> pushes("ok") >= 5);

        assertThat(numbers()).doesNotHaveDuplicates().isSorted();
        assertThat(pushes("failed")).isZero();
        assertThat(up()).isEqualTo(1);
        assertThat(log.list).hasSize(1);
        assertThat(log.list.get(0).getFormattedMessage())
                .isEqualTo("OTLP: " + server.uri() + "/v1/metrics takes the figures");
    }

    @Test
    void theSameIsTriedAgainUntilItIsTaken() {
        Queue<Integer> statuses = new ArrayDeque<>(List.of(429, 502, 503, 504, 200));
        server.answer(
                exchange -> status(statuses.isEmpty() ? 200 : statuses.remove()).give(exchange));
        push(LONG);
        await().atMost(PATIENCE).until(() -> pushes("ok") >= 1);

        assertThat(numbers()).startsWith(1, 1, 1, 1, 1);
        assertThat(pushes("failed") + pushes("dropped")).isZero();
        assertThat(log.list.stream().map(ILoggingEvent::getFormattedMessage))
                .containsExactly(
                        "OTLP: " + server.uri() + "/v1/metrics: answers 429",
                        "OTLP: " + server.uri() + "/v1/metrics takes the figures");
    }

    @ParameterizedTest
    @ValueSource(ints = {307, 400, 401, 500})
    void whatIsRefusedIsNotTriedAgain(int status) {
        server.answer(status(status, "Location", "http://127.0.0.1:1/"));
        push(SHORT);
        await().atMost(PATIENCE).until(() -> pushes("failed") >= 4);

        assertThat(numbers()).doesNotHaveDuplicates();
        assertThat(pushes("ok") + pushes("dropped")).isZero();
        assertThat(up()).isZero();
        assertThat(log.list).hasSize(1);
        assertThat(log.list.get(0).getLevel()).isEqualTo(Level.WARN);
    }

    @Test
    void aReceiverThatAsksToBeLeftAloneIsLeftAlone() {
        server.answer(status(503, "Retry-After", "3600"));
        push(SHORT);
        await().atMost(PATIENCE).until(() -> pushes("dropped") >= 5);
        close();

        assertThat(numbers()).containsExactly(1);
        assertThat(pushes("dropped")).isEqualTo(made.get());
    }

    @Test
    void aReceiverThatIsGoneIsFoundAgainAndToldOnce() throws Exception {
        int port = server.port();
        server.close();
        push(SHORT);
        await().atMost(PATIENCE).until(() -> pushes("dropped") >= 3);
        assertThat(up()).isZero();

        server = LocalReceiver.start(port);
        await().atMost(PATIENCE).until(() -> pushes("ok") >= 3);

        assertThat(log.list.stream().map(ILoggingEvent::getFormattedMessage))
                .containsExactly(
                        "OTLP: " + server.uri() + "/v1/metrics: no connection",
                        "OTLP: " + server.uri() + "/v1/metrics takes the figures");
        assertThat(numbers()).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void aReceiverThatRejectsPartIsToldOnceAndNotTriedAgain() {
        byte[] partial = ExportMetricsServiceResponse.newBuilder()
                .setPartialSuccess(ExportMetricsPartialSuccess.newBuilder()
                        .setRejectedDataPoints(3)
                        .setErrorMessage("too old"))
                .build()
                .toByteArray();
        server.answer(LocalReceiver.body(200, "application/x-protobuf", partial));
        push(SHORT);
        await().atMost(PATIENCE).until(() -> pushes("ok") >= 3);

        assertThat(meters.get("joulegram.otlp.rejected.points").counter().count())
                .isGreaterThanOrEqualTo(9);
        assertThat(numbers()).doesNotHaveDuplicates();
        assertThat(log.list).hasSize(1);
        assertThat(log.list.get(0).getFormattedMessage()).endsWith("rejects 3 data points (too old)");
    }

    @Test
    void theEndHasOneLastPush() {
        push(NEVER);
        close();

        assertThat(numbers()).containsExactly(1);
        assertThat(pushes("ok")).isEqualTo(1);
    }

    @Test
    void aHangingReceiverDoesNotHoldTheEnd() {
        server.answer(exchange -> Thread.sleep(60_000));
        push(SHORT, Duration.ofMillis(300), this::numbered);
        await().atMost(PATIENCE).until(() -> !server.pushes().isEmpty());

        assertTimeoutPreemptively(PATIENCE, this::close);
        assertThat(pushes("ok")).isZero();
    }

    @Test
    void whatCannotBeMadeDoesNotEndThePushing() {
        push(SHORT, () -> {
            byte[] request = numbered();
            if (made.get() < 4) {
                throw new IllegalStateException("not now");
            }
            return request;
        });
        await().atMost(PATIENCE).until(() -> pushes("ok") >= 2);

        assertThat(pushes("failed")).isEqualTo(3);
        assertThat(log.list).hasSize(2);
    }

    @Test
    void everySnapshotIsCountedOnce() {
        AtomicInteger asked = new AtomicInteger();
        int[] statuses = {200, 503, 400, 429, 200, 500};
        server.answer(exchange ->
                status(statuses[asked.getAndIncrement() % statuses.length]).give(exchange));
        push(SHORT);
        await().atMost(PATIENCE).until(() -> made.get() >= 40);
        close();

        assertThat(pushes("ok") + pushes("failed") + pushes("dropped")).isEqualTo(made.get());
    }

    @Test
    void theWaitDoublesUpToItsBoundAndVaries() {
        Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1), new SplittableRandom(5));
        for (int failures = 1; failures < 200; failures++) {
            long most = Math.min(60_000_000_000L, 1_000_000_000L << Math.min(failures - 1, 10));
            assertThat(backoff.nanosAfter(failures)).isBetween(most / 2, most);
        }
        assertThat(backoff.nanosAfter(3)).isNotEqualTo(backoff.nanosAfter(3));
    }
}
