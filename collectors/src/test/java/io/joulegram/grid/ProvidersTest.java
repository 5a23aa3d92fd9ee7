package io.joulegram.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.grid.GridStandIn.Answer;
import io.joulegram.grid.IntensityException.Reason;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The providers against servers that speak their JSON. */
class ProvidersTest {
    private static final Instant NOW = Instant.parse("2026-03-05T10:20:00Z");
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final String KEY = "s3cret-key";
    private static final String LATEST = """
            {"zone":"DE","carbonIntensity":302,"datetime":"2026-03-05T10:00:00.000Z",
             "updatedAt":"2026-03-05T10:10:00.000Z","createdAt":"2026-03-02T10:00:00.000Z",
             "emissionFactorType":"lifecycle","isEstimated":true,"estimationMethod":"TIME_SLICER_AVERAGE"}
            """;
    private static final String HISTORY = """
            {"zone":"DE","history":[
             {"zone":"DE","carbonIntensity":290,"datetime":"2026-03-05T08:00:00.000Z","isEstimated":false},
             {"zone":"DE","carbonIntensity":null,"datetime":"2026-03-05T09:00:00.000Z","isEstimated":false}]}
            """;
    private static final String MOER = """
            {"data":[{"point_time":"2026-03-05T10:20:00+00:00","value":1000.0,"version":"2022-10-01"},
                     {"point_time":"2026-03-05T10:25:00+00:00","value":870.5}],
             "meta":{"region":"CAISO_NORTH","signal_type":"co2_moer","model":{"date":"2022-10-01"},
                     "units":"lbs_co2_per_mwh","data_point_period_seconds":300,"warnings":[]}}
            """;

    private final HttpClient client = HttpClient.newHttpClient();
    private GridStandIn server;

    @TempDir
    private Path directory;

    @BeforeEach
    void start() throws IOException {
        server = new GridStandIn();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private ElectricityMapsProvider electricityMaps() {
        return new ElectricityMapsProvider(
                client, TIMEOUT, server.uri("/v3"), KEY, GridPlace.ofZone("DE"), "lifecycle");
    }

    private WattTimeProvider wattTime(GridPlace place) {
        return new WattTimeProvider(client, TIMEOUT, server.uri(""), "user", KEY, place);
    }

    private void answerLikeElectricityMaps() {
        server.on("/v3/carbon-intensity/latest", Answer.json(LATEST));
        server.on("/v3/carbon-intensity/history", Answer.json(HISTORY));
        server.on("/v3/carbon-intensity/forecast", Answer.status(401));
    }

    @Test
    void electricityMapsGivesTheHoursItHasWithWhatTheyAre() throws Exception {
        answerLikeElectricityMaps();
        List<GridIntensity> figures = electricityMaps().fetch(NOW);
        assertThat(figures)
                .containsExactly(
                        new GridIntensity(
                                290,
                                "DE",
                                "electricity-maps",
                                "average",
                                "lifecycle",
                                Instant.parse("2026-03-05T08:00:00Z"),
                                Instant.parse("2026-03-05T09:00:00Z"),
                                "v3 measured"),
                        new GridIntensity(
                                302,
                                "DE",
                                "electricity-maps",
                                "average",
                                "lifecycle",
                                Instant.parse("2026-03-05T10:00:00Z"),
                                Instant.parse("2026-03-05T11:00:00Z"),
                                "v3 estimated"));
        GridStandIn.Asked last = server.asked.stream()
                .filter(asked -> asked.path().equals("/v3/carbon-intensity/latest"))
                .findFirst()
                .orElseThrow();
        assertThat(last.query()).isEqualTo("zone=DE&emissionFactorType=lifecycle&shouldUseFallbackCallerLookup=false");
        assertThat(last.headers().get("Auth-token")).containsExactly(KEY);
    }

    @Test
    void electricityMapsIsAskedForForecastsAndHistoryNoMoreThanNeeded() throws Exception {
        answerLikeElectricityMaps();
        ElectricityMapsProvider provider = electricityMaps();
        provider.fetch(NOW);
        provider.fetch(NOW);
        assertThat(server.asked.stream().map(GridStandIn.Asked::path))
                .containsExactly(
                        "/v3/carbon-intensity/forecast",
                        "/v3/carbon-intensity/history",
                        "/v3/carbon-intensity/latest",
                        "/v3/power-breakdown/latest",
                        "/v3/carbon-intensity/latest");
    }

    @Test
    void electricityMapsTakesForecastsWhereThePlanHasThem() throws Exception {
        answerLikeElectricityMaps();
        server.on(
                "/v3/carbon-intensity/forecast",
                Answer.json("{\"zone\":\"DE\",\"forecast\":[{\"carbonIntensity\":250,"
                        + "\"datetime\":\"2026-03-05T11:00:00.000Z\"}],\"updatedAt\":\"2026-03-05T10:00:00Z\"}"));
        assertThat(electricityMaps().fetch(NOW))
                .anySatisfy(figure -> assertThat(figure.dataset()).isEqualTo("v3 forecast"));
    }

    @Test
    void electricityMapsTellsTheCarbonFreeShareOfTheHourItIsOf() throws Exception {
        answerLikeElectricityMaps();
        server.on("/v3/power-breakdown/latest", Answer.json("""
                {"zone":"DE","datetime":"2026-03-05T10:00:00.000Z","fossilFreePercentage":61,
                 "renewablePercentage":58,"powerConsumptionTotal":60000,"isEstimated":true}
                """));
        assertThat(electricityMaps().fetch(NOW))
                .extracting(GridIntensity::carbonFreeRatio)
                .containsExactly(OptionalDouble.empty(), OptionalDouble.of(0.61));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"zone\":\"DE\",\"datetime\":\"2026-03-05T10:00:00Z\",\"fossilFreePercentage\":161}",
                "{\"zone\":\"FR\",\"datetime\":\"2026-03-05T10:00:00Z\",\"fossilFreePercentage\":61}",
                "busy"
            })
    void anAbsurdMixLeavesTheIntensityAsItIs(String body) throws Exception {
        answerLikeElectricityMaps();
        server.on("/v3/power-breakdown/latest", Answer.json(body));
        assertThat(electricityMaps().fetch(NOW))
                .hasSize(2)
                .allSatisfy(figure -> assertThat(figure.carbonFreeRatio()).isEmpty());
    }

