package io.joulegram.tokens;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.joulegram.tokens.EngineMapping.Metric;
import io.joulegram.tokens.EngineTraits.CountsAt;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EngineMappingTest {
    private static EngineMapping mapping(String name, String path, List<Metric> prompt, List<Metric> generation) {
        return new EngineMapping(
                name,
                path,
                OptionalInt.of(9_000),
                prompt,
                List.of(),
                generation,
                List.of(new Metric("my_active", Map.of())),
                List.of(),
                Optional.of("llm"),
                false,
                CountsAt.FINISHED,
                Set.of("shard"));
    }

    private static TokenTotals.Update scrape(TokenTotals totals, EngineCatalog engines, String body)
            throws ScrapeException {
        ExpositionParser parser = new ExpositionParser(engines.metrics(), ScrapeLimits.defaults(), false);
        byte[] bytes = body.getBytes(UTF_8);
        parser.accept(bytes, 0, bytes.length);
        Exposition exposition = parser.finish();
        return totals.update(engines.recognise(exposition).orElseThrow(), exposition, "default");
    }

    @Test
    void aServerOfAnyKindIsCountedByItsMapping() throws ScrapeException {
        EngineCatalog engines = EngineCatalog.builtIn()
                .with(List.of(mapping(
                        "mine",
                        "/stats",
                        List.of(new Metric("my_tokens", Map.of("dir", "in", "kind", ""))),
                        List.of(new Metric("my_tokens", Map.of("dir", "out")), new Metric("my_draft_sum", Map.of())))));
        String page = """
                # TYPE my_tokens gauge
                my_tokens{llm="a",dir="in",shard="0"} %1$d
                my_tokens{llm="a",dir="in",shard="1"} %1$d
                my_tokens{llm="a",dir="in",kind="image"} 777
                my_tokens{llm="a",dir="out"} %2$d
                # TYPE my_draft histogram
                my_draft_sum{llm="a"} %3$d
                my_active{llm="a"} 4
                """;
        TokenTotals totals = new TokenTotals(ScrapeLimits.defaults(), Optional.empty());
        scrape(totals, engines, page.formatted(10, 20, 30));

        TokenTotals.Update update = scrape(totals, engines, page.formatted(11, 22, 33));

        assertThat(update.traits()).isEqualTo(new EngineTraits("mine", false, CountsAt.FINISHED));
        ModelTokens model = update.models().get(0);
        assertThat(model.model()).isEqualTo("a");
        assertThat(model.promptTokens()).hasValue(1);
        assertThat(model.generatedTokens()).hasValue(5);
        assertThat(model.cachedPromptTokens()).isEmpty();
        assertThat(model.requestsRunning()).hasValue(4);
        assertThat(engines.usualPorts()).contains(9_000);
    }

    @Test
    void aMappingReplacesTheEngineOfItsName() {
        EngineCatalog engines = EngineCatalog.builtIn()
                .with(List.of(mapping("vllm", "/v2", List.of(new Metric("x", Map.of())), List.of())));

        assertThat(engines.names()).containsOnlyOnce("vllm");
        assertThat(engines.require("vllm").metricsPath()).isEqualTo("/v2");
    }

    @Test
    void saysWhatIsAllowed() {
        List<Metric> some = List.of(new Metric("x", Map.of()));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> mapping("My Engine", "/m", some, some))
                .withMessage("engine name \"My Engine\": must match [a-z][a-z0-9.-]{0,62}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mapping("mine", "metrics", some, some))
                .withMessage("path \"metrics\" of engine mine: must begin with /");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mapping("mine", "/m", List.of(), List.of()))
                .withMessageContaining("engine mine counts nothing");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Metric("a-b", Map.of()))
                .withMessageContaining("metric \"a-b\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Metric("a", Map.of("1", "")))
                .withMessageContaining("label of a \"1\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EngineCatalog.builtIn()
                        .with(List.of(mapping("mine", "/m", some, some), mapping("mine", "/m", some, some))))
                .withMessage("engine mine is described twice");
    }
}
