package io.joulegram.agent.energy;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.Sensor;
import org.junit.jupiter.api.Test;

class PowerIntegratorTest {
    private static final long MILLI = 1_000_000L;

    private static PowerIntegrator integrator(long windowMillis) {
        return new PowerIntegrator(
                Channel.power(Domain.GPU, "0", Sensor.NVML_INSTANT, 700, windowMillis * MILLI, 0.05), 500 * MILLI);
    }

    @Test
    void isExactOnPowerThatRisesLinearly() {
        PowerIntegrator power = integrator(0);
        power.accept(0, 0);
        for (long i = 1; i <= 10; i++) {
            power.accept(i * 100 * MILLI, i * 10_000);
        }

        // 0 to 100 W over a second: 50 J.
        assertThat(power.microjoules()).isEqualTo(50_000_000);
    }

    @Test
    void addsNothingAcrossAGap() {
        PowerIntegrator power = integrator(0);
        power.accept(0, 100_000);

        assertThat(power.accept(501 * MILLI, 100_000)).isEqualTo(Step.GAP);
        assertThat(power.microjoules()).isZero();
        power.accept(601 * MILLI, 100_000);
        assertThat(power.microjoules()).isEqualTo(10_000_000);
    }

    @Test
    void rejectsWhatCannotBeTrue() {
        PowerIntegrator power = integrator(0);
        power.accept(0, 100_000);

        assertThat(power.accept(100 * MILLI, 4_294_967_295L)).isEqualTo(Step.REJECTED);
        assertThat(power.accept(100 * MILLI, -1)).isEqualTo(Step.REJECTED);
        assertThat(power.accept(0, 100_000)).isEqualTo(Step.REJECTED);
        power.accept(200 * MILLI, 100_000);
        assertThat(power.microjoules()).isEqualTo(20_000_000);
    }

    @Test
    void booksAnAverageInTheMiddleOfItsWindow() {
        PowerIntegrator power = integrator(1000);
        power.accept(2000 * MILLI, 100_000);

        assertThat(power.coveredUntilNanos()).isEqualTo(1500 * MILLI);
    }

    @Test
    void losesNoFractionsOfAMicrojoule() {
        PowerIntegrator power = integrator(0);
        power.accept(0, 333);
        for (long i = 1; i <= 1_000_000; i++) {
            power.accept(i * 1_000_003, 333);
        }

        assertThat(power.microjoules()).isEqualTo(333 * 1_000_003L * 1_000_000L / 1_000_000L);
    }
}
