package io.joulegram.tokens;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.joulegram.tokens.EngineTraits.CountsAt;
import io.joulegram.tokens.ScrapeException.Reason;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenTotalsTest {
    private static final EngineCatalog ENGINES = EngineCatalog.builtIn();

    private final TokenTotals totals = new TokenTotals(ScrapeLimits.defaults(), Optional.empty());

    private TokenTotals.Update scrape(String body) throws ScrapeException {
        return scrape(totals, body);
    }

    private static TokenTotals.Update scrape(TokenTotals totals, String body) throws ScrapeException {
        Set<String> wanted = new HashSet<>(ENGINES.metrics());
        wanted.add(Exposition.PROCESS_START);
        ExpositionParser parser = new ExpositionParser(wanted, ScrapeLimits.defaults(), false);
        byte[] bytes = body.getBytes(UTF_8);
        parser.accept(bytes, 0, bytes.length);
        Exposition exposition = parser.finish();
        return totals.update(ENGINES.recognise(exposition).orElseThrow(), exposition, "default");
    }

    private static String vllm(String model, int engine, long generated) {
        return "vllm:generation_tokens_total{model_name=\"" + model + "\",engine=\"" + engine + "\"} " + generated
                + "\n";
    }

    private static long generated(TokenTotals.Update update) {
        return update.models().get(0).generatedTokens().orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void countsWhatEveryEngineProcessedSinceTheFirstScrape(Dialect dialect) throws ScrapeException {
        FakeEngine first = new FakeEngine("org/model \"7B\"", 0).add(100, 40, 1_000);
        FakeEngine second = new FakeEngine("org/model \"7B\"", 1).add(5_000_000, 0, 9);
        List<FakeEngine> engines = dialect.page(List.of(first.state(0)), 1, Optional.empty())
                        .equals(dialect.page(List.of(first.state(0), second.state(0)), 1, Optional.empty()))
                ? List.of(first)
                : List.of(first, second);
        scrape(page(dialect, engines));

        engines.forEach(engine -> engine.add(70, 20, 300).requests(2, 3));
        TokenTotals.Update update = scrape(page(dialect, engines));

        long n = engines.size();
        assertThat(update.restarted()).isFalse();
        assertThat(update.traits().engine()).isEqualTo(dialect.engine());
        assertThat(update.models()).hasSize(1);
        ModelTokens model = update.models().get(0);
        assertThat(model.generatedTokens()).hasValue(300 * n);
        if (dialect != Dialect.DYNAMO_WORKER) {
            assertThat(model.promptTokens()).hasValue(update.traits().promptIncludesCached() ? 70 * n : 50 * n);
            assertThat(model.requestsRunning()).hasValue(2.0 * n);
        }
        boolean hasLabel = dialect != Dialect.TGI && dialect != Dialect.LLAMACPP;
        assertThat(model.model()).isEqualTo(hasLabel ? "org/model \"7B\"" : "default");
    }

    @ParameterizedTest
    @EnumSource(names = {"VLLM", "SGLANG", "SGLANG_FINISHED", "TRTLLM", "LLAMACPP", "LMDEPLOY", "DYNAMO"})
    void countsCachedPromptTokensWhereTheServerTells(Dialect dialect) throws ScrapeException {
        FakeEngine engine = new FakeEngine("m", 0).add(100, 40, 1_000);
        scrape(page(dialect, List.of(engine)));
        engine.add(70, 20, 300);

        assertThat(scrape(page(dialect, List.of(engine))).models().get(0).cachedPromptTokens())
                .hasValue(20);
    }

    @ParameterizedTest
    @CsvSource({
        "vllm:generation_tokens_total, vllm:e2e_request_latency_seconds",
        "sglang:generation_tokens_total, sglang:e2e_request_latency_seconds",
        "tgi_request_generated_tokens_sum, tgi_request_duration",
        "trtllm_generation_tokens_total, trtllm_e2e_request_latency_seconds",
        "trtllm:generation_tokens_total, trtllm:e2e_request_latency_seconds",
        "dynamo_frontend_output_tokens_total, dynamo_frontend_request_duration_seconds",
        "generation_tokens_total, e2e_request_latency_seconds"
    })
    void countsRequestsAndWhatTheyTook(String tokens, String family) throws ScrapeException {
        scrape(latency(tokens, family, 100, 250.5));
        ModelTokens model =
                scrape(latency(tokens, family, 104, 262.75)).models().get(0);
        assertThat(model.requests()).hasValue(4);
        assertThat(model.requestMicroseconds()).hasValue(12_250_000);
        // Begins anew with the process, as tokens do.
        ModelTokens later = scrape(latency(tokens, family, 1, 2.5)).models().get(0);
        assertThat(later.requests()).hasValue(5);
        assertThat(later.requestMicroseconds()).hasValue(14_750_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sglang:generation_tokens_total | sglang:forward_execution_seconds_total{category=\"extend\"}"
                        + " | sglang:forward_execution_seconds_total{category=\"decode\"}",
                "sglang:generation_tokens_total | sglang:forward_execution_seconds_total{category=\"forward_extend\"}"
                        + " | sglang:forward_execution_seconds_total{category=\"forward_decode\"}",
                "tgi_request_generated_tokens_sum | tgi_batch_forward_duration_sum{method=\"prefill\"}"
                        + " | tgi_batch_forward_duration_sum{method=\"decode\"}",
                "llamacpp:tokens_predicted_total | llamacpp:prompt_seconds_total"
                        + " | llamacpp:tokens_predicted_seconds_total"
            })
    void countsTheTimeOfEachPhase(String tokens, String prefill, String decode) throws ScrapeException {
        scrape(tokens + " 7\n" + prefill + " 1.5\n" + decode + " 20\n");
        ModelTokens model = scrape(tokens + " 9\n" + prefill + " 1.75\n" + decode + " 20.125\n")
                .models()
                .get(0);

        assertThat(model.generatedTokens()).hasValue(2);
        assertThat(model.prefillMicroseconds()).hasValue(250_000);
        assertThat(model.decodeMicroseconds()).hasValue(125_000);
    }

    @Test
    void stepsOfAnEngineThatCountsOutputAtItsEndMoveBeforeIt() throws ScrapeException {
        scrape("llamacpp:tokens_predicted_total 7\nllamacpp:n_decode_total 40\n");
        ModelTokens model = scrape("llamacpp:tokens_predicted_total 7\nllamacpp:n_decode_total 90\n")
                .models()
                .get(0);

        assertThat(model.generatedTokens()).hasValue(0);
        assertThat(model.steps()).hasValue(50);
    }

    @Test
    void aServerThatMakesUpModelsWithoutEndIsHeldInBounds() throws ScrapeException {
        for (int scrape = 0; scrape < 60; scrape++) {
            StringBuilder page = new StringBuilder();
            for (int model = 0; model < 200; model++) {
                page.append("vllm:generation_tokens_total{model_name=\"m")
                        .append(200 * scrape + model)
                        .append("\",engine=\"0\"} 5\n");
            }
            scrape(page.toString());
        }

        assertThat(totals.tracked()).isEqualTo(200 + 4_096);
        scrape("vllm:generation_tokens_total{model_name=\"m11800\",engine=\"0\"} 6\n");
        long sum = scrape("vllm:generation_tokens_total{model_name=\"m11800\",engine=\"0\"} 6\n").models().stream()
                .mapToLong(model -> model.generatedTokens().orElse(0))
                .sum();
        // That of the newest one is known still: it has made one more token, and not six.
        assertThat(sum).isEqualTo(5L * 200 * 59 + 1);
    }

    @Test
    void workersThatAServerMakesUpAreHeldInBounds() {
        CounterTrack track = new CounterTrack();
        for (int scrape = 0; scrape < 5_000; scrape++) {
            track.advance(Map.of(new SeriesId("x", Map.of("tp_rank", "r" + scrape)), 5L), scrape, false);
        }

        assertThat(track.copies()).isLessThanOrEqualTo(1_024);
        assertThat(track.advance(Map.of(new SeriesId("x", Map.of("tp_rank", "r0")), 7L), 5_000, false))
                .isEqualTo(2);
    }

    @Test
    void stepsOfVllmAreItsIterationsAndNotTheirTokens() throws ScrapeException {
        String page = """
                # TYPE vllm:generation_tokens_total counter
                vllm:generation_tokens_total{engine="0"} %d
                # TYPE vllm:iteration_tokens_total histogram
                vllm:iteration_tokens_total_bucket{engine="0",le="+Inf"} %d
                vllm:iteration_tokens_total_count{engine="0"} %d
                vllm:iteration_tokens_total_sum{engine="0"} %d
                vllm:iteration_tokens_total_count{engine="1"} %d
                """;
        scrape(page.formatted(7, 3, 3, 900, 10));
        ModelTokens model = scrape(page.formatted(19, 6, 6, 2_000, 15)).models().get(0);

        assertThat(model.generatedTokens()).hasValue(12);
        assertThat(model.steps()).hasValue(3 + 5);
    }

    @Test
    void requestsInTheStepsAreThoseSinceTheServersStart() throws ScrapeException {
        String steps = "llamacpp:tokens_predicted_total 7\nllamacpp:n_decode_total ";
        scrape(steps + "40\nllamacpp:n_busy_slots_per_decode 1.5\n");
        ModelTokens model = scrape(steps + "90\nllamacpp:n_busy_slots_per_decode 2.5\n")
                .models()
                .get(0);

        assertThat(model.busySlots()).contains(new BusySlots(90, 2.5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "-1", "+Inf", "1e300"})
    void nonsenseOfRequestsInTheStepsIsLeftOut(String perStep) throws ScrapeException {
        ModelTokens model = scrape("llamacpp:tokens_predicted_total 7\nllamacpp:n_decode_total 90\n"
                        + "llamacpp:n_busy_slots_per_decode " + perStep + "\n")
                .models()
                .get(0);

        assertThat(model.steps()).isPresent();
        assertThat(model.busySlots()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "-1", "+Inf", "1e300"})
    void nonsenseOfDelayDoesNotSpoilTokens(String seconds) throws ScrapeException {
        String nonsense = "# TYPE vllm:e2e_request_latency_seconds histogram\n"
                + "vllm:e2e_request_latency_seconds_sum{model_name=\"m\",engine=\"0\"} " + seconds + "\n";
        scrape(vllm("m", 0, 5) + nonsense);
        TokenTotals.Update update = scrape(vllm("m", 0, 9) + nonsense);
        assertThat(generated(update)).isEqualTo(4);
        assertThat(update.models().get(0).requestMicroseconds()).isEmpty();
    }

    @Test
    void delayAloneMakesNoEngine() {
        assertThatThrownBy(() -> scrape("""
                        # TYPE e2e_request_latency_seconds histogram
                        e2e_request_latency_seconds_sum 5
                        e2e_request_latency_seconds_count 2
                        """)).isInstanceOf(NoSuchElementException.class);
    }

    private static String latency(String tokens, String family, int requests, double seconds) {
        return tokens + " 7\n# TYPE " + family + " histogram\n" + family + "_bucket{le=\"+Inf\"} " + requests + "\n"
                + family + "_sum " + seconds + "\n" + family + "_count " + requests + "\n";
    }

    private static String page(Dialect dialect, List<FakeEngine> engines) {
        return dialect.page(engines.stream().map(engine -> engine.state(0)).toList(), 1.7e9, Optional.empty());
    }

    @Test
    void whatIsNotToldIsAbsentAndNotZero() throws ScrapeException {
        ModelTokens model = scrape(vllm("m", 0, 5)).models().get(0);

        assertThat(model)
                .isEqualTo(new ModelTokens(
                        "m",
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.of(0),
                        OptionalDouble.empty(),
                        OptionalDouble.empty()));
    }

    @Test
    void aSeriesThatFallsBeganAnewAndTheOthersDidNot() throws ScrapeException {
        scrape(vllm("m", 0, 1_000) + vllm("m", 1, 2_000));

        TokenTotals.Update update = scrape(vllm("m", 0, 30) + vllm("m", 1, 2_005));

        assertThat(generated(update)).isEqualTo(35);
        assertThat(update.restarted()).isTrue();
        assertThat(scrape(vllm("m", 0, 31) + vllm("m", 1, 2_005)).restarted()).isFalse();
    }

    @Test
    void anEngineThatAppearsLaterCountsFromZero() throws ScrapeException {
        scrape(vllm("m", 0, 1_000));

        TokenTotals.Update update = scrape(vllm("m", 0, 1_001) + vllm("m", 1, 50));

        assertThat(generated(update)).isEqualTo(51);
        assertThat(update.restarted()).isFalse();
    }

    @Test
    void aSeriesThatGoesAwayKeepsItsTotalAndGoesOnWhenItComesBack() throws ScrapeException {
        scrape(vllm("m", 0, 1_000) + vllm("m", 1, 10));
        scrape(vllm("m", 0, 1_100) + vllm("m", 1, 10));

        assertThat(generated(scrape(vllm("m", 1, 12)))).isEqualTo(102);
        assertThat(generated(scrape(vllm("m", 0, 1_105) + vllm("m", 1, 12)))).isEqualTo(107);
    }

    @Test
    void modelsAreKeptApartAndInOrder() throws ScrapeException {
        scrape(vllm("b", 0, 1) + vllm("a", 0, 2));

        TokenTotals.Update update = scrape(vllm("b", 0, 5) + vllm("a", 0, 9));

        assertThat(update.models()).extracting(ModelTokens::model).containsExactly("a", "b");
        assertThat(update.models())
                .extracting(model -> model.generatedTokens().orElseThrow())
                .containsExactly(7L, 4L);
    }

    @Test
    void aRestartThatOvertookTheOldCountIsSeenByTheProcessStart() throws ScrapeException {
        scrape(vllm("m", 0, 100) + "process_start_time_seconds 1.7e9\n");

        TokenTotals.Update update = scrape(vllm("m", 0, 130) + "process_start_time_seconds 1.7000001e9\n");

        assertThat(generated(update)).isEqualTo(130);
        assertThat(update.restarted()).isTrue();
    }

    @Test
    void processesThatAnswerInTurnAreRefusedUntilOneIsLeft() throws ScrapeException {
        String first = vllm("m", 0, 1_000) + "process_start_time_seconds 1.7e9\n";
        String second = vllm("m", 0, 90_000) + "process_start_time_seconds 1.7000001e9\n";
        scrape(first);
        scrape(second);
        for (int turn = 0; turn < 100; turn++) {
            String page = turn % 3 == 0 ? first : second;
            assertThatThrownBy(() -> scrape(page))
                    .isInstanceOf(ScrapeException.class)
                    .hasMessageContaining("several processes answer here in turn");
        }
        // The 100th was of the first, and now it answers alone.
        for (int turn = 1; turn < 60; turn++) {
            assertThatThrownBy(() -> scrape(first)).isInstanceOf(ScrapeException.class);
        }
        long before = generated(scrape(first));

        assertThat(generated(scrape(vllm("m", 0, 1_050) + "process_start_time_seconds 1.7e9\n")) - before)
                .isEqualTo(50);
    }

    @Test
    void aModelThatTheServerTellsOfNoMoreIsNotLoaded() throws ScrapeException {
        scrape(vllm("a", 0, 10) + vllm("b", 0, 10));
        List<ModelTokens> models = scrape(vllm("a", 0, 12)).models();

        assertThat(models).extracting(ModelTokens::model).containsExactly("a", "b");
        assertThat(models).extracting(ModelTokens::loaded).containsExactly(true, false);
        assertThat(scrape(vllm("a", 0, 12) + vllm("b", 0, 15)).models())
                .extracting(ModelTokens::loaded)
                .containsExactly(true, true);
    }

    @ParameterizedTest
    @CsvSource({
        "sglang:num_running_reqs, engine_type, prefill, PREFILL",
        "sglang:num_running_reqs, engine_type, decode, DECODE",
        "sglang:num_running_reqs, engine_type, unified, BOTH",
        "sglang:num_running_reqs, dynamo_component, prefill, PREFILL",
        "sglang:num_running_reqs, dynamo_component, backend, BOTH",
        "vllm:num_requests_running, dynamo_component, prefill, PREFILL",
        "vllm:num_requests_running, engine_type, prefill, BOTH",
    })
    void theRoleIsLearnedFromWhatTheEngineTells(String gauge, String label, String value, ServerRole role)
            throws ScrapeException {
        String engine = gauge.substring(0, gauge.indexOf(':'));
        String tokens = engine + ":prompt_tokens_total{model_name=\"m\"} 100\n" + engine
                + ":generation_tokens_total{model_name=\"m\"} 7\n";
        String page = tokens + gauge + "{model_name=\"m\"," + label + "=\"" + value + "\"} 1\n";
        TokenTotals.Update update = scrape(page);

        assertThat(update.traits().role()).isEqualTo(role);
        assertThat(update.models().get(0).promptTokens().isPresent()).isEqualTo(role != ServerRole.DECODE);
        assertThat(update.models().get(0).generatedTokens().isPresent()).isEqualTo(role != ServerRole.PREFILL);
        assertThat(scrape(tokens).traits().role()).as("while nothing tells").isEqualTo(role);
    }

    @ParameterizedTest
    @CsvSource({"external_kv_transfer, 5, true", "external_kv_transfer, 0, false", "local_cache_hit, 5, false"})
    void promptsThatWereSentAreTold(String source, int tokens, boolean taken) throws ScrapeException {
        String page = "vllm:prompt_tokens_by_source_total{model_name=\"m\",source=\"" + source + "\"} " + tokens + "\n";

        assertThat(scrape(vllm("m", 0, 7) + page).traits().takesPrompts()).isEqualTo(taken);
    }

    @Test
    void theRoleThatIsConfiguredHolds() throws ScrapeException {
        TokenTotals decoding = new TokenTotals(ScrapeLimits.defaults(), Optional.of(ServerRole.DECODE));
        ModelTokens model = scrape(
                        decoding,
                        "vllm:prompt_tokens_total{model_name=\"m\",engine_type=\"prefill\"} 100\n"
                                + "vllm:prompt_tokens_cached_total{model_name=\"m\"} 100\n" + vllm("m", 0, 7))
                .models()
                .get(0);

        assertThat(model.promptTokens()).isEmpty();
        assertThat(model.cachedPromptTokens()).isEmpty();
        assertThat(model.generatedTokens()).hasValue(0);
    }

    @Test
    void ranksOfOneReplicaAreNotAddedUpAndReplicasAre() throws ScrapeException {
        scrape(sglang(0, 0, 100) + sglang(0, 1, 100) + sglang(1, 0, 50) + sglang(1, 1, 50));

        // Rank 1 of replica 0 lags behind.
        long generated = generated(scrape(sglang(0, 0, 110) + sglang(0, 1, 104) + sglang(1, 0, 57) + sglang(1, 1, 57)));

        assertThat(generated).isEqualTo(17);
        assertThat(generated(scrape(sglang(0, 1, 110) + sglang(1, 0, 57)))).isEqualTo(17);
        assertThat(generated(scrape(sglang(0, 0, 111) + sglang(0, 2, 112) + sglang(1, 1, 57))))
                .isEqualTo(19);
    }

    @Test
    void allRanksOfAReplicaBeginAnewTogether() throws ScrapeException {
        scrape(sglang(0, 0, 100) + sglang(0, 1, 100));

        TokenTotals.Update update = scrape(sglang(0, 0, 7) + sglang(0, 1, 6));

        assertThat(generated(update)).isEqualTo(7);
        assertThat(update.restarted()).isTrue();
    }

    @Test
    void oneRankThatFallsBehindItselfIsNoRestartWhileAnotherGoesOn() throws ScrapeException {
        scrape(sglang(0, 0, 100) + sglang(0, 1, 100));

        TokenTotals.Update update = scrape(sglang(0, 0, 120) + sglang(0, 1, 3));

        assertThat(generated(update)).isEqualTo(20);
        assertThat(update.restarted()).isFalse();
    }

    private static String sglang(int replica, int rank, long decoded) {
        return "sglang:realtime_tokens_total{model_name=\"m\",dp_rank=\"" + replica + "\",tp_rank=\"" + rank
                + "\",mode=\"decode\"} " + decoded + "\n";
    }

    @Test
    void aBetterCounterThatAppearsDoesNotCountTheSameTokensAgain() throws ScrapeException {
        String finished = "sglang:generation_tokens_total{model_name=\"m\"} ";
        scrape(finished + "1000\n");
        assertThat(scrape(finished + "1010\n").traits().countsAt()).isEqualTo(CountsAt.FINISHED);

        TokenTotals.Update change = scrape(finished + "1020\n" + sglang(0, 0, 1_025));
        assertThat(generated(change)).isEqualTo(20);

        TokenTotals.Update after = scrape(finished + "1020\n" + sglang(0, 0, 1_040));
        assertThat(generated(after)).isEqualTo(35);
        assertThat(after.traits().countsAt()).isEqualTo(CountsAt.GENERATED);

        assertThat(generated(scrape(finished + "1100\n"))).as("back again").isEqualTo(115);
    }

    @Test
    void theDeclaredTypeDecidesAndNotTheName() throws ScrapeException {
        scrape(vllm("m", 0, 3) + "# TYPE vllm:prompt_tokens_total histogram\nvllm:prompt_tokens_total 5\n");

        TokenTotals.Update update =
                scrape(vllm("m", 0, 4) + "# TYPE vllm:prompt_tokens_total histogram\nvllm:prompt_tokens_total 9\n");

        assertThat(update.models()).hasSize(1);
        assertThat(update.models().get(0).promptTokens()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "-1", "+Inf", "-Inf", "0.5", "9007199254740994", "1e300"})
    void aCounterThatIsNoCountIsRefusedByNameAndChangesNothing(String value) throws ScrapeException {
        scrape(vllm("m", 0, 10));
        String bad = vllm("m", 0, 500) + "vllm:generation_tokens_total{engine=\"1\"} " + value + "\n";

        assertThatThrownBy(() -> scrape(bad))
                .isInstanceOfSatisfying(
                        ScrapeException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED))
                .hasMessageContaining("line 2: vllm:generation_tokens_total{engine=\"1\"} is ")
                .hasMessageContaining("a whole number from 0 to 2^53");
        assertThat(generated(scrape(vllm("m", 0, 12)))).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "-1", "+Inf"})
    void aGaugeThatIsNoNumberOfRequestsIsAbsent(String value) throws ScrapeException {
        ModelTokens model = scrape(vllm("m", 0, 1) + "vllm:num_requests_running{model_name=\"m\"} " + value + "\n")
                .models()
                .get(0);

        assertThat(model.requestsRunning()).isEmpty();
    }

    @Test
    void aServerWithoutRequestsYetIsRecognisedAndItsFirstTokensCount() throws ScrapeException {
        scrape("tgi_queue_size 0\n");

        TokenTotals.Update update = scrape(
                "tgi_queue_size 1\n# TYPE tgi_request_generated_tokens histogram\ntgi_request_generated_tokens_sum 44\n");

        assertThat(generated(update)).isEqualTo(44);
    }

    @Test
    void tokensOfFurtherModelsAreCountedTogether() throws ScrapeException {
        ScrapeLimits two = new ScrapeLimits(Duration.ofSeconds(1), 1 << 20, 1000, 100, 100, 2);
        TokenTotals few = new TokenTotals(two, Optional.empty());
        scrape(few, vllm("a", 0, 0) + vllm("b", 0, 0));

        TokenTotals.Update update = scrape(few, vllm("a", 0, 1) + vllm("c", 0, 20) + vllm("d", 0, 300));

        assertThat(update.models()).extracting(ModelTokens::model).containsExactly("a", "b", "other");
        assertThat(update.models().get(2).generatedTokens()).hasValue(320);
    }

    @Test
    void aServerThatCountsBeyondAllBoundsMakesNoTotalFall() throws ScrapeException {
        scrape(vllm("m", 0, 0));
        long before = 0;
        for (int i = 0; i < 2_100; i++) {
            long now = generated(scrape(vllm("m", 0, i % 2 == 0 ? 9_007_199_254_740_992L : 1)));
            assertThat(now).isGreaterThanOrEqualTo(before);
            before = now;
        }
        assertThat(before).isEqualTo(Long.MAX_VALUE);
    }
}
