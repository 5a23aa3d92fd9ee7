package io.joulegram.agent.energy;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.Sensor;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CounterIntegratorTest {
    private static final long SECOND = 1_000_000_000L;

    /** Microjoule counts, 300 W at most, wrapping at 1 kJ. */
    private static CounterIntegrator wrapping(long modulus) {
        return new CounterIntegrator(Channel.energy(Domain.CPU, "0", Sensor.RAPL_POWERCAP, 1, modulus, 300, 0.05));
    }

    /** Millijoule counts, 700 W at most, never wrapping. */
    private static CounterIntegrator millijoules() {
        return new CounterIntegrator(Channel.energy(Domain.GPU, "0", Sensor.NVML_ENERGY, 1000, 0, 700, 0.05));
    }

    @Test
    void takesTheFirstValueAsABaseline() {
        CounterIntegrator counter = millijoules();

        assertThat(counter.accept(SECOND, 123_456_789)).isEqualTo(Step.BASELINE);
        assertThat(counter.microjoules()).isZero();
    }

    @Test
    void sumsRises() {
        CounterIntegrator counter = millijoules();
        counter.accept(SECOND, 1_000_000);

        assertThat(counter.accept(2 * SECOND, 1_500_000)).isEqualTo(Step.ADVANCED);
        assertThat(counter.microjoules()).isEqualTo(500_000_000);
        assertThat(counter.coveredUntilNanos()).isEqualTo(2 * SECOND);
    }

    @Test
    void followsAWrap() {
        CounterIntegrator counter = wrapping(1_000_000_000);
        counter.accept(SECOND, 999_999_990);

        assertThat(counter.accept(2 * SECOND, 5)).isEqualTo(Step.ADVANCED);
        assertThat(counter.microjoules()).isEqualTo(15);
    }

    @Test
    void takesAFallThatNoWrapExplainsForAReset() {
        CounterIntegrator counter = wrapping(262_143_328_851L);
        counter.accept(SECOND, 50_000_000_000L);

        assertThat(counter.accept(2 * SECOND, 100)).isEqualTo(Step.EPOCH);
        assertThat(counter.microjoules()).isZero();
        counter.accept(3 * SECOND, 1_000_100);
        assertThat(counter.microjoules()).isEqualTo(1_000_000);
    }

    @Test
    void doesNotGuessHowOftenItWrappedInALongGap() {
        CounterIntegrator counter = wrapping(1_000_000_000);
        counter.accept(0, 0);

        assertThat(counter.accept(10 * SECOND, 500_000_000)).isEqualTo(Step.EPOCH);
        assertThat(counter.microjoules()).isZero();
    }

    @Test
    void losesNothingToASingleWildValue() {
        CounterIntegrator counter = millijoules();
        counter.accept(SECOND, 1_000_000);

        assertThat(counter.accept(SECOND + SECOND / 10, Long.MAX_VALUE)).isEqualTo(Step.REJECTED);
        assertThat(counter.accept(SECOND + SECOND / 5, 1_060_000)).isEqualTo(Step.ADVANCED);
        assertThat(counter.microjoules()).isEqualTo(60_000_000);
    }

    @Test
    void startsAnEpochWhenValuesStayElsewhere() {
        CounterIntegrator counter = millijoules();
        counter.accept(SECOND, 1_000_000);
        Step last = Step.BASELINE;
        for (long i = 1; i <= 3; i++) {
            last = counter.accept(SECOND + i * SECOND / 10, 900_000_000 + i * 10_000);
        }

        assertThat(last).isEqualTo(Step.EPOCH);
        assertThat(counter.microjoules()).isZero();
    }

    @Test
    void acceptsACounterThatIsUpdatedSlowly() {
        CounterIntegrator counter = millijoules();
        counter.accept(SECOND, 0);

        // 100 ms of 700 W at once, 10 ms after the value before.
        assertThat(counter.accept(SECOND + SECOND / 100, 70_000)).isEqualTo(Step.ADVANCED);
    }

    @Test
    void interruptionMakesTheNextValueABaseline() {
        CounterIntegrator counter = millijoules();
        counter.accept(SECOND, 1_000);
        counter.interrupt();

        assertThat(counter.accept(2 * SECOND, 400_000)).isEqualTo(Step.BASELINE);
        assertThat(counter.microjoules()).isZero();
    }

    @Test
    void isExactUnderAnyScheduleOfReadsAndWraps() {
        for (long seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            long modulus = random.nextLong(400_000_000, 4_294_967_296L);
            CounterIntegrator counter = wrapping(modulus);
            long now = 0;
            long trueMicrojoules = random.nextLong(modulus);
            counter.accept(now, trueMicrojoules % modulus);
            long start = trueMicrojoules;
            for (int i = 0; i < 500; i++) {
                long elapsed = random.nextLong(1_000_000, 700_000_000);
                now += elapsed;
                trueMicrojoules += (long) (random.nextDouble() * 300 * elapsed * 1e-3);
                counter.accept(now, trueMicrojoules % modulus);
            }
            assertThat(counter.microjoules()).as("seed %d", seed).isEqualTo(trueMicrojoules - start);
        }
    }

    @Test
    void neverFallsAndNeverInventsEnergyWhateverItReads() {
        for (long seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            CounterIntegrator counter = random.nextBoolean() ? millijoules() : wrapping(4_294_967_296L);
            double maxWatts = 700 * CounterIntegrator.PLAUSIBLE_EXCESS;
            long now = 0;
            long before = 0;
            for (int i = 0; i < 300; i++) {
                now += random.nextLong(1_000_000, 2_000_000_000);
                counter.accept(now, random.nextInt(4) == 0 ? random.nextLong() : random.nextLong(100_000_000));
                assertThat(counter.microjoules()).as("seed %d", seed).isGreaterThanOrEqualTo(before);
                before = counter.microjoules();
            }
            double slack = 300 * maxWatts * CounterIntegrator.STEP_ALLOWANCE_NANOS * 1e-3;
            assertThat((double) before).as("seed %d", seed).isLessThanOrEqualTo(maxWatts * now * 1e-3 + slack);
        }
    }
}
