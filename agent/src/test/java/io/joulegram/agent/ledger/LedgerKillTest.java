package io.joulegram.agent.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a process that writes to a ledger, again and again, at any instant: what it said was written is there, once, and
 * nothing is there in part. {@code -Djoulegram.kills=500} makes it as many as that.
 */
class LedgerKillTest {
    private static final int KILLS = Integer.getInteger("joulegram.kills", 12);

    @TempDir
    private Path directory;

    @Test
    void losesAndDoublesNothingWhenKilled() throws IOException, InterruptedException, LedgerException {
        SplittableRandom random = new SplittableRandom(42);
        Path file = directory.resolve("ledger.db");
        long said = -1;
        for (int kill = 0; kill < KILLS; kill++) {
            long afterBuckets = random.nextLong(60);
            long afterNanos = random.nextLong(4_000_000);
            said = Math.max(said, runAndKill(file, afterBuckets, afterNanos));
            assertHolds(file, said, kill);
        }
        System.out.println(KILLS + " kills, " + (said + 1) + " buckets said to be written");
    }

    /** Returns the number of the last bucket that the process said it had written. */
    private long runAndKill(Path file, long afterBuckets, long afterNanos) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LedgerVictim.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
        long last = -1;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (long i = 0; i <= afterBuckets; i++) {
                last = number(lines.readLine());
            }
            long deadline = System.nanoTime() + afterNanos;
            while (System.nanoTime() - deadline < 0) {
                Thread.onSpinWait();
            }
            // Of the handle, because that of the process closes its output too.
            process.toHandle().destroyForcibly();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                // The last line may be cut off.
                last = line.matches("[0-9]+") ? Math.max(last, Long.parseLong(line)) : last;
            }
        }
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return last;
    }

    private static long number(String line) {
        assertThat(line).as("what the process says").matches("[0-9]+");
        return Long.parseLong(line);
    }

    private static void assertHolds(Path file, long said, int kill) throws LedgerException {
        long[] sum = new long[1];
        long[] ofWorkloads = new long[1];
        long[] millis = new long[1];
        long newest;
        try (LedgerReader reader = LedgerReader.open(file)) {
            reader.forEach(Long.MIN_VALUE, Long.MAX_VALUE, bucket -> {
                sum[0] += bucket.devices().get(0).microjoules().orElseThrow();
                ofWorkloads[0] += bucket.workloads().stream()
                        .mapToLong(WorkloadUse::totalMicrojoules)
                        .sum();
                millis[0] += bucket.coveredMillis();
            });
            newest = reader.counters().get(0).count();
        }
        assertThat(newest).as("kill %d: newest bucket", kill).isGreaterThanOrEqualTo(said);
        assertThat(millis[0]).as("kill %d: time", kill).isEqualTo((newest + 1) * 60_000);
        assertThat(ofWorkloads[0]).as("kill %d: sum of workloads", kill).isEqualTo(sum[0]);
        assertThat(sum[0]).as("kill %d: sum of energies", kill).isEqualTo((newest + 1) * (newest + 2) / 2);
    }
}
