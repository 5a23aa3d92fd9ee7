package io.joulegram.agent.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ledgers that somebody else prepared. */
class HostileLedgerTest {
    private static final Instant NOW = Instant.parse("2026-03-05T10:00:00Z");

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void makeALedger() throws LedgerException {
        file = directory.resolve("ledger.db");
        try (Ledger ledger = Ledger.open(file, NOW)) {
            ledger.append(List.of(Buckets.random(new SplittableRandom(1), NOW.toEpochMilli())), List.of());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TRIGGER sweep AFTER INSERT ON bucket BEGIN DELETE FROM bucket; END",
                "ALTER TABLE bucket RENAME TO old;; CREATE VIEW bucket AS WITH RECURSIVE n(id, start_ms) AS"
                        + " (SELECT 1, 1 UNION ALL SELECT id, start_ms FROM n) SELECT * FROM n",
                "ALTER TABLE grid RENAME TO old;; CREATE VIRTUAL TABLE Grid USING fts5(zone)",
            })
    void whatRunsByItselfIsRefusedAndLeft(String commands) throws Exception {
        LedgerFiles.execute(file, commands.split(";; ", -1));
        byte[] before = Files.readAllBytes(file);
        assertRefused(() -> Ledger.open(file, NOW), "which no ledger has");
        assertRefused(() -> LedgerReader.open(file), "which no ledger has");
        assertThat(file).hasBinaryContent(before);
    }

    @Test
    void aViewThatSomebodyAddedForTheirOwnUseIsLeft() throws Exception {
        LedgerFiles.execute(file, "CREATE VIEW total AS SELECT sum(energy_uj) FROM device_use");
        try (Ledger ledger = Ledger.open(file, NOW)) {
            assertThat(Buckets.read(ledger.reader())).hasSize(1);
        }
        readAll();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void aVersionThatIsNoneIsRefused(int version) throws Exception {
        LedgerFiles.execute(file, "PRAGMA user_version = " + version);
        assertRefused(() -> Ledger.open(file, NOW), "version " + version);
        assertRefused(() -> LedgerReader.open(file), "version " + version);
    }

    @Test
    void aNameOfAGigabyteIsNotRead() throws Exception {
        LedgerFiles.execute(file, "UPDATE device SET origin = CAST(zeroblob(20000000) AS TEXT) WHERE id = 1");
        assertRefused(this::readAll, "too big");
    }

    @ParameterizedTest
    @ValueSource(strings = {"end_ms = start_ms - 1", "covered_ms = -1", "kind = 7"})
    void aBucketThatCannotBeIsNamed(String change) throws Exception {
        LedgerFiles.execute(file, "PRAGMA ignore_check_constraints = ON", "UPDATE bucket SET " + change);
        assertRefused(this::readAll, "bucket 1 is damaged");
    }

    private void readAll() throws LedgerException {
        try (LedgerReader reader = LedgerReader.open(file)) {
            Buckets.read(reader);
        }
    }

    private static void assertRefused(ThrowingCallable work, String why) {
        assertThatThrownBy(work)
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("ledger.db")
                .hasMessageContaining(why);
    }
}
