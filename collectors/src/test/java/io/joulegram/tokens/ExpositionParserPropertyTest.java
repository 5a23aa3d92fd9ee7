package io.joulegram.tokens;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class ExpositionParserPropertyTest {
    private static final EngineCatalog ENGINES = EngineCatalog.builtIn();

    private static Optional<Exposition> parse(byte[] body, int chunk) {
        ExpositionParser parser = new ExpositionParser(ENGINES.metrics(), ScrapeLimits.defaults(), false);
        try {
            for (int from = 0; from < body.length; from += chunk) {
                parser.accept(body, from, Math.min(body.length, from + chunk));
            }
            return Optional.of(parser.finish());
        } catch (ScrapeException refused) {
            assertThat(refused.getMessage()).isNotBlank();
            return Optional.empty();
        }
    }

    private static byte[] page(Dialect dialect) {
        List<FakeEngine.State> engines = List.of(
                new FakeEngine("a/b", 0).add(5, 2, 1_234_567).state(0),
                new FakeEngine("a/b", 1).add(7, 3, 11).requests(1, 2).state(0));
        return dialect.page(engines, 1.7e9, Optional.empty()).getBytes(UTF_8);
    }

    @Property(tries = 300)
    void anyBytesAreReadOrRefused(@ForAll @Size(max = 2000) byte[] body) {
        parse(body, 64);
    }

    @Property(tries = 500)
    void anyLinesOfTheFormatsOwnCharactersAreReadOrRefused(@ForAll("almostLines") String lines) {
        parse(lines.getBytes(UTF_8), 64);
    }

    @Provide
    Arbitrary<String> almostLines() {
        Arbitrary<String> piece = Arbitraries.of(
                "vllm:generation_tokens_total",
                "{",
                "}",
                "\"",
                "=",
                ",",
                "\\",
                " ",
                "\n",
                "\r\n",
                "# TYPE ",
                "# EOF",
                "x",
                "1",
                "-",
                "e",
                ".",
                "NaN",
                "+Inf",
                "counter",
                "\u00e9",
                "#");
        return piece.list().ofMaxSize(40).map(pieces -> String.join("", pieces));
    }

    @Property(tries = 500)
    void anyMutationOfARealPageIsReadOrRefused(
            @ForAll Dialect dialect, @ForAll long seed, @ForAll @IntRange(min = 1, max = 20) int mutations) {
        byte[] body = page(dialect);
        Random random = new Random(seed);
        for (int i = 0; i < mutations; i++) {
            body[random.nextInt(body.length)] = (byte) random.nextInt(256);
        }
        parse(body, 1000)
                .ifPresent(exposition -> ENGINES.recognise(exposition).ifPresent(engine -> {
                    try {
                        new TokenTotals(ScrapeLimits.defaults()).update(engine, exposition, "default");
                    } catch (ScrapeException refused) {
                        assertThat(refused.getMessage()).isNotBlank();
                    }
                }));
    }

    @Property(tries = 100)
    void howTheBodyIsCutIntoChunksMakesNoDifference(
            @ForAll Dialect dialect, @ForAll @IntRange(min = 1, max = 5000) int chunk) {
        byte[] body = page(dialect);

        assertThat(parse(body, chunk)).isPresent().isEqualTo(parse(body, body.length));
    }
}
