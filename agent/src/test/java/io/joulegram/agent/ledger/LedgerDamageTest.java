package io.joulegram.agent.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ledgers that were cut short, flipped in some bytes or overwritten in part: they are kept whole beside the new one, or go
 * on, or are refused, and never end up empty. {@code -Djoulegram.damages=200} tries as many as that.
 */
class LedgerDamageTest {
    private static final int DAMAGES = Integer.getInteger("joulegram.damages", 40);
    private static final Instant NOW = Instant.parse("2026-03-05T10:00:00Z");
    private static final int BUCKETS = 40;
    private static final int PAGE = 4096;

    @TempDir
    private Path directory;

    private final SplittableRandom minutes = new SplittableRandom(1);
    private byte[] whole = new byte[0];

    @BeforeEach
    void makeALedger() throws Exception {
        Path file = directory.resolve("whole.db");
        List<Bucket> buckets = new ArrayList<>();
        for (int i = 0; i < BUCKETS; i++) {
            buckets.add(Buckets.random(minutes, i * 60_000L));
        }
        try (Ledger ledger = Ledger.open(file, NOW)) {
            ledger.append(buckets, List.of());
        }
        whole = Files.readAllBytes(file);
    }

    @Test
    void keepsWhatWasThereWhateverIsDamaged() throws IOException {
        Map<String, Integer> outcomes = new TreeMap<>();
        for (long seed = 0; seed < DAMAGES; seed++) {
            Path file = Files.createDirectory(directory.resolve("" + seed)).resolve("ledger.db");
            byte[] damaged = damaged(new SplittableRandom(seed));
            Files.write(file, damaged);
            readAsAReportDoes(file);
            outcomes.merge(outcome(file, damaged, seed), 1, Integer::sum);
        }
        System.out.println(DAMAGES + " damaged ledgers: " + outcomes);
        assertThat(outcomes).containsKey("set aside");
    }

    private byte[] damaged(SplittableRandom random) {
        byte[] bytes = whole.clone();
        switch (random.nextInt(3)) {
            case 0 -> bytes = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length - 1));
            case 1 -> {
                int flips = 1 + random.nextInt(64);
                for (int i = 0; i < flips; i++) {
                    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            default -> {
                int from = random.nextInt(bytes.length / PAGE) * PAGE;
                for (int i = from; i < from + PAGE; i++) {
                    bytes[i] = (byte) random.nextInt();
                }
            }
        }
        return bytes;
    }

    /** What is damaged is read or refused; nothing else is thrown. */
    private static void readAsAReportDoes(Path file) {
        try (LedgerReader reader = LedgerReader.open(file)) {
            Buckets.read(reader);
        } catch (LedgerException e) {
            assertThat(e).hasMessageContaining("ledger.db");
        }
    }

    private String outcome(Path file, byte[] damaged, long seed) throws IOException {
        try (Ledger ledger = Ledger.open(file, NOW)) {
            if (ledger.setAside().isPresent()) {
                assertThat(ledger.setAside().orElseThrow()).as("seed %d", seed).hasSize(damaged.length);
                ledger.append(List.of(Buckets.random(minutes, 0)), List.of());
                return "set aside";
            }
            assertThat(Buckets.read(ledger.reader())).as("seed %d", seed).hasSize(BUCKETS);
            ledger.append(List.of(Buckets.random(minutes, 0)), List.of());
            return "goes on";
        } catch (LedgerException e) {
            assertThat(file).as("seed %d", seed).hasSize(damaged.length);
            return "refused";
        }
    }

    @Test
    void aFileCutToNothingIsSetAsideWithTheLogThatHoldsItsBuckets() throws Exception {
        Path file = directory.resolve("ledger.db");
        Path log = directory.resolve("ledger.db-wal");
        Files.createFile(file);
        Files.write(log, whole);
        try (Ledger ledger = Ledger.open(file, NOW)) {
            assertThat(ledger.setAside()).isPresent();
        }
        assertThat(directory.resolve("ledger.db.corrupt-20260305T100000Z-wal")).hasBinaryContent(whole);
    }

    @Test
    void tablesThatAreMissingAreADamage() throws Exception {
        Path file = directory.resolve("ledger.db");
        Files.write(file, whole);
        LedgerFiles.execute(file, "ALTER TABLE model_use RENAME TO mudel_use");
        assertThatThrownBy(() -> {
                    try (LedgerReader reader = LedgerReader.open(file)) {
                        Buckets.read(reader);
                    }
                })
                .isInstanceOf(LedgerException.class);
        try (Ledger ledger = Ledger.open(file, NOW)) {
            assertThat(ledger.setAside()).isPresent();
        }
    }
}