    @Test
    void electricityMapsIsNotBelievedForAnotherZone() {
        answerLikeElectricityMaps();
        server.on("/v3/carbon-intensity/latest", Answer.json(LATEST.replace("\"DE\"", "\"US-CAL-CISO\"")));
        IntensityException e = failure(electricityMaps());
        assertThat(e.reason()).isEqualTo(Reason.NOT_COVERED);
        assertThat(e).hasMessageContaining("US-CAL-CISO").hasMessageContaining("\"DE\"");
    }

    @ParameterizedTest
    @CsvSource({
        "401, UNAUTHORIZED",
        "403, UNAUTHORIZED",
        "404, NOT_COVERED",
        "410, GONE",
        "429, RATE_LIMITED",
        "500, SERVER_ERROR",
        "503, SERVER_ERROR",
        "302, SERVER_ERROR"
    })
    void statusesTellWhy(int status, Reason reason) {
        answerLikeElectricityMaps();
        server.on("/v3/carbon-intensity/latest", Answer.status(status));
        IntensityException e = failure(electricityMaps());
        assertThat(e.reason()).isEqualTo(reason);
        assertThat(e).hasMessageNotContaining(KEY);
    }

    @Test
    void retryAfterIsTold() {
        answerLikeElectricityMaps();
        server.on("/v3/carbon-intensity/latest", new Answer(429, Map.of("Retry-After", "120"), "x", 0));
        assertThat(failure(electricityMaps()).retryAfter()).hasValue(Duration.ofMinutes(2));
    }

    @Test
    void aMixIsLeftAloneForAsLongAsItsServiceAsks() throws Exception {
        answerLikeElectricityMaps();
        server.on("/v3/power-breakdown/latest", new Answer(429, Map.of("Retry-After", "600"), "x", 0));
        ElectricityMapsProvider provider = electricityMaps();
        provider.fetch(NOW);
        provider.fetch(NOW.plusSeconds(599));
        assertThat(mixesAsked()).hasSize(1);
        provider.fetch(NOW.plusSeconds(600));
        assertThat(mixesAsked()).hasSize(2);
    }

