package io.joulegram.agent.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.Sensor;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AveragingWindowTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECONDS_30 = 30_000 * MILLI;
    private static final Channel SAMPLES = Channel.power(Domain.GPU, "0", Sensor.NVML_SAMPLES, 700, 20 * MILLI, 0.05);
    private static final Channel AVERAGE = Channel.power(Domain.GPU, "0", Sensor.NVML_AVERAGE, 700, 0, 0.05);

    /** Picojoules up to a time under random steps of 30 to 900 ms between 100 and 700 W. */
    private static LongUnaryOperator load(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] until = new long[200];
        long[] milliwatts = new long[200];
        long at = 0;
        for (int i = 0; i < until.length; i++) {
            at += (30 + random.nextLong(870)) * MILLI;
            until[i] = at;
            milliwatts[i] = 100_000 + random.nextLong(600_000);
        }
        return nanos -> {
            long sum = 0;
            long from = 0;
            for (int i = 0; i < until.length && from < nanos; i++) {
                sum += (Math.min(nanos, until[i]) - from) * milliwatts[i];
                from = until[i];
            }
            return sum;
        };
    }

    private static SensorSeries sensor(Channel channel, LongUnaryOperator energy, long period, long window) {
        SensorSeries series = new SensorSeries(channel);
        for (long at = 2_000 * MILLI; at < SECONDS_30; at += 2 * MILLI) {
            long updated = at - at % period;
            series.add(at, (energy.applyAsLong(updated) - energy.applyAsLong(updated - window)) / window);
        }
        return series;
    }

    private static SensorSeries samples(LongUnaryOperator energy) {
        SensorSeries series = new SensorSeries(SAMPLES);
        for (long at = 2_000 * MILLI; at < SECONDS_30; at += 20 * MILLI) {
            series.add(at, (energy.applyAsLong(at) - energy.applyAsLong(at - 20 * MILLI)) / (20 * MILLI));
        }
        return series;
    }

    @ParameterizedTest
    @ValueSource(longs = {50, 100, 160, 500, 1000})
    void windowIsFoundUnderSteps(long millis) {
        for (long seed = 0; seed < 10; seed++) {
            LongUnaryOperator energy = load(seed);
            var learned = samples(energy)
                    .asReference()
                    .orElseThrow()
                    .of(sensor(AVERAGE, energy, 100 * MILLI, millis * MILLI))
                    .orElseThrow();
            assertThat(learned.windowNanos() / MILLI).as("seed %d", seed).isCloseTo(millis, within(millis / 10 + 10));
            assertThat(learned.isAtMost()).isFalse();
        }
    }

    @Test
    void windowShorterThanCanBeToldIsABound() {
        LongUnaryOperator energy = load(1);
        var learned = samples(energy)
                .asReference()
                .orElseThrow()
                .of(sensor(AVERAGE, energy, 100 * MILLI, 20 * MILLI))
                .orElseThrow();
        assertThat(learned.isAtMost()).isTrue();
        assertThat(learned.windowNanos()).isEqualTo(20 * MILLI);
    }

    @Test
    void windowStaysUnknownWithoutSteps() {
        LongUnaryOperator energy = nanos -> nanos * 300_000;
        assertThat(samples(energy).asReference().orElseThrow().of(sensor(AVERAGE, energy, 100 * MILLI, 1000 * MILLI)))
                .isEmpty();
    }

    @Test
    void windowStaysUnknownWhereNoneFits() {
        assertThat(samples(load(1)).asReference().orElseThrow().of(sensor(AVERAGE, load(2), 100 * MILLI, 100 * MILLI)))
                .isEmpty();
    }

    @Test
    void updatePeriodIsThatOfTheChanges() {
        SensorSeries series = sensor(AVERAGE, load(3), 100 * MILLI, 25 * MILLI);
        assertThat(series.updatePeriodNanos()).hasValue(100 * MILLI);
        assertThat(sensor(AVERAGE, nanos -> nanos * 300_000, 100 * MILLI, 25 * MILLI)
                        .updatePeriodNanos())
                .isEmpty();
    }
}
