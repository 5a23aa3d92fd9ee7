package io.joulegram.agent.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.power.Component;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class DowntimeTest {
    private static final BookedIntensity DIRTY = intensity(700);
    private static final BookedIntensity CLEAN = intensity(100);
    private static final long CHANGE = Instant.parse("2026-03-05T11:15:00Z").toEpochMilli();
    private static final LedgerDevice GPU = new LedgerDevice(Component.GPU, "0", 1, 164_000, 3, 126_230_400, "x");

    private final Downtime downtime = new Downtime(
            Instant.parse("2026-03-05T10:29:17.123Z").toEpochMilli(),
            Instant.parse("2026-03-05T12:44:59Z").toEpochMilli(),
            ZoneId.of("Asia/Kolkata"),
            1);

    @Test
    void conservesEnergyAndSpreadsItEvenlyOverTheTime() {
        List<Bucket> buckets = downtime.buckets(
                List.of(new Downtime.Use(GPU, "nvml_energy", OptionalLong.of(1_000_000_007))), new Changing());

        assertThat(buckets.stream()
                        .mapToLong(
                                bucket -> bucket.devices().get(0).microjoules().orElseThrow())
                        .sum())
                .isEqualTo(1_000_000_007);
        double perMilli = 1_000_000_007.0 / (downtime.endMillis() - downtime.startMillis());
        assertThat(buckets)
                .allSatisfy(bucket -> assertThat(
                                (double) bucket.devices().get(0).microjoules().orElseThrow())
                        .isCloseTo(perMilli * (bucket.endMillis() - bucket.startMillis()), within(1.0)));
    }

    /** Half an hour comes twice there, which must not hold up the time. */
    @Test
    void goesOnWhereClocksArePutBackByHalfAnHour() {
        Downtime back = new Downtime(
                Instant.parse("2026-04-04T14:10:00Z").toEpochMilli(),
                Instant.parse("2026-04-04T16:00:00Z").toEpochMilli(),
                ZoneId.of("Australia/Lord_Howe"),
                1);

        assertThat(back.buckets(List.of(), new Changing()).stream()
                        .map(bucket -> Instant.ofEpochMilli(bucket.endMillis()).toString()))
                .containsExactly("2026-04-04T15:00:00Z", "2026-04-04T15:30:00Z", "2026-04-04T16:00:00Z");
    }

    @Test
    void endsBucketsWhereTheIntensityChangesAndAtWholeHoursOfTheZone() {
        List<Bucket> buckets = downtime.buckets(List.of(), new Changing());

        // Hours of Kolkata begin at half past of UTC.
        assertThat(buckets.stream()
                        .map(bucket -> Instant.ofEpochMilli(bucket.endMillis()).toString()))
                .containsExactly(
                        "2026-03-05T10:30:00Z",
                        "2026-03-05T11:15:00Z",
                        "2026-03-05T11:30:00Z",
                        "2026-03-05T12:30:00Z",
                        "2026-03-05T12:44:59Z");
        assertThat(buckets.stream().map(bucket -> bucket.intensities().get("location")))
                .containsExactly(DIRTY, DIRTY, CLEAN, CLEAN, CLEAN);
        assertThat(buckets).allMatch(bucket -> bucket.kind() == Bucket.Kind.BACKFILL && bucket.coveredMillis() == 0);
    }

    @Test
    void amortizesTheDevicesAndSaysThatTheirEnergyIsNotKnown() {
        List<Bucket> buckets =
                downtime.buckets(List.of(new Downtime.Use(GPU, "", OptionalLong.empty())), new Changing());

        double seconds = (downtime.endMillis() - downtime.startMillis()) / 1e3;
        assertThat(buckets.stream()
                        .mapToLong(bucket -> bucket.devices().get(0).embodiedMicrograms())
                        .sum())
                .isEqualTo(Math.round(164_000e6 * seconds / 126_230_400));
        assertThat(buckets).allSatisfy(bucket -> {
            assertThat(bucket.devices().get(0).microjoules()).isEmpty();
            assertThat(bucket.devices().get(0).unobservedMillis()).isEqualTo(bucket.endMillis() - bucket.startMillis());
        });
    }

    private static final class Changing implements Downtime.Intensities {
        @Override
        public Map<String, BookedIntensity> at(long millis) {
            return Map.of("location", millis < CHANGE ? DIRTY : CLEAN);
        }

        @Override
        public long nextChangeAfter(long millis) {
            return millis < CHANGE ? CHANGE : Long.MAX_VALUE;
        }
    }

    private static BookedIntensity intensity(double gramsPerKwh) {
        return new BookedIntensity(gramsPerKwh, "DE", "trace", "average", "lifecycle", "made up");
    }
}
