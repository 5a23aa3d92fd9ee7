package io.joulegram.grid;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.grid.IntensityException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IntensityFeedTest {
    private static final Instant TEN = Instant.parse("2026-03-05T10:00:00Z");
    private static final Duration MAX_AGE = Duration.ofHours(2);
    private static final GridIntensity YEARLY = figure("yearly", 400, Instant.MIN, Instant.MAX);

    private Instant now = TEN;

    /** Gives what it is told to give. */
    private static final class Scripted implements IntensityProvider {
        private final String name;
        private final List<Instant> asked = new ArrayList<>();
        private List<GridIntensity> figures = List.of();
        private @Nullable IntensityException failure;

        Scripted(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Duration pollInterval() {
            return Duration.ofMinutes(5);
        }

        @Override
        public List<GridIntensity> fetch(Instant at) throws IntensityException {
            asked.add(at);
            if (failure != null) {
                throw failure;
            }
            return figures;
        }
    }

    private final Scripted first = new Scripted("first");
    private final Scripted second = new Scripted("second");
    private final IntensityFeed feed = new IntensityFeed(
            "location",
            List.of(first, second),
            Optional.of(YEARLY),
            MAX_AGE,
            (InstantSource) () -> now,
            new SplittableRandom(1));

    @Test
    void givesTheFigureThatHoldsAtATime() {
        first.figures = List.of(hour("first", 100, TEN), hour("first", 200, TEN.plusSeconds(3_600)));
        feed.ask();
        assertThat(grams(TEN)).isEqualTo(100);
        assertThat(grams(TEN.plusSeconds(3_599))).isEqualTo(100);
        assertThat(grams(TEN.plusSeconds(3_600))).isEqualTo(200);
        assertThat(feed.nextChangeAfter(TEN)).hasValue(TEN.plusSeconds(3_600));
    }

    @Test
    void keepsTheLastFigureForAWhileAndThenFallsBack() {
        first.figures = List.of(hour("first", 100, TEN));
        feed.ask();
        Instant end = TEN.plusSeconds(3_600);
        assertThat(grams(end.plusSeconds(7_199))).isEqualTo(100);
        assertThat(feed.nextChangeAfter(end)).hasValue(end.plus(MAX_AGE));
        assertThat(grams(end.plus(MAX_AGE))).isEqualTo(400);
    }

    @Test
    void prefersWhatTheSecondHasForNowToWhatTheFirstHadBefore() {
        first.figures = List.of(hour("first", 100, TEN.minusSeconds(7_200)));
        second.figures = List.of(hour("second", 300, TEN));
        feed.ask();
        assertThat(grams(TEN)).isEqualTo(300);
    }

    @Test
    void asksTheSecondOnlyWhileTheFirstHasNothing() {
        first.figures = List.of(hour("first", 100, TEN));
        feed.ask();
        assertThat(second.asked).isEmpty();
        now = TEN.plusSeconds(3_600);
        first.failure = new IntensityException(Reason.SERVER_ERROR, "first answered 500");
        feed.ask();
        assertThat(second.asked).hasSize(1);
    }

    @Test
    void leavesAFailingProviderAloneForLongerAndLonger() {
        first.failure = new IntensityException(Reason.SERVER_ERROR, "first answered 500");
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            feed.ask();
            Instant before = now;
            int count = first.asked.size();
            while (first.asked.size() == count) {
                now = now.plusSeconds(1);
                feed.ask();
            }
            waits.add(Duration.between(before, now).toSeconds());
        }
        assertThat(waits.get(0)).isBetween(30L, 34L);
        assertThat(waits.get(1)).isBetween(60L, 67L);
        assertThat(waits.get(11)).isBetween(3_600L, 3_961L);
    }

    @Test
    void waitsAsLongAsItIsAskedTo() {
        first.failure =
                new IntensityException(Reason.RATE_LIMITED, "first answered 429", Optional.of(Duration.ofHours(3)));
        feed.ask();
        now = TEN.plusSeconds(3 * 3_600 - 1);
        feed.ask();
        assertThat(first.asked).hasSize(1);
        now = now.plusSeconds(1);
        feed.ask();
        assertThat(first.asked).hasSize(2);
    }

    @Test
    void neverAsksAgainWhatIsGone() {
        first.failure = new IntensityException(Reason.GONE, "first answered 410");
        feed.ask();
        now = TEN.plus(Duration.ofDays(30));
        feed.ask();
        assertThat(first.asked).hasSize(1);
    }

    @Test
    void recoversAndForgetsItsFailures() {
        first.failure = new IntensityException(Reason.UNREACHABLE, "first cannot be reached");
        feed.ask();
        assertThat(grams(now)).isEqualTo(400);
        now = TEN.plusSeconds(60);
        first.failure = null;
        first.figures = List.of(hour("first", 100, TEN));
        feed.ask();
        assertThat(grams(now)).isEqualTo(100);
    }

    @Test
    void laterFiguresReplaceEarlierOnesOfTheSameTime() {
        first.figures = List.of(hour("first", 100, TEN));
        feed.ask();
        first.figures = List.of(hour("first", 120, TEN));
        now = TEN.plusSeconds(600);
        feed.ask();
        assertThat(grams(TEN)).isEqualTo(120);
    }

    @Test
    void forgetsWhatIsLongOver() {
        first.figures = List.of(hour("first", 100, TEN.minusSeconds(86_400)));
        feed.ask();
        now = TEN.plusSeconds(3 * 86_400);
        first.figures = List.of();
        feed.ask();
        assertThat(grams(TEN.minusSeconds(86_000))).isEqualTo(400);
    }

    private double grams(Instant at) {
        return feed.at(at).orElseThrow().gramsPerKwh();
    }

    private static GridIntensity hour(String provider, double gramsPerKwh, Instant from) {
        return figure(provider, gramsPerKwh, from, from.plusSeconds(3_600));
    }

    private static GridIntensity figure(String provider, double gramsPerKwh, Instant from, Instant until) {
        return new GridIntensity(gramsPerKwh, "DE", provider, "average", "lifecycle", from, until, "made up");
    }
}
