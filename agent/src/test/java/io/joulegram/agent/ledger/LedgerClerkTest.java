package io.joulegram.agent.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerClerkTest {
    private static final Instant NOW = Instant.parse("2026-03-05T10:00:30Z");
    private static final LedgerClerk.Retention RETENTION =
            new LedgerClerk.Retention(Duration.ofDays(2), Duration.ofDays(3650), ZoneOffset.UTC, 20);

    @TempDir
    private Path directory;

    private Path file;
    private final SplittableRandom random = new SplittableRandom(1);
    private final AtomicInteger opened = new AtomicInteger();

    @BeforeEach
    void path() {
        file = directory.resolve("ledger.db");
    }

    @Test
    void writesWhatItIsHanded() throws LedgerException {
        List<Bucket> buckets = List.of(bucket(0), bucket(1), bucket(2));
        try (LedgerClerk clerk = clerk()) {
            clerk.start();
            buckets.forEach(bucket -> clerk.offer(bucket, List.of()));
            await().until(() -> clerk.lagSeconds() == 0);
            assertThat(read()).containsExactlyElementsOf(buckets);
            assertThat(clerk.bytes()).isPositive();
        }
        assertThat(opened).hasValue(1);
        try (LedgerReader reader = LedgerReader.open(file)) {
            assertThat(reader.host()).hasValue("node1");
        }
    }

    @Test
    void writesWhatWaitsWhenItIsClosed() throws LedgerException {
        Bucket bucket = bucket(0);
        try (LedgerClerk clerk = clerk()) {
            clerk.start();
            clerk.offer(bucket, List.of());
        }
        assertThat(read()).containsExactly(bucket);
    }

    @Test
    void givesTheLedgerOfAnEarlierRunBeforeItWrites() throws LedgerException {
        Bucket earlier = bucket(0);
        try (Ledger ledger = Ledger.open(file, NOW)) {
            ledger.append(List.of(earlier), List.of());
        }
        AtomicInteger found = new AtomicInteger();
        try (LedgerClerk clerk = new LedgerClerk(file, "node1", RETENTION, InstantSource.fixed(NOW), reader -> {
            try {
                found.set(Buckets.read(reader).size());
            } catch (LedgerException e) {
                throw new IllegalStateException(e);
            }
        })) {
            clerk.offer(bucket(1), List.of());
            clerk.start();
        }
        assertThat(found).hasValue(1);
        assertThat(read()).hasSize(2);
    }

    @Test
    void keepsWhatCannotBeWrittenAndSaysSo() throws IOException, LedgerException {
        Files.createDirectory(file);
        Bucket bucket = bucket(0);
        try (LedgerClerk clerk = clerk()) {
            clerk.start();
            clerk.offer(bucket, List.of());
            await().until(clerk::isFailing);
            assertThat(clerk.lagSeconds()).isEqualTo(30);
            for (int i = 1; i < 60; i++) {
                clerk.offer(bucket(i), List.of());
            }
            assertThat(clerk.isBehind()).isTrue();
            Files.delete(file);
        }
        assertThat(read()).hasSize(60).startsWith(bucket);
    }

    @Test
    void beginsANewFileWhenItsOwnIsRemoved() throws IOException, LedgerException {
        Bucket second = bucket(1);
        try (LedgerClerk clerk = clerk()) {
            clerk.start();
            clerk.offer(bucket(0), List.of());
            await().until(() -> clerk.lagSeconds() == 0);
            Files.delete(file);
            clerk.offer(second, List.of());
            await().until(clerk::isFailing);
        }
        assertThat(read()).containsExactly(second);
    }

    @Test
    void keepsADamagedFileAndGoesOn() throws IOException, LedgerException {
        Files.writeString(file, "no ledger at all ".repeat(500));
        Bucket bucket = bucket(0);
        try (LedgerClerk clerk = clerk()) {
            clerk.start();
            clerk.offer(bucket, List.of());
            await().until(() -> clerk.lagSeconds() == 0);
        }
        assertThat(read()).containsExactly(bucket);
        assertThat(directory.resolve("ledger.db.corrupt-20260305T100030Z")).hasSize(8_500);
    }

    @Test
    void waitsForADirectoryThatWentAway() throws IOException, LedgerException {
        Path inside = Files.createDirectory(directory.resolve("state"));
        file = inside.resolve("ledger.db");
        Path moved = directory.resolve("moved");
        Bucket first = bucket(0);
        Bucket second = bucket(1);
        try (LedgerClerk clerk = clerk()) {
            clerk.start();
            clerk.offer(first, List.of());
            await().until(() -> clerk.lagSeconds() == 0);
            Files.move(inside, moved);
            clerk.offer(second, List.of());
            await().until(clerk::isFailing);
            Files.move(moved, inside);
        }
        assertThat(read()).containsExactly(first, second);
    }

    private LedgerClerk clerk() {
        return new LedgerClerk(file, "node1", RETENTION, InstantSource.fixed(NOW), reader -> opened.incrementAndGet());
    }

    /** The minutes end with the present one. */
    private Bucket bucket(int minute) {
        return Buckets.random(random, NOW.toEpochMilli() - 30_000 + minute * 60_000L);
    }

    private List<Bucket> read() throws LedgerException {
        try (LedgerReader reader = LedgerReader.open(file)) {
            return Buckets.read(reader);
        }
    }
}
