package io.joulegram.agent.energy;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Devices of random sensor gain under random load that steps every 30 to 90 ms, as decoding does: the true energy lies within
 * twice the published uncertainty in 95 of 100 runs.
 */
class PublishedUncertaintyTest {
    private static final long MILLI = 1_000_000L;
    private static final long START = 5_000 * MILLI;
    private static final int RUNS = 400;
    private static final double GAIN = 0.05;
    /** 95.4 % of a normal distribution lie within two standard deviations; less five of its own standard errors at most. */
    private static final double LEAST_RATE = 0.90;

    private static final Channel COUNTER = Channel.energy(Domain.GPU, "0", Sensor.NVML_ENERGY, 1000, 0, 700, GAIN);
    private static final Channel AVERAGE =
            Channel.power(Domain.GPU, "0", Sensor.NVML_AVERAGE, 700, 1_000 * MILLI, GAIN);
    private static final Channel PART_TIME = Channel.power(Domain.GPU, "0", Sensor.NVML_INSTANT, 700, 25 * MILLI, GAIN);
    private static final Channel EXACT_PART_TIME =
            Channel.power(Domain.GPU, "0", Sensor.NVML_INSTANT, 700, 25 * MILLI, 0);

    /** The load of one run, known exactly. */
    private static final class Load {
        final long[] until;
        final long[] milliwatts;
        final long[] cumulative;

        Load(SplittableRandom random, long nanos) {
            int steps = (int) (nanos / (30 * MILLI)) + 1;
            until = new long[steps];
            milliwatts = new long[steps];
            cumulative = new long[steps + 1];
            long at = 0;
            for (int i = 0; i < steps; i++) {
                long from = at;
                at += (30 + random.nextLong(60)) * MILLI;
                until[i] = at;
                milliwatts[i] = 100_000 + random.nextLong(600_000);
                cumulative[i + 1] = cumulative[i] + (at - from) * milliwatts[i];
            }
        }

        /** Picojoules. */
        long energy(long nanos) {
            int low = 0;
            int high = until.length - 1;
            while (low < high) {
                int middle = (low + high) / 2;
                if (until[middle] < nanos) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return cumulative[low + 1] - (until[low] - nanos) * milliwatts[low];
        }

        double mean(long from, long until) {
            return (double) (energy(until) - energy(from)) / (until - from);
        }
    }

    private record Result(double errorRatio, double uncertaintyRatio) {}

    private static Result run(long seed, long seconds, double sensorGain, List<Channel> channels) {
        SplittableRandom random = new SplittableRandom(seed);
        double gain = 1 + sensorGain * normal(random);
        Load load = new Load(random, START + (seconds + 2) * 1_000 * MILLI);
        long phase = random.nextLong(100) * MILLI;
        Meter meter = new Meter(
                Domain.GPU,
                "0",
                channels,
                IntStream.range(0, channels.size()).boxed().toList(),
                20 * MILLI,
                null);
        Readings readings = new Readings(channels.size());
        long now = START;
        for (; now < START + seconds * 1_000 * MILLI; now += 20 * MILLI) {
            readings.clear();
            long updated = now - Math.floorMod(now - phase, 100 * MILLI);
            for (int i = 0; i < channels.size(); i++) {
                Channel channel = channels.get(i);
                double value = channel.equals(COUNTER)
                        ? load.energy(updated) * 1e-9
                        : load.mean(updated - channel.windowNanos(), updated);
                readings.measured(i, now, Math.round(gain * value));
            }
            meter.update(readings, now);
        }
        long from = meter.startNanos();
        long until = meter.curve().coveredUntilNanos();
        double truth = 1e-6 * (load.energy(until) - load.energy(from));
        return new Result(
                meter.curve().totalMicrojoules() / truth - 1, meter.uncertaintyRatio(meter.bestStream(), now));
    }

    private static double normal(SplittableRandom random) {
        return Math.sqrt(-2 * Math.log(1 - random.nextDouble())) * Math.cos(2 * Math.PI * random.nextDouble());
    }

    private static double rateWithinTwice(long seconds, double gain, List<Channel> channels) {
        int within = 0;
        for (long seed = 0; seed < RUNS; seed++) {
            Result result = run(seed, seconds, gain, channels);
            within += Math.abs(result.errorRatio()) <= 2 * result.uncertaintyRatio() ? 1 : 0;
        }
        return (double) within / RUNS;
    }

