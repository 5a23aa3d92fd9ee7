package io.joulegram.agent.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.OptionalDouble;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class BudgetAccountTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final OptionalDouble UNKNOWN = OptionalDouble.empty();
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;

    @Test
    void aDayOfTheClockChangeHas23Hours() {
        BudgetPeriod.Span day = BudgetPeriod.DAY.around(millis("2026-03-29T12:00:00Z"), BERLIN);
        assertThat(day.seconds()).isEqualTo(23 * 3600);
        assertThat(day.startMillis()).isEqualTo(millis("2026-03-28T23:00:00Z"));
        assertThat(BudgetPeriod.DAY
                        .around(millis("2026-10-25T12:00:00Z"), BERLIN)
                        .seconds())
                .isEqualTo(25 * 3600);
    }

    @Test
    void aWeekBeginsOnMondayAndAMonthOnItsFirst() {
        assertThat(BudgetPeriod.WEEK.around(millis("2026-03-29T12:00:00Z"), BERLIN))
                .isEqualTo(new BudgetPeriod.Span(millis("2026-03-22T23:00:00Z"), millis("2026-03-29T22:00:00Z")));
        assertThat(BudgetPeriod.MONTH.around(millis("2026-02-28T23:30:00Z"), BERLIN))
                .isEqualTo(new BudgetPeriod.Span(millis("2026-02-28T23:00:00Z"), millis("2026-03-31T22:00:00Z")));
    }

    @Test
    void startsAnewWithEachPeriodAndSharesWhatLiesAcross() {
        BudgetAccount account = account(100, BudgetPeriod.DAY, "2026-03-05T22:00:00Z");
        long midnight = millis("2026-03-05T23:00:00Z");
        account.add(midnight - HOUR, midnight, HOUR, 10);
        assertThat(account.state(midnight - 1, UNKNOWN).usedGrams()).isEqualTo(10);

        account.add(midnight - 15 * MINUTE, midnight + 45 * MINUTE, HOUR, 8);
        BudgetState state = account.state(midnight + 45 * MINUTE, UNKNOWN);
        assertThat(state.startMillis()).isEqualTo(midnight);
        assertThat(state.usedGrams()).isCloseTo(6, within(1e-9));
        assertThat(state.observedRatio()).isCloseTo(1, within(1e-9));
    }

    @Test
    void aNewPeriodBeginsEvenWhileNothingIsUsed() {
        BudgetAccount account = account(100, BudgetPeriod.DAY, "2026-03-05T22:00:00Z");
        account.add(millis("2026-03-05T22:00:00Z"), millis("2026-03-05T22:01:00Z"), MINUTE, 10);
        assertThat(account.state(millis("2026-03-06T01:00:00Z"), UNKNOWN).usedGrams())
                .isZero();
    }

    @Test
    void whatIsOlderThanThePeriodCountsForTheRateAlone() {
        BudgetAccount account = account(700, BudgetPeriod.WEEK, "2026-03-09T00:00:00Z");
        long now = millis("2026-03-09T00:00:00Z");
        account.add(now - 24 * HOUR, now, 24 * HOUR, 96);
        BudgetState state = account.state(now, UNKNOWN);
        // Monday begins an hour before midnight UTC.
        assertThat(state.usedGrams()).isCloseTo(4, within(1e-9));
        assertThat(state.projectedGrams().orElseThrow()).isCloseTo(4 * 7 * 24, Percentage.withPercentage(0.01));
    }

    @Test
    void projectsAWeeklyRhythmToItsTrueEnd() {
        BudgetAccount account = account(1_000, BudgetPeriod.MONTH, "2026-01-25T00:00:00Z");
        long start = millis("2026-01-25T00:00:00Z");
        long now = millis("2026-02-14T23:00:00Z");
        double truth = 0;
        long monthStart = millis("2026-01-31T23:00:00Z");
        long monthEnd = millis("2026-02-28T23:00:00Z");
        for (long at = start; at < monthEnd; at += MINUTE) {
            double grams = grams(at);
            truth += at >= monthStart ? grams : 0;
            if (at < now) {
                account.add(at, at + MINUTE, MINUTE, grams);
            }
        }
        // Two whole weeks are left, so the week that is over tells them exactly.
        assertThat(account.state(now, UNKNOWN).projectedGrams().orElseThrow())
                .isCloseTo(truth, Percentage.withPercentage(0.01));
    }

    /** More by day than by night, and little on weekends. */
    private static double grams(long millis) {
        var time = Instant.ofEpochMilli(millis).atZone(BERLIN);
        double day = 1 + Math.sin(2 * Math.PI * time.getHour() / 24);
        return time.getDayOfWeek().getValue() > 5 ? 0.1 : day;
    }

    @Test
    void tellsHowFastItBurns() {
        BudgetAccount account = account(2_400, BudgetPeriod.DAY, "2026-03-05T00:00:00Z");
        long now = millis("2026-03-05T12:00:00Z");
        account.add(now - 2 * HOUR, now - HOUR, HOUR, 100);
        account.add(now - HOUR, now, HOUR, 300);
        BudgetState state = account.state(now, UNKNOWN);
        assertThat(burn(state, BurnWindow.HOUR).ratio()).isCloseTo(3, within(1e-9));
        assertThat(burn(state, BurnWindow.MINUTES_5).ratio()).isCloseTo(3, within(1e-9));
        // Two hours are all that is known, so they are all that counts.
        assertThat(burn(state, BurnWindow.HOURS_6).ratio()).isCloseTo(2, within(1e-9));
    }

    @Test
    void thresholdsCanAlwaysBeReached() {
        BudgetAccount account = account(2_400, BudgetPeriod.DAY, "2026-03-05T00:00:00Z");
        long now = millis("2026-03-05T12:00:00Z");
        account.add(now - HOUR, now, HOUR, 300);
        // 2,400 g a day are 1/36 g/s; the machine can emit three times that.
        BudgetState state = account.state(now, OptionalDouble.of(3 / 36.0));
        assertThat(burn(state, BurnWindow.HOUR).threshold().orElseThrow()).isCloseTo(2.4, within(1e-9));
        assertThat(burn(state, BurnWindow.DAYS_3).threshold().orElseThrow()).isCloseTo(1.1, within(1e-9));
        assertThat(burn(account.state(now, OptionalDouble.of(1)), BurnWindow.HOUR)
                        .threshold()
                        .orElseThrow())
                .isEqualTo(14.4);
        assertThat(burn(account.state(now, UNKNOWN), BurnWindow.HOUR).threshold())
                .hasValue(14.4);
        assertThat(burn(account.state(now, OptionalDouble.of(1 / 37.0)), BurnWindow.HOUR)
                        .threshold())
                .isEmpty();
    }

    @Test
    void tellsNothingOfRatesBeforeAnythingIsKnown() {
        BudgetState state =
                account(1, BudgetPeriod.DAY, "2026-03-05T00:00:00Z").state(millis("2026-03-05T12:00:00Z"), UNKNOWN);
        assertThat(state.projectedGrams()).isEmpty();
        assertThat(state.burns()).isEmpty();
        assertThat(state.observedRatio()).isZero();
    }

    private static BudgetState.Burn burn(BudgetState state, BurnWindow window) {
        return state.burns().stream()
                .filter(burn -> burn.window() == window)
                .findFirst()
                .orElseThrow();
    }

    private static BudgetAccount account(double limitGrams, BudgetPeriod period, String now) {
        Budget budget = new Budget("b", limitGrams, period, BudgetScope.TOTAL, Optional.empty(), Optional.empty());
        return new BudgetAccount(budget, BERLIN, millis(now));
    }

    private static long millis(String instant) {
        return Instant.parse(instant).toEpochMilli();
    }
}
