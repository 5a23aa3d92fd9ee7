package io.joulegram.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.joulegram.agent.attribution.Attribution;
import io.joulegram.agent.attribution.DeviceSlice;
import io.joulegram.agent.attribution.TokenWeights;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigLoader;
import io.joulegram.agent.energy.EnergyBook;
import io.joulegram.agent.energy.EnergyCurve;
import io.joulegram.agent.energy.SamplingPlan;
import io.joulegram.agent.energy.SourceSupervisor;
import io.joulegram.agent.ledger.BookedIntensity;
import io.joulegram.agent.ledger.Bucket;
import io.joulegram.agent.ledger.CounterMark;
import io.joulegram.agent.ledger.Downtime;
import io.joulegram.agent.ledger.Ledger;
import io.joulegram.agent.ledger.LedgerDevice;
import io.joulegram.agent.ledger.LedgerReader;
import io.joulegram.power.Channel;
import io.joulegram.power.Component;
import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTest {
    private static final String BOOT = "b";
    private static final long LEFT = 1_000_000;
    private static final long AT_START = 31_000_000;
    private static final LedgerDevice CPU = LedgerDevice.withoutFootprint(Component.CPU, "0");

    @TempDir
    Path directory;

    /** The counter of a processor, in microjoules. */
    private final AtomicLong count = new AtomicLong(AT_START);

    private final class Counter implements PowerSource {
        @Override
        public String name() {
            return "rapl";
        }

        @Override
        public List<Channel> channels() {
            return List.of(Channel.energy(Domain.CPU, "0", Sensor.RAPL_POWERCAP, 1, 0, 1000, 0.05));
        }

        @Override
        public void read(Readings readings) {
            readings.measured(0, System.nanoTime(), count.get());
        }

        @Override
        public String errorName(int errorCode) {
            return "ERROR_" + errorCode;
        }

        @Override
        public void close() {}
    }

    private final class Provider implements PowerSourceProvider {
        @Override
        public String name() {
            return "rapl";
        }

        @Override
        public List<PowerSource> open() {
            return List.of(new Counter());
        }
    }

    private record Constant(Map<String, BookedIntensity> known) implements Downtime.Intensities {
        @Override
        public Map<String, BookedIntensity> at(long millis) {
            return known;
        }

        @Override
        public long nextChangeAfter(long millis) {
            return Long.MAX_VALUE;
        }
    }

    private static Map<String, BookedIntensity> intensity(double grams) {
        return Map.of("location", new BookedIntensity(grams, "DE", "fixed", "average", "direct", ""));
    }

    /** A bucket that is filed before the time without an agent is leaves newer counters; older ones must not follow it. */
    @Test
    void whatABucketHoldsIsNotToldAgainOfTheTimeWithoutAnAgent() throws Exception {
        Path file = directory.resolve("ledger.db");
        leaveBehind(file);
        EnergyBook meters = new EnergyBook(
                new SamplingPlan(
                        Duration.ofMillis(10), Duration.ofMillis(10), Duration.ofMillis(10), Duration.ofSeconds(2)),
                System::nanoTime);
        long counted;
        try (SourceSupervisor supervisor = new SourceSupervisor(meters, List.of(List.of(new Provider())));
                Archive archive = archive(file, meters)) {
            archive.start();
            supervisor.start();
            await().until(() ->
                    meters.entries().stream().anyMatch(entry -> entry.meter().startNanos() != Long.MIN_VALUE));
            long beginNanos = System.nanoTime();
            archive.beginSlice(beginNanos, intensity(400), List.of(CPU));
            count.addAndGet(5_000_000);
            EnergyCurve curve = meters.entries().get(0).meter().curve();
            await().until(() -> curve.microjoulesAt(curve.coveredUntilNanos()) >= 5_000_000);
            long endNanos = curve.coveredUntilNanos();
            archive.endSlice(
                    endNanos,
                    endNanos - beginNanos,
                    List.of(new DeviceSlice(Component.CPU, "0", 5_000_000)),
                    List.of());
            archive.beginSlice(endNanos, intensity(300), List.of(CPU));
            await().until(() -> {
                archive.onTick(new Constant(intensity(400)), List.of(CPU));
                return !archive.state(OptionalDouble.empty(), List.of())
                        .backfilled()
                        .isEmpty();
            });
            counted = count.get();
        }

        try (LedgerReader ledger = LedgerReader.open(file)) {
            List<Bucket> buckets = new ArrayList<>();
            ledger.forEach(0, Long.MAX_VALUE, buckets::add);
            long recovered = buckets.stream()
                    .filter(bucket -> bucket.kind() == Bucket.Kind.BACKFILL)
                    .flatMap(bucket -> bucket.devices().stream())
                    .mapToLong(use -> use.microjoules().orElse(0))
                    .sum();
            assertThat(recovered).isEqualTo(AT_START - LEFT);
            assertThat(ledger.counters())
                    .singleElement()
                    .satisfies(mark -> assertThat(mark.count()).isEqualTo(counted));
        }
    }

    private static void leaveBehind(Path file) throws Exception {
        long endMillis = System.currentTimeMillis() - 60_000;
        try (Ledger ledger = Ledger.open(file, Instant.now())) {
            ledger.append(
                    List.of(new Bucket(
                            endMillis - 60_000,
                            endMillis,
                            60_000,
                            Bucket.Kind.MINUTE,
                            1,
                            intensity(400),
                            List.of(),
                            List.of())),
                    List.of(new CounterMark(
                            Component.CPU, "0", Sensor.RAPL_POWERCAP.label(), "boot=" + BOOT, LEFT, 1, endMillis)));
        }
    }

    private Archive archive(Path file, EnergyBook meters) throws Exception {
        Path settings = Files.writeString(directory.resolve("joulegram.yaml"), "ledger:\n  path: " + file + "\n");
        AgentConfig config = new ConfigLoader(Map.of()).load(settings, List.of());
        return new Archive(config, new Attribution(TokenWeights.DEFAULT, 1), meters, Optional.of(BOOT), List::of);
    }
}