    @Test
    void truthLiesWithinTwiceThePublishedUncertainty() {
        assertThat(rateWithinTwice(30, GAIN, List.of(COUNTER, AVERAGE, PART_TIME)))
                .isBetween(LEAST_RATE, 0.99);
        assertThat(rateWithinTwice(30, GAIN, List.of(AVERAGE, PART_TIME))).isBetween(LEAST_RATE, 0.99);
        assertThat(rateWithinTwice(30, GAIN, List.of(PART_TIME))).isBetween(LEAST_RATE, 0.99);
    }

    /** With a sensor whose gain is exact, only what it does not see is left. */
    @Test
    void coverageIsNeitherForgottenNorInventedWhereItIsAllThatErrs() {
        assertThat(rateWithinTwice(10, 0, List.of(EXACT_PART_TIME))).isBetween(LEAST_RATE, 1.0);
        assertThat(run(1, 10, 0, List.of(EXACT_PART_TIME)).uncertaintyRatio()).isBetween(0.01, 0.08);
        assertThat(run(1, 40, 0, List.of(EXACT_PART_TIME)).uncertaintyRatio())
                .isLessThan(0.7 * run(1, 10, 0, List.of(EXACT_PART_TIME)).uncertaintyRatio());
    }

    /** What a script does: asks for the power now and then and takes it for all the time since. */
    private static double pollingErrorRatio(long seed, long seconds, long everyMillis) {
        SplittableRandom random = new SplittableRandom(seed);
        random.nextDouble();
        Load load = new Load(random, START + (seconds + 2) * 1_000 * MILLI);
        long phase = random.nextLong(100) * MILLI;
        long until = START + seconds * 1_000 * MILLI;
        double picojoules = 0;
        for (long now = START; now < until; now += everyMillis * MILLI) {
            long updated = now - Math.floorMod(now - phase, 100 * MILLI);
            picojoules += load.mean(updated - 25 * MILLI, updated) * everyMillis * MILLI;
        }
        return picojoules / (load.energy(until) - load.energy(START)) - 1;
    }

    private static double rootMeanSquare(LongToDoubleFunction errorOfSeed) {
        return Math.sqrt(LongStream.range(0, RUNS)
                .mapToDouble(errorOfSeed)
                .map(error -> error * error)
                .average()
                .orElseThrow());
    }

    @Test
    void ruleIsBetterThanPolling() {
        long seconds = 20;
        double counted = rootMeanSquare(
                seed -> run(seed, seconds, 0, List.of(COUNTER, EXACT_PART_TIME)).errorRatio());
        double seen = rootMeanSquare(
                seed -> run(seed, seconds, 0, List.of(EXACT_PART_TIME)).errorRatio());
        double everySecond = rootMeanSquare(seed -> pollingErrorRatio(seed, seconds, 1_000));
        double everyFive = rootMeanSquare(seed -> pollingErrorRatio(seed, seconds, 5_000));
        System.out.printf(
                "error over %d s of steps of 30 to 90 ms: counter %.3f %%, part-time sensor %.2f %%, polled each second %.2f %%,"
                        + " each five seconds %.2f %%%n",
                seconds, 100 * counted, 100 * seen, 100 * everySecond, 100 * everyFive);
        assertThat(counted).isLessThan(0.005);
        assertThat(seen).isGreaterThan(counted).isLessThan(everySecond / 2);
        assertThat(everyFive).isGreaterThan(everySecond);
    }

    @Test
    void counterIsRightWithinOnePercentAndThePartTimeSensorIsWorse() {
        double counted = 0;
        double seen = 0;
        for (long seed = 0; seed < 100; seed++) {
            counted = Math.max(
                    counted,
                    Math.abs(run(seed, 60, 0, List.of(COUNTER, PART_TIME)).errorRatio()));
            seen = Math.max(seen, Math.abs(run(seed, 60, 0, List.of(PART_TIME)).errorRatio()));
        }
        assertThat(counted).isLessThan(0.01);
        assertThat(seen).isGreaterThan(counted);
    }
}