    private List<GridStandIn.Asked> mixesAsked() {
        return server.asked.stream()
                .filter(asked -> asked.path().equals("/v3/power-breakdown/latest"))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html>busy</html>",
                "{\"zone\":\"DE\",\"carbonIntensity\":30",
                "{\"zone\":\"DE\",\"carbonIntensity\":-1,\"datetime\":\"2026-03-05T10:00:00Z\"}",
                "{\"zone\":\"DE\",\"carbonIntensity\":0,\"datetime\":\"2026-03-05T10:00:00Z\"}",
                "{\"zone\":\"DE\",\"carbonIntensity\":1e9,\"datetime\":\"2026-03-05T10:00:00Z\"}",
                "{\"zone\":\"DE\",\"carbonIntensity\":\"302\",\"datetime\":\"2026-03-05T10:00:00Z\"}",
                "{\"zone\":\"DE\",\"carbonIntensity\":302,\"datetime\":\"yesterday\"}"
            })
    void absurdBodiesAreRefused(String body) {
        answerLikeElectricityMaps();
        server.on("/v3/carbon-intensity/latest", Answer.json(body));
        assertThat(failure(electricityMaps()).reason()).isIn(Reason.MALFORMED, Reason.NOT_COVERED);
    }

    @Test
    void hugeDeepAndSlowBodiesAreRefused() {
        answerLikeElectricityMaps();
        server.on("/v3/carbon-intensity/latest", new Answer(200, Map.of(), " ".repeat(8 << 20), 0));
        assertThat(failure(electricityMaps()).reason()).isEqualTo(Reason.MALFORMED);
        server.on("/v3/carbon-intensity/latest", Answer.json("[".repeat(100_000)));
        assertThat(failure(electricityMaps()).reason()).isEqualTo(Reason.MALFORMED);
        server.on("/v3/carbon-intensity/latest", new Answer(200, Map.of(), "{}", 3_000));
        assertThat(failure(electricityMaps()).reason()).isEqualTo(Reason.UNREACHABLE);
    }

    @Test
    void wattTimeLogsInAndTurnsPoundsIntoGrams() throws Exception {
        server.on("/login", Answer.json("{\"token\":\"abc.def\"}"));
        server.on("/v3/forecast", Answer.json(MOER));
        List<GridIntensity> figures = wattTime(GridPlace.ofZone("CAISO_NORTH")).fetch(NOW);
        assertThat(figures.get(0).gramsPerKwh()).isCloseTo(453.59237, within(1e-9));
        assertThat(figures.get(0).signal()).isEqualTo("marginal");
        assertThat(figures.get(0).until()).isEqualTo(NOW.plusSeconds(300));
        assertThat(figures.get(1).gramsPerKwh()).isCloseTo(870.5 * 0.45359237, within(1e-9));
        assertThat(server.asked.get(0).headers().get("Authorization")).containsExactly("Basic dXNlcjpzM2NyZXQta2V5");
        assertThat(server.asked.get(1).headers().get("Authorization")).containsExactly("Bearer abc.def");
    }

    @Test
    void theForecastOfWattTimeHoldsBetweenTheTimesItIsAsked() throws Exception {
        server.on("/login", Answer.json("{\"token\":\"abc.def\"}"));
        server.on("/v3/forecast", Answer.json(MOER));
        try (IntensityFeed feed = new IntensityFeed(
                "marginal",
                List.of(wattTime(GridPlace.ofZone("CAISO_NORTH"))),
                Optional.empty(),
                Duration.ofMinutes(1),
                () -> NOW,
                new SplittableRandom(1))) {
            feed.ask();
            assertThat(gramsAt(feed, NOW)).isCloseTo(1000 * 0.45359237, within(1e-9));
            assertThat(gramsAt(feed, NOW.plusSeconds(299))).isCloseTo(1000 * 0.45359237, within(1e-9));
            assertThat(feed.nextChangeAfter(NOW)).hasValue(NOW.plusSeconds(300));
            assertThat(gramsAt(feed, NOW.plusSeconds(300))).isCloseTo(870.5 * 0.45359237, within(1e-9));
            assertThat(feed.at(NOW.plusSeconds(3_600))).isEmpty();
        }
    }

    private static double gramsAt(IntensityFeed feed, Instant at) {
        return feed.at(at).orElseThrow().gramsPerKwh();
    }

    @Test
    void wattTimeLogsInAgainWhenItsTokenHasRunOut() throws Exception {
        server.on("/login", Answer.json("{\"token\":\"abc\"}"));
        server.on("/v3/forecast", Answer.json(MOER));
        WattTimeProvider provider = wattTime(GridPlace.ofZone("CAISO_NORTH"));
        provider.fetch(NOW);
        server.on("/v3/forecast", Answer.status(401));
        assertThat(failure(provider).reason()).isEqualTo(Reason.UNAUTHORIZED);
        assertThat(server.asked.stream().filter(asked -> asked.path().equals("/login")))
                .hasSize(2);
    }

    @Test
    void wattTimeFindsTheRegionOfAPlace() throws Exception {
        server.on("/login", Answer.json("{\"token\":\"abc\"}"));
        server.on("/v3/region-from-loc", Answer.json("{\"region\":\"CAISO_NORTH\",\"signal_type\":\"co2_moer\"}"));
        server.on("/v3/forecast", Answer.json(MOER));
        assertThat(wattTime(GridPlace.at(37.4, -122.1)).fetch(NOW).get(0).zone())
                .isEqualTo("CAISO_NORTH");
        assertThat(server.asked.get(1).query()).contains("latitude=37.4&longitude=-122.1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"kg_per_mwh\"", "\"\""})
    void wattTimeIsNotBelievedInAnotherUnit(String units) {
        server.on("/login", Answer.json("{\"token\":\"abc\"}"));
        server.on("/v3/forecast", Answer.json(MOER.replace("\"lbs_co2_per_mwh\"", units)));
        assertThat(failure(wattTime(GridPlace.ofZone("X"))).reason()).isEqualTo(Reason.MALFORMED);
    }

    @Test
    void ukTakesTheActualFigureAndTheForecastWhereThereIsNoneYet() throws Exception {
        server.on("/intensity/", Answer.json("""
                {"data":[
                 {"from":"2026-03-05T09:30Z","to":"2026-03-05T10:00Z","intensity":{"forecast":266,"actual":263,"index":"moderate"}},
                 {"from":"2026-03-05T10:00Z","to":"2026-03-05T10:30Z","intensity":{"forecast":270,"actual":null,"index":"moderate"}}]}
                """));
        List<GridIntensity> figures = new UkIntensityProvider(client, TIMEOUT, server.uri("")).fetch(NOW);
        assertThat(figures.stream().map(GridIntensity::gramsPerKwh)).containsExactly(263.0, 270.0);
        assertThat(figures.stream().map(GridIntensity::dataset)).containsExactly("v2 measured", "v2 forecast");
        assertThat(figures.get(0).until()).isEqualTo(Instant.parse("2026-03-05T10:00:00Z"));
        assertThat(server.asked.get(0).path()).isEqualTo("/intensity/2026-03-05T09:20Z/fw24h");
    }

    @Test
    void aTraceIsReadAnewEachTime() throws Exception {
        Path file = Files.writeString(
                directory.resolve("trace.csv"),
                "from,until,g_per_kwh\n2026-03-05T10:00Z,2026-03-06T10:00Z,100\n2026-01-05T10:00Z,2026-01-06T10:00Z,1\n");
        TraceProvider provider = new TraceProvider(file, "home");
        assertThat(provider.fetch(NOW)).singleElement().satisfies(figure -> {
            assertThat(figure.gramsPerKwh()).isEqualTo(100);
            assertThat(figure.zone()).isEqualTo("home");
        });
        Files.writeString(file, "time,g_per_kwh\nnonsense,1\n");
        assertThat(failure(provider)).hasMessageContaining("trace.csv:2");
    }

    private static IntensityException failure(IntensityProvider provider) {
        return catchThrowableOfType(IntensityException.class, () -> provider.fetch(NOW));
    }
}
