package io.joulegram.agent.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.joulegram.power.Component;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
    private static final Instant NOW = Instant.parse("2026-03-05T10:00:00Z");
    private static final long MINUTE = 60_000;
    private static final int WORKLOADS = 20;

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void path() {
        file = directory.resolve("ledger.db");
    }

    @Test
    void givesBackWhatItWasGiven() throws LedgerException {
        Bucket bucket = Buckets.random(new SplittableRandom(1), NOW.toEpochMilli());
        try (Ledger ledger = Ledger.open(file, NOW)) {
            ledger.append(List.of(bucket), List.of());
        }
        assertThat(all()).containsExactly(bucket);
    }

    @Test
    void keepsAnUnknownEnergyAndAnUnknownIntensityUnknown() throws LedgerException {
        DeviceUse unmetered = new DeviceUse(
                new LedgerDevice(Component.OTHER, "0", 1, 2, 3, 4, "made up"), "", OptionalLong.empty(), 0, 0, 17);
        Bucket bucket = new Bucket(0, MINUTE, MINUTE, Bucket.Kind.MINUTE, 1.2, Map.of(), List.of(unmetered), List.of());
        try (Ledger ledger = Ledger.open(file, NOW)) {
            ledger.append(List.of(bucket), List.of());
        }
        assertThat(all()).containsExactly(bucket);
    }

    @Test
    void rollsMinutesIntoHoursWithoutChangingAnySum() throws LedgerException {
        for (long seed = 1; seed <= 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Path rolled = directory.resolve("rolled-" + seed);
            ZoneId zone = ZoneId.of(List.of("UTC", "Asia/Kolkata", "Europe/Berlin", "Asia/Kathmandu")
                    .get(random.nextInt(4)));
            List<Bucket> minutes = new ArrayList<>();
            long start = NOW.toEpochMilli() + random.nextLong(60) * MINUTE;
            for (int i = 0; i < 200; i++) {
                minutes.add(Buckets.random(random, start + i * MINUTE));
            }
            try (Ledger ledger = Ledger.open(rolled, NOW)) {
                ledger.append(minutes, List.of());
                int gone = ledger.roll(zone, NOW.plusSeconds(1_000_000), WORKLOADS);
                assertThat(gone).as("seed %d", seed).isPositive();
                assertThat(ledger.roll(zone, NOW.plusSeconds(1_000_000), WORKLOADS))
                        .as("seed %d: a second time", seed)
                        .isZero();
                List<Bucket> hours = Buckets.read(ledger.reader());
                assertThat(hours).as("seed %d", seed).allMatch(hour -> hour.kind() == Bucket.Kind.HOUR);
                assertThat(hours)
                        .as("seed %d: stays within an hour of %s", seed, zone)
                        .allMatch(hour -> Instant.ofEpochMilli(hour.startMillis())
                                        .atZone(zone)
                                        .getHour()
                                == Instant.ofEpochMilli(hour.endMillis() - 1)
                                        .atZone(zone)
                                        .getHour());
                assertThat(Buckets.sums(hours)).as("seed %d", seed).isEqualTo(Buckets.sums(minutes));
            }
        }
    }

    @Test
    void rollsOnlyHoursThatAreOver() throws LedgerException {
        try (Ledger ledger = Ledger.open(file, NOW)) {
            SplittableRandom random = new SplittableRandom(3);
            List<Bucket> minutes = new ArrayList<>();
            for (int i = 0; i < 90; i++) {
                minutes.add(Buckets.random(random, NOW.toEpochMilli() + i * MINUTE));
            }
            ledger.append(minutes, List.of());
            ledger.roll(ZoneOffset.UTC, NOW.plusSeconds(90 * 60), WORKLOADS);
            assertThat(Buckets.read(ledger.reader()))
                    .filteredOn(bucket -> bucket.kind() == Bucket.Kind.MINUTE)
                    .hasSize(30);
        }
    }

    @Test
    void forgetsWhatIsOlderThanItShouldKeep() throws LedgerException {
        SplittableRandom random = new SplittableRandom(4);
        Bucket old = Buckets.random(random, 0);
        Bucket young = Buckets.random(random, NOW.toEpochMilli());
        try (Ledger ledger = Ledger.open(file, NOW)) {
            ledger.append(List.of(old, young), List.of());
            ledger.prune(NOW);
        }
        assertThat(all()).containsExactly(young);
    }

    @Test
    void aClockThatIsYearsAheadTakesADayAtMost() throws LedgerException {
        SplittableRandom random = new SplittableRandom(6);
        Bucket first = Buckets.random(random, NOW.toEpochMilli());
        Bucket sameDay = Buckets.random(random, NOW.plusSeconds(3_600).toEpochMilli());
        Bucket later = Buckets.random(random, NOW.plusSeconds(2 * 86_400).toEpochMilli());
        try (Ledger ledger = Ledger.open(file, NOW)) {
            ledger.append(List.of(first, sameDay, later), List.of());
            ledger.prune(NOW.plusSeconds(100L * 365 * 86_400));
            assertThat(Buckets.read(ledger.reader())).containsExactly(later);
            ledger.prune(NOW.plusSeconds(100L * 365 * 86_400));
            assertThat(Buckets.read(ledger.reader())).isEmpty();
            ledger.prune(NOW);
        }
    }

    @Test
    void rollsWhereClocksAreMovedByHalfAnHour() throws LedgerException {
        SplittableRandom random = new SplittableRandom(7);
        List<Bucket> minutes = new ArrayList<>();
        long start = Instant.parse("2026-04-04T14:00:00Z").toEpochMilli();
        for (int i = 0; i < 180; i++) {
            minutes.add(Buckets.random(random, start + i * MINUTE));
        }
        try (Ledger ledger = Ledger.open(file, NOW)) {
            ledger.append(minutes, List.of());
            ledger.roll(ZoneId.of("Australia/Lord_Howe"), NOW.plusSeconds(100L * 86_400), WORKLOADS);
            assertThat(Buckets.sums(Buckets.read(ledger.reader()))).isEqualTo(Buckets.sums(minutes));
        }
    }

    @Test
    void keepsTheNewestCounterOfEachDevice() throws LedgerException {
        CounterMark first = new CounterMark(Component.GPU, "0", "nvml_energy", "boot", 5, 1000, 1);
        CounterMark second = new CounterMark(Component.GPU, "0", "nvml_energy", "boot", 9, 1000, 2);
        try (Ledger ledger = Ledger.open(file, NOW)) {
            ledger.append(List.of(), List.of(first));
            ledger.append(List.of(), List.of(second));
            assertThat(ledger.reader().counters()).containsExactly(second);
        }
    }

    @Test
    void setsADamagedFileAsideAndBeginsANewOne() throws LedgerException, IOException {
        Bucket bucket = Buckets.random(new SplittableRandom(1), 0);
        try (Ledger ledger = Ledger.open(file, NOW)) {
            ledger.append(List.of(bucket), List.of());
        }
        byte[] bytes = Files.readAllBytes(file);
        for (int i = 4096; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        Files.write(file, bytes);
        try (Ledger ledger = Ledger.open(file, NOW)) {
            Path aside = ledger.setAside().orElseThrow();
            assertThat(aside).hasFileName("ledger.db.corrupt-20260305T100000Z");
            assertThat(aside).hasBinaryContent(bytes);
            assertThat(Buckets.read(ledger.reader())).isEmpty();
            ledger.append(List.of(bucket), List.of());
        }
        assertThat(all()).containsExactly(bucket);
    }

    @Test
    void setsAFileAsideThatIsNoDatabase() throws LedgerException, IOException {
        Files.writeString(file, "Dear diary, today I measured nothing at all.".repeat(200));
        try (Ledger ledger = Ledger.open(file, NOW)) {
            assertThat(ledger.setAside()).isPresent();
        }
    }

    @Test
    void leavesADatabaseOfAnotherProgramAlone() throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE bookmarks (url TEXT)");
        }
        assertThatThrownBy(() -> Ledger.open(file, NOW))
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("of another program");
        assertThat(file).exists();
    }

    @Test
    void bringsALedgerOfTheFirstVersionToTheNewestAndReadsItBefore() throws Exception {
        SplittableRandom random = new SplittableRandom(8);
        Bucket old = new Bucket(
                NOW.toEpochMilli(),
                NOW.toEpochMilli() + MINUTE,
                MINUTE,
                Bucket.Kind.MINUTE,
                1.2,
                Map.of("location", new BookedIntensity(413, "DE", "fixed", "average", "lifecycle", "made up")),
                Buckets.random(random, 0).devices(),
                Buckets.random(random, 0).models());
        try (Ledger ledger = Ledger.open(file, NOW)) {
            ledger.append(List.of(old), List.of());
        }
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER TABLE bucket DROP COLUMN location_free");
            statement.execute("DROP TABLE workload_use");
            statement.execute("DROP TABLE workload");
            statement.execute("PRAGMA user_version = 1");
        }
        try (LedgerReader reader = LedgerReader.open(file)) {
            assertThat(Buckets.read(reader)).containsExactly(old);
        }
        Bucket young = Buckets.random(random, NOW.toEpochMilli() + MINUTE);
        try (Ledger ledger = Ledger.open(file, NOW)) {
            ledger.append(List.of(young), List.of());
        }
        assertThat(all()).containsExactly(old, young);
    }

    /** Minute by minute another job, which uses as many joules as the minute has a number, beside a service. */
    @Test
    void anHourTellsApartTheWorkloadsThatUsedMostAndSumsUpTheOthers() throws Exception {
        LedgerWorkload service = LedgerWorkload.of("systemd_unit", "db.service");
        List<Bucket> minutes = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            minutes.add(ofWorkloads(
                    i,
                    new WorkloadUse(LedgerWorkload.of("slurm_job", "" + i), Map.of(Component.GPU, 1_000_000L * i), i),
                    new WorkloadUse(service, Map.of(Component.CPU, 1_000_000L), 1),
                    new WorkloadUse(LedgerWorkload.of("none", "idle"), Map.of(Component.CPU, 5L), 0)));
        }
        try (Ledger ledger = Ledger.open(file, NOW)) {
            ledger.append(minutes, List.of());

            ledger.roll(ZoneOffset.UTC, NOW.plusSeconds(7_200), 2);
            ledger.prune(Instant.EPOCH);

            assertThat(all().get(0).workloads())
                    .containsExactlyInAnyOrder(
                            new WorkloadUse(service, Map.of(Component.CPU, 60_000_000L), 60),
                            new WorkloadUse(
                                    LedgerWorkload.of("slurm_job", "59"), Map.of(Component.GPU, 59_000_000L), 59),
                            new WorkloadUse(LedgerWorkload.of("none", "idle"), Map.of(Component.CPU, 300L), 0),
                            new WorkloadUse(
                                    LedgerWorkload.of("none", "other"),
                                    Map.of(Component.GPU, 1_000_000L * (59 * 58 / 2)),
                                    59 * 58 / 2));
            assertThat(names()).isEqualTo(4);
            // Names whose numbers are gone get new ones.
            ledger.append(minutes.subList(3, 4), List.of());
            assertThat(all().get(1).workloads())
                    .hasSameElementsAs(minutes.get(3).workloads());
        }
    }

    private int names() throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                var result = statement.executeQuery("SELECT count(*) FROM workload")) {
            return result.getInt(1);
        }
    }

    @Test
    void whatKubernetesCallsAContainerBecomesKnownAndStaysKnown() throws LedgerException {
        Map<Component, Long> energy = Map.of(Component.CPU, 5L);
        LedgerWorkload named = new LedgerWorkload("container", "0123456789ab", "llm", "vllm-0", "server");
        WorkloadUse nameless = new WorkloadUse(LedgerWorkload.of("container", "0123456789ab"), energy, 0);
        try (Ledger ledger = Ledger.open(file, NOW)) {
            ledger.append(List.of(ofWorkloads(0, nameless)), List.of());
            assertThat(all().get(0).workloads()).containsExactly(nameless);
            ledger.append(List.of(ofWorkloads(1, new WorkloadUse(named, energy, 0))), List.of());
        }
        try (Ledger ledger = Ledger.open(file, NOW)) {
            ledger.append(List.of(ofWorkloads(2, nameless)), List.of());
        }
        assertThat(all())
                .extracting(Bucket::workloads)
                .containsOnly(List.of(new WorkloadUse(named, energy, 0)))
                .hasSize(3);
    }

    private static Bucket ofWorkloads(long minute, WorkloadUse... workloads) {
        long start = NOW.toEpochMilli() + minute * MINUTE;
        return new Bucket(
                start,
                start + MINUTE,
                MINUTE,
                Bucket.Kind.MINUTE,
                1,
                Map.of(),
                List.of(),
                List.of(),
                List.of(workloads));
    }

    @Test
    void leavesALedgerOfALaterVersionAlone() throws Exception {
        Ledger.open(file, NOW).close();
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA user_version = 99");
        }
        assertThatThrownBy(() -> Ledger.open(file, NOW))
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("version 99");
        assertThatThrownBy(() -> LedgerReader.open(file)).hasMessageContaining("version 99");
    }

    @Test
    void noticesThatItsFileWasRemoved() throws Exception {
        try (Ledger ledger = Ledger.open(file, NOW)) {
            Files.delete(file);
            Bucket bucket = Buckets.random(new SplittableRandom(1), 0);
            assertThatThrownBy(() -> ledger.append(List.of(bucket), List.of()))
                    .isInstanceOf(LedgerException.class)
                    .hasMessageContaining("removed");
        }
    }

    @Test
    void givesTheRightToWriteToOneAlone() throws LedgerException {
        try (LedgerLock lock = LedgerLock.take(file)) {
            assertThat(lock).isNotNull();
            assertThatThrownBy(() -> LedgerLock.take(file))
                    .isInstanceOf(LedgerException.class)
                    .hasMessageContaining("in use by another agent, process "
                            + ProcessHandle.current().pid() + ";");
        }
        LedgerLock.take(file).close();
    }

    @Test
    void aLinkToTheFileIsTheSameFile() throws Exception {
        Ledger.open(file, NOW).close();
        Path link = Files.createSymbolicLink(file.resolveSibling("link.db"), file);
        try (LedgerLock lock = LedgerLock.take(file)) {
            assertThat(lock).isNotNull();
            assertThatThrownBy(() -> LedgerLock.take(link))
                    .isInstanceOf(LedgerException.class)
                    .hasMessageContaining("in use by another agent, process "
                            + ProcessHandle.current().pid() + ";");
        }
        LedgerLock.take(link).close();
    }

    @Test
    void saysThatADirectoryCannotBeWrittenTo() throws IOException {
        Path occupied = Files.writeString(directory.resolve("file"), "not a directory");
        assertThatThrownBy(() -> LedgerLock.take(occupied.resolve("ledger.db")))
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("cannot be written to");
    }

    @Test
    void canBeReadWhileItIsWritten() throws LedgerException {
        try (Ledger ledger = Ledger.open(file, NOW)) {
            Bucket bucket = Buckets.random(new SplittableRandom(1), 0);
            ledger.append(List.of(bucket), List.of());
            assertThat(all()).containsExactly(bucket);
        }
    }

    private List<Bucket> all() throws LedgerException {
        try (LedgerReader reader = LedgerReader.open(file)) {
            return Buckets.read(reader);
        }
    }
}
