package io.joulegram.tokens;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.tokens.EngineTraits.CountsAt;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TokenTotalsPropertyTest {
    private static final Engine VLLM = EngineCatalog.builtIn().require("vllm");

    /** What happens to a server of three engines. */
    enum Event {
        WORK,
        RESTART,
        ENGINE_GOES,
        SCRAPE,
        BAD_SCRAPE
    }

    record Step(Event event, int engine, int tokens) {}

    private static List<Step> schedule(SplittableRandom random) {
        Event[] events = Event.values();
        return Stream.generate(() ->
                        new Step(events[random.nextInt(events.length)], random.nextInt(3), random.nextInt(1_000_001)))
                .limit(random.nextInt(61))
                .toList();
    }

    /** Counts as {@link TokenTotals} should, from what the engines did and not from what they showed. */
    private static final class Truth {
        private final Map<Integer, Long> shown = new HashMap<>();
        private final Map<Integer, Long> lastSeen = new HashMap<>();
        private boolean first = true;
        private long total;

        void scrape() {
            shown.forEach((engine, now) -> {
                long before = lastSeen.getOrDefault(engine, 0L);
                total += first ? 0 : now >= before ? now - before : now;
                lastSeen.put(engine, now);
            });
            first = false;
        }
    }

    @Test
    void totalsNeverFallAndMissNothingThatWasSeen() {
        for (long seed = 0; seed < 1000; seed++) {
            follow(schedule(new SplittableRandom(seed)), seed);
        }
    }

    private static void follow(List<Step> schedule, long seed) {
        TokenTotals totals = new TokenTotals(ScrapeLimits.defaults(), Optional.empty());
        Truth truth = new Truth();
        long before = 0;
        for (Step step : schedule) {
            switch (step.event()) {
                case WORK -> truth.shown.merge(step.engine(), (long) step.tokens(), Long::sum);
                case RESTART -> truth.shown.replaceAll((engine, count) -> 0L);
                case ENGINE_GOES -> truth.shown.remove(step.engine());
                case BAD_SCRAPE ->
                    assertThat(scrape(totals, page(truth.shown) + "vllm:generation_tokens_total NaN\n"))
                            .as("seed %d", seed)
                            .isEmpty();
                case SCRAPE -> {
                    truth.scrape();
                    long total = scrape(totals, page(truth.shown)).orElseThrow();
                    assertThat(total)
                            .as("seed %d", seed)
                            .isGreaterThanOrEqualTo(before)
                            .isEqualTo(truth.total);
                    before = total;
                }
            }
        }
    }

    private static String page(Map<Integer, Long> shown) {
        StringBuilder page = new StringBuilder("# TYPE vllm:generation_tokens_total counter\n");
        shown.forEach((engine, count) -> page.append("vllm:generation_tokens_total{model_name=\"m\",engine=\"")
                .append(engine)
                .append("\"} ")
                .append(count)
                .append('\n'));
        return page.toString();
    }

    private static OptionalLong scrape(TokenTotals totals, String body) {
        ExpositionParser parser = new ExpositionParser(VLLM.metrics(), ScrapeLimits.defaults(), false);
        byte[] bytes = body.getBytes(UTF_8);
        try {
            parser.accept(bytes, 0, bytes.length);
            TokenTotals.Update update = totals.update(VLLM, parser.finish(), "default");
            assertThat(update.traits()).isEqualTo(new EngineTraits("vllm", true, CountsAt.GENERATED));
            return OptionalLong.of(update.models().stream()
                    .map(ModelTokens::generatedTokens)
                    .flatMap(count -> count.isPresent()
                            ? Optional.of(count.getAsLong()).stream()
                            : Optional.<Long>empty().stream())
                    .mapToLong(Long::longValue)
                    .sum());
        } catch (ScrapeException refused) {
            return OptionalLong.empty();
        }
    }
}
