package io.joulegram.agent.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.agent.ledger.BookedIntensity;
import io.joulegram.agent.ledger.Bucket;
import io.joulegram.agent.ledger.ModelUse;
import io.joulegram.power.Component;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ObjectiveBookTest {
    private static final long MINUTE = 60_000;
    private static final BookedIntensity GRID =
            new BookedIntensity(360, "DE", "fixed", "average", "lifecycle", "made up");

    @Test
    void isARatioOfSumsOverTheWindow() {
        ObjectiveBook book = book("all", Duration.ofMinutes(10));
        SplittableRandom random = new SplittableRandom(7);
        double joules = 0;
        double tokens = 0;
        for (int minute = 0; minute < 30; minute++) {
            long used = random.nextLong(1, 1_000);
            long written = random.nextLong(1_000);
            book.add(bucket(minute, "m", used, written, true));
            if (minute >= 20) {
                joules += used;
                tokens += written;
            }
        }
        ObjectiveState state = book.states(30 * MINUTE).get(0);
        assertThat(state.tokens()).isCloseTo(tokens, within(1e-6));
        assertThat(state.joulesPerToken().orElseThrow()).isCloseTo(joules / tokens, within(1e-9));
        // 360 g/kWh are 1e-4 g/J, and each minute has 1e-3 g of making.
        assertThat(state.gramsPerToken().orElseThrow()).isCloseTo((joules * 1e-4 + 10 * 1e-3) / tokens, within(1e-12));
    }

    @Test
    void idleTimeCountsAndOtherModelsDoNot() {
        ObjectiveBook book = book("m", Duration.ofMinutes(10));
        book.add(bucket(0, "m", 100, 50, true));
        book.add(bucket(1, "m", 300, 0, true));
        book.add(bucket(2, "other", 1_000, 1, true));
        assertThat(book.states(3 * MINUTE).get(0).joulesPerToken()).hasValue(8);
    }

    @Test
    void isAbsentWithoutTokensAndGramsWithoutIntensity() {
        ObjectiveBook book = book("all", Duration.ofMinutes(10));
        assertThat(book.states(0).get(0).joulesPerToken()).isEmpty();
        book.add(bucket(0, "m", 100, 50, false));
        ObjectiveState unknown = book.states(MINUTE).get(0);
        assertThat(unknown.gramsPerToken()).isEmpty();
        assertThat(unknown.joulesPerToken()).hasValue(2);
        book.add(bucket(15, "m", 100, 50, true));
        assertThat(book.states(16 * MINUTE).get(0).gramsPerToken()).isPresent();
        assertThat(book.states(60 * MINUTE).get(0).tokens()).isZero();
    }

    @Test
    void aLongWindowIsKeptInWiderSlots() {
        ObjectiveBook book = book("all", Duration.ofDays(30));
        for (int minute = 0; minute < 1_440; minute++) {
            book.add(bucket(minute, "m", 10, 5, true));
        }
        ObjectiveState state = book.states(1_440 * MINUTE).get(0);
        assertThat(state.tokens()).isCloseTo(7_200, within(1e-6));
        assertThat(state.joulesPerToken().orElseThrow()).isCloseTo(2, within(1e-9));
    }

    private static ObjectiveBook book(String model, Duration window) {
        Objective objective = new Objective(
                "o",
                OptionalDouble.of(1),
                OptionalDouble.of(1),
                window,
                Optional.empty(),
                Optional.of(model).filter(name -> !name.equals("all")));
        return new ObjectiveBook(List.of(objective), "location");
    }

    private static Bucket bucket(int minute, String model, long joules, long tokens, boolean graded) {
        long energy = joules * 1_000_000;
        ModelUse use = new ModelUse("s", model, Map.of(Component.GPU, energy), 0, energy, 0, 1_000, 0, 0, tokens);
        return new Bucket(
                minute * MINUTE,
                (minute + 1) * MINUTE,
                MINUTE,
                Bucket.Kind.MINUTE,
                1,
                graded ? Map.of("location", GRID) : Map.of(),
                List.of(),
                List.of(use));
    }
}
