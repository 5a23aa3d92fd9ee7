package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.joulegram.agent.ledger.Bucket;
import io.joulegram.agent.ledger.DeviceUse;
import io.joulegram.agent.ledger.LedgerReader;
import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.nvml.SquareWave;
import io.joulegram.nvml.StandInDriver;
import io.joulegram.nvml.StandInGpu;
import io.joulegram.power.Component;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The ledger of an agent that is killed and started again, against the truth of the GPU and of a trace of intensities
 * that change every few seconds.
 */
class LedgerIT {
    private static final int STEP_SECONDS = 3;
    private static final int STEPS = 100;

    @TempDir
    Path directory;

    @Test
    void holdsTheTruthOverAKillAndARestart() throws Exception {
        NvmlStandIn gpus = NvmlStandIn.create(directory.resolve("nvml"), StandInDriver.R580, 1);
        // Of a short period, because the energy of the time without an agent is spread evenly over it.
        gpus.gpu(0).waveform(new SquareWave(200_000, 600_000, 300_000_000L, 150_000_000L, 0));
        Path sysfs = Files.createDirectory(directory.resolve("sys"));
        Instant begin = Instant.now().minusSeconds(10);
        Path ledger = directory.resolve("state/ledger.db");
        Path config = configuration(begin, ledger);
        AgentCommand command = AgentCommand.run()
                .with("--config", config.toString())
                .sysfs(sysfs)
                .gpus(gpus)
                .noServer();
        try (AgentProcess first = command.start()) {
            first.address();
            await().atMost(Duration.ofSeconds(30)).until(() -> buckets(ledger).size() >= 3);
            first.kill();
        }
        Thread.sleep(4_000);
        try (AgentProcess second = command.start()) {
            second.address();
            try (AgentProcess third = command.start()) {
                assertThat(third.awaitExit()).isEqualTo(1);
                assertThat(third.log()).contains("is in use by another agent, process ");
            }
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> second.metrics().sum("joulegram_energy_backfilled_joules_total") > 0);
            assertThat(second.metrics().sum("joulegram_carbon_budget_used_grams"))
                    .isPositive();
            int written = buckets(ledger).size();
            await().atMost(Duration.ofSeconds(30)).until(() -> buckets(ledger).size() >= written + 3);
            second.terminate();
            assertThat(second.awaitExit()).isEqualTo(AgentProcess.ENDED_BY_SIGTERM);
        }
        assertHoldsTruth(buckets(ledger), gpus.gpu(0), begin);
    }

    private Path configuration(Instant begin, Path ledger) throws Exception {
        StringBuilder trace = new StringBuilder("from,until,g_per_kwh\n");
        for (int i = 0; i < STEPS; i++) {
            Instant from = begin.plusSeconds((long) i * STEP_SECONDS);
            trace.append(from)
                    .append(',')
                    .append(from.plusSeconds(STEP_SECONDS))
                    .append(',')
                    .append(gramsPerKwh(i))
                    .append('\n');
        }
        Path file = Files.writeString(directory.resolve("trace.csv"), trace);
        return Files.writeString(directory.resolve("joulegram.yaml"), """
                grid: {providers: [trace], trace-file: %s}
                ledger.path: %s
                budgets: [{name: site, limit: 5kg, period: day}]
                estimate.enabled: false
                """.formatted(file, ledger));
    }

    private static double gramsPerKwh(long step) {
        return 100 + 100.0 * (step % 5);
    }

    private static List<Bucket> buckets(Path ledger) throws Exception {
        List<Bucket> buckets = new ArrayList<>();
        if (Files.exists(ledger)) {
            try (LedgerReader reader = LedgerReader.open(ledger)) {
                reader.forEach(Long.MIN_VALUE, Long.MAX_VALUE, buckets::add);
            }
        }
        return buckets;
    }

    private static void assertHoldsTruth(List<Bucket> buckets, StandInGpu gpu, Instant begin) {
        // One pair of readings ties the two clocks together.
        long millisOfZero = System.currentTimeMillis() - System.nanoTime() / 1_000_000;
        long microjoules = 0;
        double grams = 0;
        // In the first bucket the counter is not known before its first reading, whenever that is.
        for (int i = 1; i < buckets.size(); i++) {
            Bucket bucket = buckets.get(i);
            assertThat((double) bucket.startMillis())
                    .as("begin of bucket %d", i)
                    .isCloseTo((double) buckets.get(i - 1).endMillis(), within(100.0));
            long energy = bucket.devices().stream()
                    .filter(use -> use.device().component() == Component.GPU)
                    .map(DeviceUse::microjoules)
                    .mapToLong(known -> known.orElse(0))
                    .sum();
            microjoules += energy;
            grams += bucket.intensities().get("location").grams(energy);
        }
        assertThat(buckets).anyMatch(bucket -> bucket.kind() == Bucket.Kind.BACKFILL);
        long startNanos = (buckets.get(1).startMillis() - millisOfZero) * 1_000_000;
        long endNanos = (buckets.get(buckets.size() - 1).endMillis() - millisOfZero) * 1_000_000;
        double truth = gpu.energyMicrojoules(endNanos) - gpu.energyMicrojoules(startNanos);
        double trueGrams = grams(gpu, begin, millisOfZero, startNanos, endNanos);
        System.out.printf(
                "LedgerIT: energy %+.3f %%, grams %+.3f %% over %.1f s with a kill%n",
                100 * (microjoules / truth - 1), 100 * (grams / trueGrams - 1), (endNanos - startNanos) / 1e9);
        // A cut is known to a few milliseconds, the wall clock to one, and the rise between two readings is taken as
        // even.
        assertThat((double) microjoules).as("energy").isCloseTo(truth, within(0.005 * truth));
        assertThat(grams).as("grams").isCloseTo(trueGrams, within(0.01 * trueGrams));
    }

    private static double grams(StandInGpu gpu, Instant begin, long millisOfZero, long startNanos, long endNanos) {
        double grams = 0;
        for (int i = 0; i < STEPS; i++) {
            long from = Math.max(startNanos, nanos(begin, i, millisOfZero));
            long until = Math.min(endNanos, nanos(begin, i + 1, millisOfZero));
            if (from < until) {
                grams += (gpu.energyMicrojoules(until) - gpu.energyMicrojoules(from)) / 3.6e12 * gramsPerKwh(i);
            }
        }
        return grams;
    }

    private static long nanos(Instant begin, int step, long millisOfZero) {
        return (begin.plusSeconds((long) step * STEP_SECONDS).toEpochMilli() - millisOfZero) * 1_000_000;
    }
}
