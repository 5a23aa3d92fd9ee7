package io.joulegram.agent.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.agent.ledger.BookedIntensity;
import io.joulegram.agent.ledger.Bucket;
import io.joulegram.agent.ledger.DeviceUse;
import io.joulegram.agent.ledger.LedgerDevice;
import io.joulegram.power.Component;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BudgetBookTest {
    private static final Budget DAY =
            new Budget("day", 1000, BudgetPeriod.DAY, BudgetScope.OPERATIONAL, Optional.empty(), Optional.empty());
    private static final DeviceUse ONE_KWH = new DeviceUse(
            LedgerDevice.withoutFootprint(Component.GPU, "0"),
            "nvml_energy",
            OptionalLong.of(3_600_000_000_000L),
            0,
            0.05,
            0);

    @ParameterizedTest
    @CsvSource({"location, 413", "market, 12", "marginal, 700"})
    void countsTheGramsOfTheHeadline(String headline, double grams) {
        Map<String, BookedIntensity> intensities = Map.of(
                "location", intensity(413, "average"),
                "market", intensity(12, "average"),
                "marginal", intensity(700, "marginal"));
        assertThat(usedGrams(headline, intensities)).isCloseTo(grams, within(1e-9));
    }

    @Test
    void doesNotFallBackToAnotherBasis() {
        assertThat(usedGrams("market", Map.of("location", intensity(413, "average"))))
                .isZero();
    }

    private static double usedGrams(String headline, Map<String, BookedIntensity> intensities) {
        BudgetBook book = new BudgetBook(List.of(DAY), ZoneOffset.UTC, headline, 0);
        book.add(new Bucket(0, 60_000, 60_000, Bucket.Kind.MINUTE, 1, intensities, List.of(ONE_KWH), List.of()));
        return book.states(60_000, OptionalDouble.empty()).get(0).usedGrams();
    }

    private static BookedIntensity intensity(double gramsPerKwh, String signal) {
        return new BookedIntensity(gramsPerKwh, "DE", "fixed", signal, "lifecycle", "made up");
    }
}
