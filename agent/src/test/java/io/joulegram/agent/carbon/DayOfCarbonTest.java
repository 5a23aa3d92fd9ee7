package io.joulegram.agent.carbon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.agent.attribution.DeviceSlice;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.grid.IntensityFeed;
import io.joulegram.grid.TraceProvider;
import io.joulegram.host.HostHardware;
import io.joulegram.host.HostInventory;
import io.joulegram.power.Component;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A day of known load under an hourly trace, through the provider that reads it and the book, on a clock of its own. */
class DayOfCarbonTest {
    private static final Instant MIDNIGHT = Instant.parse("2026-03-05T00:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);
    private static final double KWH_PER_JOULE = 1 / 3.6e6;
    /** No divisor of an hour, so that without a cut at the change of intensity slices would straddle it. */
    private static final Duration SLICE = Duration.ofSeconds(437);

    @TempDir
    private Path directory;

    private Instant now = MIDNIGHT;

    /** 413 gCO2e/kWh is the mean of the CMU paper's grid; solar power takes from it by day. */
    private static double gramsPerKwh(int hour) {
        return Math.round(413 - 160 * Math.sin(Math.PI * Math.max(0, hour - 6) / 12.0) * (hour < 18 ? 1 : 0));
    }

    /** Watts of a server that is busy by day: 300 + 600 sin2(pi t / day). */
    private static double joulesUntil(double seconds) {
        double day = (double) DAY.toSeconds();
        return 300 * seconds + 600 * (seconds / 2 - day / (4 * Math.PI) * Math.sin(2 * Math.PI * seconds / day));
    }

    private IntensityFeed feed() throws Exception {
        StringBuilder csv = new StringBuilder("from,until,g_per_kwh\n");
        for (int hour = 0; hour < 24; hour++) {
            Instant from = MIDNIGHT.plus(Duration.ofHours(hour));
            csv.append(from).append(',').append(from.plusSeconds(3_600)).append(',');
            csv.append((int) gramsPerKwh(hour)).append('\n');
        }
        Path trace = Files.writeString(directory.resolve("day.csv"), csv);
        return new IntensityFeed(
                "location",
                List.of(new TraceProvider(trace, "DE")),
                Optional.empty(),
                Duration.ofHours(2),
                () -> now,
                new SplittableRandom(1));
    }

    @Test
    void gramsOfADayAreTheIntegralOfPowerTimesIntensity() throws Exception {
        CarbonBook book = new CarbonBook(new EmbodiedInventory(
                AgentConfig.defaults(), HostInventory.read(directory), HostHardware.UNKNOWN, List.of()));
        try (IntensityFeed feed = feed()) {
            while (now.isBefore(MIDNIGHT.plus(DAY))) {
                feed.ask();
                Instant end = min(now.plus(SLICE), feed.nextChangeAfter(now).orElseThrow(), MIDNIGHT.plus(DAY));
                double joules = joulesUntil(seconds(end)) - joulesUntil(seconds(now));
                book.book(
                        Duration.between(now, end).toNanos(),
                        List.of(new DeviceSlice(Component.GPU, "0", Math.round(joules * 1e6))),
                        Map.of(CarbonBook.LOCATION, feed.at(now).orElseThrow()));
                now = end;
            }
        }
        double analytic = 0;
        double meanIntensity = 0;
        for (int hour = 0; hour < 24; hour++) {
            double joules = joulesUntil(3_600 * (hour + 1.0)) - joulesUntil(3_600.0 * hour);
            analytic += joules * KWH_PER_JOULE * gramsPerKwh(hour);
            meanIntensity += gramsPerKwh(hour) / 24;
        }
        double booked = book.grams().stream()
                .filter(grams -> grams.scope().equals(CarbonBook.OPERATIONAL))
                .mapToDouble(CarbonBook.Grams::grams)
                .sum();
        assertThat(booked).isCloseTo(analytic, within(1e-6 * analytic));

        double ofAverages = joulesUntil((double) DAY.toSeconds()) * KWH_PER_JOULE * meanIntensity;
        assertThat(ofAverages / analytic - 1)
                .as("mean power times mean intensity")
                .isGreaterThan(0.05);
    }

    private static double seconds(Instant instant) {
        return Duration.between(MIDNIGHT, instant).toMillis() / 1e3;
    }

    private static Instant min(Instant... instants) {
        return List.of(instants).stream().min(Instant::compareTo).orElseThrow();
    }
}
