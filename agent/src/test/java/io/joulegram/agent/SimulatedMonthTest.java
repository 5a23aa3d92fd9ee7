package io.joulegram.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.attribution.Attribution;
import io.joulegram.agent.attribution.Conditions;
import io.joulegram.agent.attribution.EmbodiedRate;
import io.joulegram.agent.attribution.MeterFeed;
import io.joulegram.agent.attribution.TokenWeights;
import io.joulegram.agent.budget.Budget;
import io.joulegram.agent.budget.BudgetBook;
import io.joulegram.agent.budget.BudgetPeriod;
import io.joulegram.agent.budget.BudgetScope;
import io.joulegram.agent.budget.BudgetState;
import io.joulegram.agent.energy.CumulativeEnergy;
import io.joulegram.agent.ledger.BookedIntensity;
import io.joulegram.agent.ledger.Bucket;
import io.joulegram.agent.ledger.BucketBook;
import io.joulegram.agent.ledger.CounterMark;
import io.joulegram.agent.ledger.CounterRecovery;
import io.joulegram.agent.ledger.Downtime;
import io.joulegram.agent.ledger.Ledger;
import io.joulegram.agent.ledger.LedgerDevice;
import io.joulegram.agent.ledger.LedgerException;
import io.joulegram.power.Component;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A month of one GPU in seconds: a load and an hourly intensity that rise and fall with the day, agents that are killed at
 * any instant and started again after a while, minutes that are rolled into hours, and a change of the clock. The truth
 * is the integral of power times intensity, worked out apart.
 */
class SimulatedMonthTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final long START = millis("2026-02-28T23:00:00Z");
    private static final long END = millis("2026-03-31T22:00:00Z");
    private static final long HOUR = 3_600_000;
    private static final double PUE = 1.2;
    private static final LedgerDevice GPU =
            new LedgerDevice(Component.GPU, "0", 147_600, 164_000, 574_000, 126_230_400, "made up");

    @TempDir
    private Path directory;

    /** The GPU: power by time, and its counter, which never stops. */
    private static final class Load implements CumulativeEnergy {
        private final long[] microjoulesAtSecond;

        Load() {
            int seconds = (int) ((END - START) / 1000);
            microjoulesAtSecond = new long[seconds + 1];
            double sum = 0;
            for (int i = 0; i < seconds; i++) {
                sum += watts(START + i * 1000L) * 1e6;
                microjoulesAtSecond[i + 1] = Math.round(sum);
            }
        }

        static double watts(long millis) {
            double hour = (millis - START) / 3.6e6;
            return 400 + 250 * Math.sin(2 * Math.PI * hour / 24) + 30 * Math.sin(2 * Math.PI * hour / 0.37);
        }

        @Override
        public long coveredUntilNanos() {
            return Long.MAX_VALUE;
        }

        @Override
        public long microjoulesAt(long nanos) {
            return at(nanos / 1_000_000);
        }

        long at(long millis) {
            return microjoulesAtSecond[(int) ((millis - START) / 1000)];
        }
    }

    private static BookedIntensity intensity(long millis) {
        long hour = Math.floorDiv(millis - START, HOUR);
        double gramsPerKwh = 413 - 180 * Math.sin(2 * Math.PI * hour / 24);
        return new BookedIntensity(gramsPerKwh, "DE", "trace", "average", "lifecycle", "made up");
    }

    private static final class Hourly implements Downtime.Intensities {
        @Override
        public Map<String, BookedIntensity> at(long millis) {
            return Map.of("location", intensity(millis));
        }

        @Override
        public long nextChangeAfter(long millis) {
            return START + (Math.floorDiv(millis - START, HOUR) + 1) * HOUR;
        }
    }

    /** One life of an agent: it dies without a word. */
    private static final class Life {
        private final Ledger ledger;
        private final Load load;
        private final BudgetBook budgets;
        private final Attribution attribution = new Attribution(TokenWeights.DEFAULT, PUE);
        private final BucketBook book = new BucketBook(
                PUE,
                attribution,
                (component, device) -> component == Component.GPU
                        ? Optional.of(new BucketBook.MeterFacts("nvml_energy", 0.05, 0))
                        : Optional.empty(),
                List::of);
        private final long bornMillis;
        private final CumulativeEnergy sinceBirth;

        Life(Ledger ledger, Load load, long bornMillis) throws LedgerException {
            this.ledger = ledger;
            this.load = load;
            this.bornMillis = bornMillis;
            long before = load.at(bornMillis);
            sinceBirth = new CumulativeEnergy() {
                @Override
                public long coveredUntilNanos() {
                    return Long.MAX_VALUE;
                }

                @Override
                public long microjoulesAt(long nanos) {
                    return load.microjoulesAt(nanos) - before;
                }
            };
            budgets = new BudgetBook(BUDGETS, BERLIN, "location", bornMillis);
            ledger.reader().forEachReaching(budgets.neededFromMillis(bornMillis), bornMillis, budgets::add);
            recover();
            settle(bornMillis, 0);
        }

        private void recover() throws LedgerException {
            List<Long> span = ledger.reader().span();
            if (span.isEmpty()) {
                return;
            }
            CounterMark before = ledger.reader().counters().get(0);
            OptionalLong energy = new CounterRecovery(0, 1_000).microjoules(before, mark(bornMillis));
            long overhead = Math.round(energy.orElseThrow() * (PUE - 1));
            List<Bucket> buckets = new Downtime(span.get(1), bornMillis, BERLIN, PUE)
                    .buckets(
                            List.of(
                                    new Downtime.Use(GPU, "nvml_energy", energy),
                                    new Downtime.Use(
                                            LedgerDevice.withoutFootprint(Component.OVERHEAD, ""),
                                            "",
                                            OptionalLong.of(overhead))),
                            new Hourly());
            buckets.forEach(budgets::add);
            ledger.append(buckets, List.of(mark(bornMillis)));
        }

        private CounterMark mark(long millis) {
            return new CounterMark(Component.GPU, "0", "nvml_energy", "boot", load.at(millis) / 1000, 1000, millis);
        }

        void live(long untilMillis) throws LedgerException {
            for (long at = bornMillis; at < untilMillis; ) {
                long next = Math.min(untilMillis, Math.min(at + 20_000, BucketBook.endOfMinute(at)));
                Optional<Bucket> ended = book.turn(at, Map.of("location", intensity(at)), List.of(GPU), false);
                if (ended.isPresent()) {
                    budgets.add(ended.get());
                    ledger.append(List.of(ended.get()), List.of(mark(at)));
                }
                settle(next, next - at);
                at = next;
            }
        }

        private void settle(long untilMillis, long elapsedMillis) {
            var parts = attribution.advance(
                    untilMillis * 1_000_000,
                    new Conditions(
                            List.of(new MeterFeed(Component.GPU, "0", sinceBirth, true)),
                            EMBODIED,
                            Map.of(),
                            OptionalDouble.empty()));
            if (elapsedMillis > 0) {
                book.add(untilMillis, elapsedMillis * 1_000_000, parts, EMBODIED);
            }
        }
    }

    private static final List<EmbodiedRate> EMBODIED =
            List.of(new EmbodiedRate(Component.GPU, "0", GPU.footprintGrams() / GPU.lifetimeSeconds() / 1e9));

    private static final List<Budget> BUDGETS = List.of(
            budget("month", BudgetPeriod.MONTH), budget("week", BudgetPeriod.WEEK), budget("day", BudgetPeriod.DAY));

    @Test
    void budgetsAndLedgerKeepToTheTruthOverKillsRestartsAndTheChangeOfTheClock() throws LedgerException {
        Load load = new Load();
        SplittableRandom random = new SplittableRandom(20_260_301);
        Path file = directory.resolve("ledger.db");
        long now = START;
        int lives = 0;
        while (now < END) {
            // In steps of a second, up to two days of life and up to an hour of death.
            long dies = Math.min(END, now + 1_000 * random.nextLong(60, 2 * 86_400));
            try (Ledger ledger = Ledger.open(file, Instant.ofEpochMilli(now))) {
                ledger.roll(BERLIN, Instant.ofEpochMilli(now).minusSeconds(2 * 86_400), 20);
                Life life = new Life(ledger, load, now);
                life.live(dies);
                assertStates(life.budgets, dies, "life " + lives);
            }
            now = Math.min(END, dies + 1_000 * random.nextLong(1, 3_600));
            lives++;
        }
        assertThat(lives).isGreaterThan(20);
    }

    /** What is not filed when the agent dies is the last, unfinished bucket: a minute. */
    private static void assertStates(BudgetBook budgets, long nowMillis, String description) {
        for (BudgetState state : budgets.states(nowMillis, OptionalDouble.empty())) {
            double truth = grams(state.startMillis(), nowMillis);
            double minute = grams(Math.max(START, nowMillis - 61_000), nowMillis);
            assertThat(state.usedGrams())
                    .as(description + " " + state.budget().name())
                    .isBetween(0.999 * truth - minute, 1.001 * truth + 1e-6);
            if (state.budget().period() == BudgetPeriod.MONTH && nowMillis - START > 8L * 24 * HOUR) {
                double end = grams(state.startMillis(), state.endMillis());
                assertThat(state.projectedGrams().orElseThrow())
                        .as(description + " projection")
                        .isCloseTo(end, Percentage.withPercentage(1));
            }
        }
    }

    @Test
    void aProductOfAveragesWouldBeVisiblyWrong() {
        double joules = 0;
        double intensities = 0;
        long seconds = 86_400;
        for (long i = 0; i < seconds; i++) {
            joules += Load.watts(START + i * 1000) * PUE;
            intensities += intensity(START + i * 1000).gramsPerKwh();
        }
        double ofAverages = joules / 3.6e6 * intensities / seconds;
        double truth = grams(START, START + seconds * 1000) - embodied((double) seconds);
        // Load and intensity move against one another here, so the average overstates by their covariance.
        assertThat(ofAverages / truth).isGreaterThan(1.1);
    }

    private static double grams(long fromMillis, long untilMillis) {
        double sum = 0;
        for (long at = Math.max(START, fromMillis); at < untilMillis; at += 1_000) {
            sum += Load.watts(at) * PUE / 3.6e6 * intensity(at).gramsPerKwh();
        }
        return sum + embodied((untilMillis - Math.max(START, fromMillis)) / 1e3);
    }

    private static double embodied(double seconds) {
        return GPU.footprintGrams() * seconds / GPU.lifetimeSeconds();
    }

    private static Budget budget(String name, BudgetPeriod period) {
        return new Budget(name, 500_000, period, BudgetScope.TOTAL, Optional.empty(), Optional.empty());
    }

    private static long millis(String instant) {
        return Instant.parse(instant).toEpochMilli();
    }
}
