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
        List<Long> bytes = bytesByDay(0, DAYS);

        assertThat(bytes.get(0)).isLessThan(MEGABYTE);
        assertThat((bytes.get(DAYS - 1) - bytes.get(0)) / (DAYS - 1)).isLessThan(MEGABYTE / 10);
    }

    @Test
    void twentyWorkloadsOfWhichHalfComeAndGoAddLessThanThreeMegabytesAndThenATenthOfOneADay() throws LedgerException {
        int days = 2;

        List<Long> bytes = bytesByDay(AgentConfig.defaults().ledger().workloads(), days);

        assertThat(bytes.get(0)).isLessThan(4 * MEGABYTE);
        assertThat((bytes.get(days - 1) - bytes.get(0)) / (days - 1)).isLessThan(MEGABYTE / 5);
    }

    private List<Long> bytesByDay(int workloads, int days) throws LedgerException {
        SplittableRandom random = new SplittableRandom(1);
        List<Long> bytes = new ArrayList<>();
        try (Ledger ledger = Ledger.open(directory.resolve("ledger.db"), START)) {
            for (int day = 0; day < days; day++) {
                for (int minute = 0; minute < MINUTES_OF_DAY; minute += 60) {
                    List<Bucket> buckets = new ArrayList<>();
                    for (int i = 0; i < 60; i++) {
                        long start = START.toEpochMilli() + (day * MINUTES_OF_DAY + minute + i) * MINUTE;
                        Bucket bucket = Buckets.typical(random, start);
                        buckets.add(workloads == 0 ? bucket : Buckets.withWorkloads(random, bucket, workloads));
                    }
                    ledger.append(buckets, List.of());
                    Instant now = START.plusMillis((day * MINUTES_OF_DAY + minute + 60) * MINUTE);
                    ledger.roll(
                            ZoneOffset.UTC,
                            now.minus(AgentConfig.defaults().ledger().keepMinutes()),
                            AgentConfig.defaults().ledger().workloads());
                    ledger.prune(Instant.EPOCH);
                }
                bytes.add(ledger.bytes());
            }
        }
        System.out.println("bytes of the ledger with " + workloads + " workloads at the end of each day: " + bytes);
        return bytes;
    }
}
