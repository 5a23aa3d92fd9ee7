package io.joulegram.agent.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import io.joulegram.power.SensorCorrection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sensors that read gain times the truth plus an offset, as boards were measured to (SC24, arXiv 2312.02741). */
class SensorCorrectionTest {
    private static final long MILLI = 1_000_000L;
    private static final long TICK = 100 * MILLI;
    private static final Channel COUNTER = Channel.energy(Domain.GPU, "0", Sensor.NVML_ENERGY, 1000, 0, 700, 0.05);
    private static final Channel POWER = Channel.power(Domain.GPU, "0", Sensor.NVML_INSTANT, 700, 0, 0.05);

    /** The meter after a minute of 100 and 500 W in turn, each for a second. */
    private static Meter measured(SensorCorrection correction, List<Channel> channels, long counterStepNanos) {
        List<Integer> indexes = channels.size() == 1 ? List.of(0) : List.of(0, 1);
        Meter meter = new Meter(Domain.GPU, "0", channels, indexes, TICK, null, correction);
        Readings readings = new Readings(channels.size());
        double joules = 0;
        double shown = 0;
        long before = 0;
        for (long now = TICK; now <= 60_000 * MILLI; now += TICK) {
            double watts = now / (1_000 * MILLI) % 2 == 0 ? 100 : 500;
            double read = correction.gain() * watts + correction.offsetWatts();
            joules += read * 0.1;
            shown = now % counterStepNanos == 0 ? joules : shown;
            readings.clear();
            for (int i = 0; i < channels.size(); i++) {
                boolean counter = channels.get(i).equals(COUNTER);
                readings.measured(i, now, Math.round(1e3 * (counter ? shown : read)));
            }
            meter.update(readings, now);
            assertThat(meter.curve().totalMicrojoules()).isGreaterThanOrEqualTo(before);
            before = meter.curve().totalMicrojoules();
        }
        return meter;
    }

    @ParameterizedTest
    @CsvSource({"0.954, -1.2", "1.045, -22.6", "0.944, 4.6", "0.9, 40", "1, 0"})
    void truthIsFoundFromCounterAndFromPower(double gain, double offsetWatts) {
        SensorCorrection correction = new SensorCorrection(gain, offsetWatts, 0.01);
        for (List<Channel> channels : List.of(List.of(COUNTER), List.of(POWER), List.of(COUNTER, POWER))) {
            Meter meter = measured(correction, channels, TICK);
            long elapsed = meter.curve().coveredUntilNanos() - meter.startNanos();
            assertThat(1e3 * meter.curve().totalMicrojoules() / elapsed)
                    .as(channels.toString())
                    .isCloseTo(300, within(5.0));
            assertThat(meter.streams().get(0).channel().gainUncertaintyRatio()).isEqualTo(0.01);
        }
    }

    @Test
    void counterOfCoarseStepsNeitherFallsNorDrifts() {
        Meter meter = measured(new SensorCorrection(1, 40, 0.01), List.of(COUNTER), 1_000 * MILLI);
        long elapsed = meter.curve().coveredUntilNanos() - meter.startNanos();
        assertThat(1e3 * meter.curve().totalMicrojoules() / elapsed).isCloseTo(300, within(9.0));
        assertThat(meter.counterResets()).isZero();
    }

    @Test
    void countIsToldForARestartOnlyWhereTimeDoesNotCount() {
        assertThat(measured(new SensorCorrection(0.954, 0, 0.01), List.of(COUNTER), TICK)
                        .countAt(30_000 * MILLI))
                .isPresent();
        assertThat(measured(new SensorCorrection(0.954, -1.2, 0.01), List.of(COUNTER), TICK)
                        .countAt(30_000 * MILLI))
                .isEmpty();
    }
}
