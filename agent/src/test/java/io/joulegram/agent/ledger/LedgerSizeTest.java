package io.joulegram.agent.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.config.AgentConfig;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much disk a host with eight GPUs, two sockets and four models takes at default settings. */
class LedgerSizeTest {
    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final long MINUTE = 60_000;
    private static final long MINUTES_OF_DAY = 1_440;
    private static final int DAYS = 8;
    private static final long MEGABYTE = 1_000_000;

    @TempDir
    private Path directory;

    @Test
    void growsByLessThanAMegabyteADay() throws LedgerException {
        SplittableRandom random = new SplittableRandom(1);
        List<Long> bytes = new ArrayList<>();
        try (Ledger ledger = Ledger.open(directory.resolve("ledger.db"), START)) {
            for (int day = 0; day < DAYS; day++) {
                for (int minute = 0; minute < MINUTES_OF_DAY; minute += 60) {
                    List<Bucket> buckets = new ArrayList<>();
                    for (int i = 0; i < 60; i++) {
                        long start = START.toEpochMilli() + (day * MINUTES_OF_DAY + minute + i) * MINUTE;
                        buckets.add(Buckets.typical(random, start));
                    }
                    ledger.append(buckets, List.of());
                    Instant now = START.plusMillis((day * MINUTES_OF_DAY + minute + 60) * MINUTE);
                    ledger.roll(
                            ZoneOffset.UTC,
                            now.minus(AgentConfig.defaults().ledger().keepMinutes()));
                }
                bytes.add(ledger.bytes());
            }
        }
        System.out.println("bytes of the ledger at the end of each day: " + bytes);
        assertThat(bytes.get(0)).isLessThan(MEGABYTE);
        assertThat((bytes.get(DAYS - 1) - bytes.get(0)) / (DAYS - 1)).isLessThan(MEGABYTE / 10);
    }
}
