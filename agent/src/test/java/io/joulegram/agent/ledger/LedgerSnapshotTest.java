package io.joulegram.agent.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports are of one instant of a ledger, and need nothing but to read it. */
class LedgerSnapshotTest {
    private static final Instant NOW = Instant.parse("2026-03-05T10:00:00Z");
    private static final long MINUTE = 60_000;
    /** More than are read at a time. */
    private static final int BUCKETS = 600;

    @TempDir
    private Path directory;

    @Test
    void nothingIsMissedOrDoubledWhenMinutesBecomeHoursMeanwhile() throws LedgerException {
        Path file = directory.resolve("ledger.db");
        SplittableRandom random = new SplittableRandom(2);
        List<Bucket> written = new ArrayList<>();
        for (int i = 0; i < BUCKETS; i++) {
            written.add(Buckets.random(random, NOW.toEpochMilli() + i * MINUTE));
        }
        List<Bucket> read = new ArrayList<>();
        try (Ledger ledger = Ledger.open(file, NOW)) {
            ledger.append(written, List.of());
            try (LedgerReader reader = LedgerReader.open(file)) {
                reader.forEach(Long.MIN_VALUE, Long.MAX_VALUE, bucket -> {
                    if (read.isEmpty()) {
                        roll(ledger);
                    }
                    read.add(bucket);
                });
            }
            assertThat(Buckets.read(ledger.reader())).hasSizeLessThan(BUCKETS);
        }
        assertThat(read).isEqualTo(written);
    }

    private static void roll(Ledger ledger) {
        try {
            ledger.roll(ZoneOffset.UTC, NOW.plusSeconds(1_000_000), 20);
        } catch (LedgerException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What nobody can make a file beside is also what lies on a read-only medium or in another user's directory. */
    @Test
    void aLedgerAtRestIsReadWhereNoFileCanBeMadeBesideIt() throws Exception {
        Path file = directory.resolve("at rest?#.db");
        Bucket bucket = Buckets.random(new SplittableRandom(1), NOW.toEpochMilli());
        try (Ledger ledger = Ledger.open(file, NOW)) {
            ledger.append(List.of(bucket), List.of());
        }
        Files.createDirectory(directory.resolve("at rest?#.db-shm"));
        try (LedgerReader reader = LedgerReader.open(file)) {
            assertThat(Buckets.read(reader)).containsExactly(bucket);
        }
    }
}
