package io.joulegram.agent.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.agent.demo.Workload.Truth;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadTest {
    private static final long START = -77_000_000_123L;
    private static final long SECOND = 1_000_000_000L;
    private static final long PERIOD = 600 * SECOND;

    private final Workload workload = new Workload(START, 42);

    @Test
    void theEnergyOfAGpuIsTheIntegralOfItsPower() {
        long step = SECOND / 1000;
        for (int gpu = 0; gpu < Workload.GPUS; gpu++) {
            double microjoules = 0;
            for (long at = START; at < START + 130 * SECOND; at += step) {
                microjoules += workload.gpuWatts(gpu, at + step / 2) * 1e6 * step / SECOND;
            }

            double counted = workload.gpuMicrojoules(gpu, START + 130 * SECOND);
            assertThat(counted).isCloseTo(microjoules, within(1e-6 * microjoules));
        }
    }

    @Test
    void gpuEnergyIsIdleEnergyAndEnergyPerTokenTimesTokens() {
        // At the border of two slots of noise, nothing is rounded and the noise is zero.
        for (long at : new long[] {START + 7 * SECOND, START + 33 * SECOND / 10, START + PERIOD + 31 * SECOND}) {
            Truth truth = workload.between(START, at);

            assertThat(truth.gpuMicrojoules())
                    .isEqualTo(75L * 8 * ((at - START) / 1000)
                            + 150_000 * (truth.promptTokens() - truth.cachedPromptTokens())
                            + 500_000 * truth.generatedTokens());
            assertThat(truth.gpuIdleMicrojoules()).isEqualTo(75L * 8 * ((at - START) / 1000));
        }
    }

    @Test
    void tokensAndEnergyAgreeAtEveryInstantUpToRoundingAndNoise() {
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            long at = START + (long) (random.nextDouble() * PERIOD);
            Truth truth = workload.between(START, at);
            double expected = truth.gpuIdleMicrojoules()
                    + 150_000.0 * (truth.promptTokens() - truth.cachedPromptTokens())
                    + 500_000.0 * truth.generatedTokens();

            // One token of each kind and engine, and 2 W of noise on 8 GPUs for at most one slot.
            assertThat(truth.gpuMicrojoules() - expected).isBetween(-900_000.0, 2_200_000.0);
        }
    }

    @Test
    void countersNeverFallHoweverTheyAreRead() {
        neverFalls(at -> workload.promptTokens(0, at));
        neverFalls(at -> workload.cachedPromptTokens(1, at));
        neverFalls(at -> workload.generatedTokens(1, at));
        neverFalls(at -> workload.gpuMicrojoules(7, at));
        neverFalls(at -> workload.cpuMicrojoules(1, at));
        neverFalls(at -> workload.dramMicrojoules(0, at));
    }

    private static void neverFalls(LongUnaryOperator counter) {
        Random random = new Random(2);
        long at = START - SECOND;
        long before = 0;
        while (at < START + 2 * PERIOD) {
            long value = counter.applyAsLong(at);
            assertThat(value).isGreaterThanOrEqualTo(before);
            before = value;
            at += 1 + (long) (random.nextDouble() * SECOND / 2);
        }
        assertThat(before).isPositive();
    }

    @Test
    void theFirstFiveSecondsAreIdleAndThenWorkComes() {
        Truth first = workload.between(START, START + 5 * SECOND);
        Truth next = workload.between(START + 5 * SECOND, START + 10 * SECOND);

        assertThat(first.generatedTokens()).isZero();
        assertThat(first.promptTokens()).isZero();
        assertThat(first.gpuMicrojoules()).isEqualTo(first.gpuIdleMicrojoules());
        assertThat(next.generatedTokens()).isGreaterThan(1000);
    }

    @Test
    void nightsAreIdleAndNothingRunsWithoutRequests() {
        for (long at = START; at < START + PERIOD; at += SlotCounter.SLOT_NANOS) {
            Truth slot = workload.between(at, at + SlotCounter.SLOT_NANOS);
            int running = workload.requestsRunning(0, at) + workload.requestsRunning(1, at);
            if (running == 0) {
                assertThat(slot.generatedTokens() + slot.promptTokens()).isZero();
            }
        }
        for (int day = 0; day < 5; day++) {
            long midnight = START + (120L * day + 119) * SECOND;
            assertThat(workload.between(midnight, midnight + SECOND).generatedTokens())
                    .isZero();
            long noon = START + (120L * day + 60) * SECOND;
            assertThat(workload.between(noon, noon + SECOND).generatedTokens()).isZero();
        }
    }

    @Test
    void burstsMakeRequestsWait() {
        int longest = 0;
        for (long at = START; at < START + PERIOD; at += SlotCounter.SLOT_NANOS) {
            longest = Math.max(longest, workload.requestsWaiting(0, at));
        }

        assertThat(longest).isPositive();
    }

    @Test
    void powersAndEnergyPerTokenAreThoseOfA70bModelOnEightH100() {
        double highest = 0;
        for (long at = START; at < START + PERIOD; at += SlotCounter.SLOT_NANOS) {
            for (int gpu = 0; gpu < Workload.GPUS; gpu++) {
                double watts = workload.gpuWatts(gpu, at);
                assertThat(watts).isBetween(70.0, 700.0);
                highest = Math.max(highest, watts);
            }
        }
        assertThat(highest).isGreaterThan(500);
        Truth morning = workload.between(START + 5 * SECOND, START + 50 * SECOND);
        assertThat((double) morning.gpuMicrojoules() / morning.generatedTokens())
                .isBetween(0.5e6, 1.5e6);
    }

    @Test
    void theSameSeedIsTheSameWorldWheneverItStarts() {
        Workload later = new Workload(5 * SECOND, 42);
        Workload other = new Workload(5 * SECOND, 43);

        assertThat(later.between(6 * SECOND, 66 * SECOND))
                .isEqualTo(workload.between(START + SECOND, START + 61 * SECOND))
                .isNotEqualTo(other.between(6 * SECOND, 66 * SECOND));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 7, 1234567, Long.MAX_VALUE, Long.MIN_VALUE})
    void everySeedRunsDryByTheEndOfThePeriod(long seed) {
        assertThatCode(() -> new Workload(0, seed)).doesNotThrowAnyException();
    }
}
