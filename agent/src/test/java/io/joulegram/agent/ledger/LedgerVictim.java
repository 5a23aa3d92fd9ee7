package io.joulegram.agent.ledger;

import io.joulegram.power.Component;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Writes one bucket after the other to a ledger, says the number of each once it is written, and rolls and prunes in
 * between, until it is killed.
 */
final class LedgerVictim {
    private static final long MINUTE = 60_000;

    private LedgerVictim() {}

    public static void main(String[] args) throws LedgerException {
        Path file = Path.of(args[0]);
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try (Ledger ledger = Ledger.open(file, Instant.EPOCH)) {
            if (ledger.setAside().isPresent()) {
                throw new IllegalStateException("the ledger was damaged");
            }
            long next = nextNumber(ledger);
            while (true) {
                ledger.append(List.of(bucket(next)), List.of(mark(next)));
                out.println(next);
                next++;
                if (next % 7 == 0) {
                    ledger.roll(ZoneOffset.UTC, Instant.ofEpochMilli(next * MINUTE - 30 * MINUTE), 2);
                    ledger.prune(Instant.EPOCH);
                }
            }
        }
    }

    /** The counter stands at the number of the newest bucket. */
    private static long nextNumber(Ledger ledger) throws LedgerException {
        List<CounterMark> marks = ledger.reader().counters();
        return marks.isEmpty() ? 0 : marks.get(0).count() + 1;
    }

    private static CounterMark mark(long number) {
        return new CounterMark(Component.GPU, "0", "nvml_energy", "boot", number, 1000, number);
    }

    /**
     * The energy of a bucket is its number plus one, so that the sum tells which are there; it is a job's that runs for
     * three minutes.
     */
    private static Bucket bucket(long number) {
        DeviceUse use = new DeviceUse(
                LedgerDevice.withoutFootprint(Component.GPU, "0"),
                "nvml_energy",
                OptionalLong.of(number + 1),
                0,
                0.05,
                0);
        return new Bucket(
                number * MINUTE,
                (number + 1) * MINUTE,
                MINUTE,
                Bucket.Kind.MINUTE,
                1,
                Map.of(),
                List.of(use),
                List.of(),
                List.of(new WorkloadUse(
                        LedgerWorkload.of("slurm_job", "" + number / 3), Map.of(Component.GPU, number + 1), 0)));
    }
}
