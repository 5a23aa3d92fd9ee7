package io.joulegram.agent.energy;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.Sensor;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SamplingScheduleTest {
    private static final long MILLI = 1_000_000L;
    private static final double PERIOD = 1.7e9;
    private static final double BUSY = 0.37 * PERIOD;

    @Test
    void staysOnItsGridHoweverLateTicksAre() {
        SamplingSchedule schedule = new SamplingSchedule(100 * MILLI, false, 0);
        for (long i = 0; i < 1000; i++) {
            assertThat(schedule.deadlineNanos()).isEqualTo(i * 100 * MILLI);
            schedule.advance(schedule.deadlineNanos() + 99 * MILLI);
        }

        assertThat(schedule.missedTicks()).isZero();
    }

    @Test
    void countsIntervalsThatWentBy() {
        SamplingSchedule schedule = new SamplingSchedule(100 * MILLI, false, 0);
        schedule.advance(350 * MILLI);

        assertThat(schedule.missedTicks()).isEqualTo(2);
        assertThat(schedule.deadlineNanos()).isEqualTo(300 * MILLI);
    }

    @Test
    void dithersWithinTheInterval() {
        SamplingSchedule schedule = new SamplingSchedule(100 * MILLI, true, 0);
        for (long i = 0; i < 1000; i++) {
            assertThat(schedule.deadlineNanos()).isBetween(i * 100 * MILLI, (i + 1) * 100 * MILLI);
            schedule.advance(schedule.deadlineNanos());
        }
    }

    @Test
    void ditherKeepsTheErrorOfASquareWaveBelowOnePercent() {
        SplittableRandom random = new SplittableRandom(7);
        for (int run = 0; run < 200; run++) {
            double phase = random.nextDouble() * PERIOD;
            assertThat(error(20 * MILLI, true, phase)).as("phase %f", phase).isBetween(-0.01, 0.01);
        }
    }

    @Test
    void aFixedPhaseAtTheDefaultIntervalWouldNotDo() {
        double worst = 0;
        for (int step = 0; step < 17; step++) {
            worst = Math.max(worst, Math.abs(error(100 * MILLI, false, step * PERIOD / 170)));
        }

        assertThat(worst).isGreaterThan(0.02);
    }

    /** The relative error of 20.4 s, twelve periods, of a wave of 75 and 620 W read by an instantaneous sensor. */
    private static double error(long intervalNanos, boolean dithered, double phase) {
        SamplingSchedule schedule = new SamplingSchedule(intervalNanos, dithered, 0);
        PowerIntegrator power = new PowerIntegrator(
                Channel.power(Domain.GPU, "0", Sensor.NVML_INSTANT, 700, 0, 0.05), 5 * intervalNanos);
        long first = schedule.deadlineNanos();
        long last = first;
        while (last - first < 12 * PERIOD) {
            last = schedule.deadlineNanos();
            power.accept(last, (last + phase) % PERIOD < BUSY ? 620_000 : 75_000);
            schedule.advance(last);
        }
        double truth = energy(last + phase) - energy(first + phase);
        return power.microjoules() / truth - 1;
    }

    private static double energy(double nanos) {
        double periods = Math.floor(nanos / PERIOD);
        double rest = nanos - periods * PERIOD;
        double busy = periods * BUSY + Math.min(rest, BUSY);
        return 1e-3 * (75 * nanos + 545 * busy);
    }
}
