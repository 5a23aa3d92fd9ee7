package io.joulegram.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.joulegram.tokens.FakeInferenceServer.Fault;
import io.joulegram.tokens.ScrapeException.Reason;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HttpTokenServerTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final EngineCatalog ENGINES = EngineCatalog.builtIn();
    private static final ScrapeLimits LIMITS = ScrapeLimits.defaults().withDeadline(Duration.ofSeconds(10));
    private static final ScrapeLimits IMPATIENT = ScrapeLimits.defaults().withDeadline(Duration.ofMillis(300));

    private FakeInferenceServer fake = FakeInferenceServer.start(Dialect.VLLM);

    @AfterEach
    void close() {
        fake.close();
    }

    private FakeEngine serve(Dialect dialect) {
        fake.close();
        fake = FakeInferenceServer.start(dialect);
        return fake.engine("org/model", 0);
    }

    private HttpTokenServer server(ScrapeLimits limits) {
        return new HttpTokenServer(CLIENT, fake.target(), ENGINES, limits);
    }

    private static long generated(Scrape scrape) {
        return scrape.models().get(0).generatedTokens().orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void recognisesEveryEngineAndCountsItsTokens(Dialect dialect) throws ScrapeException {
        FakeEngine engine = serve(dialect).add(100, 10, 1_000);
        HttpTokenServer server = server(LIMITS);
        Scrape first = server.scrape();
        engine.add(60, 20, 500);

        Scrape second = server.scrape();

        assertThat(generated(first)).isZero();
        assertThat(generated(second)).isEqualTo(500);
        assertThat(second.traits().engine()).isEqualTo(dialect.engine());
        assertThat(second.restarted()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"TGI, org/model", "LLAMACPP, model.gguf"})
    void asksForTheNameOfAModelThatTheMetricsDoNotTell(Dialect dialect, String name) throws ScrapeException {
        serve(dialect).add(1, 0, 1);
        HttpTokenServer server = server(LIMITS);

        assertThat(server.scrape().models()).extracting(ModelTokens::model).containsExactly(name);
        int before = fake.requestsTaken();
        server.scrape();
        assertThat(fake.requestsTaken() - before)
                .as("requests of a further scrape")
                .isEqualTo(1);
    }

    @Test
    void asksForTheNameAgainAfterAFailureAndAfterARestart() throws ScrapeException {
        serve(Dialect.LLAMACPP).add(0, 0, 100);
        HttpTokenServer server = server(LIMITS);
        server.scrape();

        fake.removeEngine("org/model", 0);
        FakeEngine second = fake.engine("second", 0).add(0, 0, 5);
        server.scrape();
        second.add(0, 0, 3);
        assertThat(generatedBy("second.gguf", server.scrape()))
                .as("after a restart")
                .isEqualTo(3);

        fake.down();
        assertRefused(server, Reason.UNREACHABLE);
        fake.removeEngine("second", 0);
        fake.engine("third", 0).add(0, 0, 1);
        fake.up();
        assertThat(generatedBy("third.gguf", server.scrape()))
                .as("after a failure")
                .isEqualTo(1);
    }

    private static long generatedBy(String model, Scrape scrape) {
        return scrape.models().stream()
                .filter(tokens -> tokens.model().equals(model))
                .findFirst()
                .orElseThrow()
                .generatedTokens()
                .orElseThrow();
    }

    @Test
    void theInstantIsThatOfTheCountersWithinItsUncertainty() throws ScrapeException {
        FakeEngine engine = fake.engine("m", 0);
        engine.steady(0, 0, 50_000_000);
        HttpTokenServer server = server(LIMITS);
        Scrape first = server.scrape();
        for (int i = 0; i < 20; i++) {
            Scrape scrape = server.scrape();
            long earliest = engine.processed(scrape.atNanos() - scrape.uncertaintyNanos())
                            .generated()
                    - engine.processed(first.atNanos() + first.uncertaintyNanos())
                            .generated();
            long latest = engine.processed(scrape.atNanos() + scrape.uncertaintyNanos() + 1)
                            .generated()
                    - engine.processed(first.atNanos() - first.uncertaintyNanos() - 1)
                            .generated();
            assertThat(generated(scrape)).isBetween(earliest, latest);
        }
    }

    @Test
    void totalsSurviveOutagesAndRestarts() throws ScrapeException {
        FakeEngine engine = fake.engine("m", 0).add(0, 0, 1_000);
        HttpTokenServer server = server(LIMITS);
        server.scrape();
        engine.add(0, 0, 50);
        assertThat(generated(server.scrape())).isEqualTo(50);

        fake.down();
        assertRefused(server, Reason.UNREACHABLE);
        fake.up();
        engine.add(0, 0, 7);
        Scrape after = server.scrape();
        assertThat(generated(after)).isEqualTo(57);
        assertThat(after.restarted()).isFalse();

        fake.restart();
        engine.add(0, 0, 5_000);
        Scrape restarted = server.scrape();
        assertThat(generated(restarted)).isEqualTo(5_057);
        assertThat(restarted.restarted()).isTrue();
        assertThat(server.scrape().restarted()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "STATUS_500, STATUS", "REDIRECT, STATUS", "HUGE_BODY, TOO_LARGE", "HUGE_CHUNKED_BODY, TOO_LARGE",
        "NAN, MALFORMED", "NEGATIVE, MALFORMED", "FRACTION, MALFORMED", "TRUNCATED, MALFORMED",
        "BROKEN_OFF, UNREACHABLE", "HTML, MALFORMED", "JSON, MALFORMED", "EMPTY, UNKNOWN_ENGINE"
    })
    void everyFaultHasItsReasonAndLosesNothing(Fault fault, Reason reason) throws ScrapeException {
        FakeEngine engine = fake.engine("m", 0).add(0, 0, 10);
        HttpTokenServer server = server(LIMITS);
        server.scrape();
        engine.add(0, 0, 3);
        server.scrape();
        fake.fault(fault);

        assertRefused(server, reason);
        assertRefused(server, reason);

        fake.fault(Fault.NONE);
        engine.add(0, 0, 4);
        assertThat(generated(server.scrape())).isEqualTo(7);
    }

    @ParameterizedTest
    @EnumSource(names = {"SLOW_DRIP", "HANG"})
    void noServerHoldsAScrapeBeyondItsDeadline(Fault fault) throws ScrapeException {
        FakeEngine engine = fake.engine("m", 0);
        HttpTokenServer server = server(IMPATIENT);
        scrapeAtLast(server);
        fake.fault(fault);

        long start = System.nanoTime();
        assertRefused(server, Reason.TIMEOUT);

        // Far from the deadline on purpose: a slow machine must not fail this, a scrape without an end must.
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(20));
        fake.fault(Fault.NONE);
        engine.add(0, 0, 4);
        assertThat(generated(server(LIMITS).scrape())).isZero();
        assertThat(generated(scrapeAtLast(server))).isEqualTo(4);
    }

    /** A slow machine may take longer for some than an impatient server waits. */
    private static Scrape scrapeAtLast(HttpTokenServer server) {
        return await().ignoreExceptionsInstanceOf(ScrapeException.class).until(server::scrape, scrape -> true);
    }

    @Test
    void theNameOfTheContentTypeDoesNotMatter() throws ScrapeException {
        fake.engine("m", 0);
        fake.fault(Fault.WRONG_CONTENT_TYPE);

        assertThat(server(LIMITS).scrape().models()).hasSize(1);
    }

    @Test
    void sendsTheBearerTokenAndNeverShowsIt() throws ScrapeException {
        fake.engine("m", 0);
        HttpTokenServer without = server(LIMITS);
        fake.requireBearer("s3cret");

        assertThatThrownBy(without::scrape).hasMessageContaining("status 401").hasMessageContaining("bearer token");
        assertThat(server(LIMITS).scrape().models()).hasSize(1);
        ServerTarget bad = new ServerTarget("x", fake.uri(), Optional.empty(), Optional.of("s3cret\n"), List.of());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HttpTokenServer(CLIENT, bad, ENGINES, LIMITS))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cret"));
    }

    @Test
    void metricsOfAnotherEngineAreNamed() {
        ServerTarget forced = new ServerTarget("x", fake.uri(), Optional.of("sglang"), Optional.empty(), List.of());

        assertThatThrownBy(() -> new HttpTokenServer(CLIENT, forced, ENGINES, LIMITS).scrape())
                .isInstanceOfSatisfying(
                        ScrapeException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNKNOWN_ENGINE))
                .hasMessageContaining("has metrics such as process_start_time_seconds")
                .hasMessageContaining("none of sglang");
    }

    @Test
    void anotherEngineOnTheSamePortIsRecognisedAnew() throws ScrapeException {
        fake.engine("m", 0).add(0, 0, 10);
        HttpTokenServer server = server(LIMITS);
        server.scrape();
        int port = fake.port();
        fake.close();
        fake = FakeInferenceServer.start(Dialect.TRTLLM, port);
        fake.engine("m", 0).add(0, 0, 25);

        assertRefused(server, Reason.MALFORMED);
        Scrape scrape = server.scrape();

        assertThat(scrape.traits().engine()).isEqualTo("trtllm");
        assertThat(generated(scrape)).isEqualTo(25);
    }

    @Test
    void anAddressWithAPathIsAskedThereAlone() {
        ServerTarget elsewhere = new ServerTarget(
                "x", URI.create(fake.uri() + "/nowhere"), Optional.empty(), Optional.empty(), List.of());

        assertThatThrownBy(() -> new HttpTokenServer(CLIENT, elsewhere, ENGINES, LIMITS).scrape())
                .hasMessageContaining("/nowhere answers with status 404");
        assertThat(fake.requestsTaken()).isEqualTo(1);
    }

    @Test
    void refusesAnUnknownEngineAndAClientThatFollowsRedirects() {
        ServerTarget target = new ServerTarget("x", fake.uri(), Optional.of("vlm"), Optional.empty(), List.of());
        HttpClient follower = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HttpTokenServer(CLIENT, target, ENGINES, LIMITS))
                .withMessageContaining("did you mean vllm?");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HttpTokenServer(follower, fake.target(), ENGINES, LIMITS))
                .withMessageContaining("must not follow redirects");
    }

    private static void assertRefused(HttpTokenServer server, Reason reason) {
        assertThatThrownBy(server::scrape)
                .isInstanceOfSatisfying(
                        ScrapeException.class,
                        e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
    }
}
