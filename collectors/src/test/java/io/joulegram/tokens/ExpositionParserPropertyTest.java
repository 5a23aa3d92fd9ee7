package io.joulegram.tokens;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExpositionParserPropertyTest {
    private static final EngineCatalog ENGINES = EngineCatalog.builtIn();
    private static final List<String> PIECES = List.of(
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

    @Test
    void anyBytesAreReadOrRefused() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            byte[] body = new byte[random.nextInt(2001)];
            random.nextBytes(body);
            parse(body, 64);
        }
    }

    @Test
    void anyLinesOfTheFormatsOwnCharactersAreReadOrRefused() {
        for (long seed = 0; seed < 2000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            String lines = Stream.generate(() -> PIECES.get(random.nextInt(PIECES.size())))
                    .limit(random.nextInt(41))
                    .collect(Collectors.joining());
            parse(lines.getBytes(UTF_8), 64);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anyMutationOfARealPageIsReadOrRefused(Dialect dialect) {
        for (long seed = 0; seed < 100; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] body = page(dialect);
            for (int mutations = random.nextInt(1, 21); mutations > 0; mutations--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            parse(body, 1000)
                    .ifPresent(exposition -> ENGINES.recognise(exposition).ifPresent(engine -> {
                        try {
                            new TokenTotals(ScrapeLimits.defaults(), Optional.empty())
                                    .update(engine, exposition, "default");
                        } catch (ScrapeException refused) {
                            assertThat(refused.getMessage()).isNotBlank();
                        }
                    }));
        }
    }

    @ParameterizedTest
    @EnumSource
    void howTheBodyIsCutIntoChunksMakesNoDifference(Dialect dialect) {
        byte[] body = page(dialect);
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 40; i++) {
            int chunk = i < 10 ? i + 1 : random.nextInt(1, 5001);
            assertThat(parse(body, chunk)).as("chunks of %d", chunk).isPresent().isEqualTo(parse(body, body.length));
        }
    }
}
