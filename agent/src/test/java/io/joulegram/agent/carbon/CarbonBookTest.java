package io.joulegram.agent.carbon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.agent.attribution.DeviceSlice;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigLoader;
import io.joulegram.grid.GridIntensity;
import io.joulegram.host.HostHardware;
import io.joulegram.host.HostInventory;
import io.joulegram.power.Component;
import io.joulegram.power.GpuInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CarbonBookTest {
    private static final long SECOND = 1_000_000_000L;

    @TempDir
    Path emptyProcfs;

    private CarbonBook book() {
        EmbodiedInventory inventory = new EmbodiedInventory(
                AgentConfig.defaults(), HostInventory.read(emptyProcfs), HostHardware.UNKNOWN, List.of());
        return new CarbonBook(inventory);
    }

    private static Map<String, GridIntensity> grid(double gramsPerKwh) {
        return Map.of(
                CarbonBook.LOCATION, GridIntensity.fixed(gramsPerKwh, "average"),
                CarbonBook.MARKET, GridIntensity.fixed(0, "average"));
    }

    private static double grams(CarbonBook book, String scope, String basis) {
        return book.grams().stream()
                .filter(entry -> entry.scope().equals(scope) && entry.basis().equals(basis))
                .mapToDouble(CarbonBook.Grams::grams)
                .sum();
    }

    @Test
    void aMegajouleAt413GramsIs114Point7Grams() {
        CarbonBook book = book();
        book.book(SECOND, List.of(new DeviceSlice(Component.GPU, "0", 1_000_000_000_000L)), grid(413));

        assertThat(grams(book, CarbonBook.OPERATIONAL, CarbonBook.LOCATION)).isCloseTo(114.7, within(0.03));
        assertThat(grams(book, CarbonBook.OPERATIONAL, CarbonBook.MARKET)).isZero();
    }

    @Test
    void energyIsToldByItsOrigin() {
        CarbonBook book = book();
        List<DeviceSlice> kilojoule = List.of(new DeviceSlice(Component.GPU, "0", 1_000_000_000L));
        book.book(SECOND, kilojoule, mix(OptionalDouble.of(0.75)));
        book.book(SECOND, kilojoule, mix(OptionalDouble.of(0.25)));
        book.book(SECOND, kilojoule, mix(OptionalDouble.empty()));
        book.book(SECOND, kilojoule, Map.of());
        assertThat(book.origins().carbonFreeMicrojoules()).isEqualTo(1e9);
        assertThat(book.origins().otherMicrojoules()).isEqualTo(1e9);
        assertThat(book.origins().unknownMicrojoules()).isEqualTo(2e9);
    }

    private static Map<String, GridIntensity> mix(OptionalDouble carbonFree) {
        return Map.of(
                CarbonBook.LOCATION,
                new GridIntensity(
                        300, "DE", "test", "average", "lifecycle", Instant.MIN, Instant.MAX, "made up", carbonFree));
    }

    @Test
    void elevenHundredWattsGiveTheRatesOfThePaper() {
        // HotCarbon'24 figure 2: coal at 820 g/kWh, 250.56 mg a second.
        CarbonBook book = book();
        book.book(SECOND, List.of(new DeviceSlice(Component.GPU, "0", 1_100_000_000L)), grid(820));

        assertThat(1e3 * grams(book, CarbonBook.OPERATIONAL, CarbonBook.LOCATION))
                .isCloseTo(250.56, within(0.01));
    }

    @Test
    void aTonneOverFourYearsIs28PointFiveGramsAnHour() {
        EmbodiedDevice device = new EmbodiedDevice(
                Component.OTHER,
                "0",
                Footprint.kilograms(1000, 1000, 1000, "SCI specification, worked example"),
                Duration.ofDays(4 * 365),
                List.of());

        assertThat(device.rate(1).gramsPerNano() * 3600 * SECOND).isCloseTo(28.54, within(0.01));
    }

    @Test
    void byHoursOfUseALifeOfTheExpectedUsePaysForTheWhole() throws Exception {
        Path file = Files.writeString(emptyProcfs.resolve("joulegram.yaml"), """
                embodied:
                  amortization: utilized-hours
                  expected-utilization: 0.4
                  lifetime: {gpu: 4y, other: 4y}
                  overrides: [{component: gpu, kg: 160}, {component: other, kg: 400}]
                """);
        AgentConfig config = new ConfigLoader(Map.of()).load(file, List.of());
        HostInventory host = HostInventory.read(emptyProcfs);
        CarbonBook book = new CarbonBook(new EmbodiedInventory(config, host, HostHardware.UNKNOWN, List.of()));
        book.noteGpus(List.of(gpu("0"), gpu("1"), gpu("2")));
        long day = 86_400 * SECOND;
        for (int i = 0; i < 1_460; i++) {
            // GPU 0 works two days of five, GPU 1 never, and of GPU 2 nothing is known.
            double used = i % 5 < 2 ? 1 : 0;
            book.beginSlice(Utilization.of(Map.of("0", used, "1", 0.0), true, true));
            book.book(day, List.of(), Map.of());
        }
        assertThat(embodied(book, Component.GPU, "0")).isCloseTo(160_000, within(160.0));
        assertThat(embodied(book, Component.GPU, "1")).isZero();
        assertThat(embodied(book, Component.GPU, "2")).isCloseTo(160_000, within(160.0));
        // The host works as its GPUs do on average: a fifth of the time, half of what is expected.
        assertThat(embodied(book, Component.OTHER, "0")).isCloseTo(200_000, within(200.0));
    }

    @Test
    void aHostWithoutGpusWorksWhileItsServersDo() {
        assertThat(Utilization.of(Map.of(), true, true).host()).hasValue(1);
        assertThat(Utilization.of(Map.of(), true, false).host()).hasValue(0);
        assertThat(Utilization.of(Map.of(), false, false).host()).isEmpty();
    }

    private static GpuInfo gpu(String device) {
        return new GpuInfo(device, "GPU-" + device, "NVIDIA H100 80GB HBM3", "0000:0" + device, "580", 80L << 30, 700);
    }

    private static double embodied(CarbonBook book, Component component, String device) {
        return book.grams().stream()
                .filter(entry -> entry.scope().equals(CarbonBook.EMBODIED)
                        && entry.component() == component
                        && entry.device().equals(device))
                .mapToDouble(CarbonBook.Grams::grams)
                .sum();
    }

    @Test
    void manySmallAmountsSumWithoutLoss() {
        CarbonBook book = book();
        for (int i = 0; i < 1_000_000; i++) {
            book.book(0, List.of(new DeviceSlice(Component.CPU, "0", 36_000_001)), grid(400));
        }

        assertThat(grams(book, CarbonBook.OPERATIONAL, CarbonBook.LOCATION))
                .isCloseTo(36_000_001e6 * 400 / 3.6e12, within(1e-9));
    }
}
