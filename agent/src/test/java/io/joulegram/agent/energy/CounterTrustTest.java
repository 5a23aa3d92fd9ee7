package io.joulegram.agent.energy;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A counter that begins to count too much or too little is replaced by power that misses nothing, and by that alone. */
class CounterTrustTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    private static final long TICK = 100 * MILLI;
    private static final long UPDATE = 100 * MILLI;
    private static final long BEFORE = 3 * SECOND;
    private static final long CADENCE = 4 * SECOND;
    private static final int SEEDS = 40;
    private static final double GAIN = 0.05;

    private static final Channel COUNTER = Channel.energy(Domain.GPU, "0", Sensor.NVML_ENERGY, 1000, 0, 700, GAIN);
    private static final Channel DEAR_COUNTER = COUNTER.withCadenceNanos(CADENCE);
    private static final Channel AVERAGE = Channel.power(Domain.GPU, "0", Sensor.NVML_AVERAGE, 700, SECOND, GAIN);
    private static final Channel SAMPLES = Channel.power(Domain.GPU, "0", Sensor.NVML_SAMPLES, 700, 20 * MILLI, GAIN);
    private static final Channel PART_TIME = Channel.power(Domain.GPU, "0", Sensor.NVML_INSTANT, 700, 25 * MILLI, GAIN);
    private static final Channel UNKNOWN_WINDOW = Channel.power(Domain.GPU, "0", Sensor.NVML_INSTANT, 700, 0, GAIN);

    private static final class Device {
        final List<Channel> channels;
        final RandomLoad load;
        final double powerGain;
        final Meter meter;
        final Readings readings;
        double counterGain;
        double countedPicojoules;
        long countedNanos = BEFORE;
        long counterReadNanos = Long.MIN_VALUE / 2;
        long lastSampleNanos = BEFORE;
        long powerStuckNanos = -1;
        boolean powerFails;
        long now = BEFORE;

        Device(RandomLoad load, double counterGain, double powerGain, Channel... channels) {
            this.load = load;
            this.counterGain = counterGain;
            this.powerGain = powerGain;
            this.channels = List.of(channels);
            readings = new Readings(channels.length);
            meter = new Meter(
                    Domain.GPU,
                    "0",
                    this.channels,
                    IntStream.range(0, channels.length).boxed().toList(),
                    TICK,
                    null);
        }

        Device run(long seconds) {
            for (long end = now + seconds * SECOND; now < end; ) {
                now += TICK;
                long before = meter.curve().totalMicrojoules();
                readings.clear();
                for (int i = 0; i < channels.size(); i++) {
                    read(i);
                }
                meter.update(readings, now);
                assertThat(meter.curve().totalMicrojoules()).isGreaterThanOrEqualTo(before);
            }
            return this;
        }

        private void read(int index) {
            Channel channel = channels.get(index);
            long updated = now - Math.floorMod(now, UPDATE);
            switch (channel.sensor()) {
                case NVML_ENERGY -> {
                    countedPicojoules += counterGain * (load.picojoules(updated) - load.picojoules(countedNanos));
                    countedNanos = updated;
                    if (now - counterReadNanos >= channel.cadenceNanos()) {
                        counterReadNanos = now;
                        readings.measured(index, now, (long) (countedPicojoules * 1e-9));
                    }
                }
                case NVML_SAMPLES -> readSamples(index);
                default -> {
                    long at = powerStuckNanos >= 0 ? powerStuckNanos : updated;
                    long window = channel.windowNanos() > 0 ? channel.windowNanos() : 25 * MILLI;
                    if (powerFails) {
                        readings.failed(index, 3);
                    } else {
                        readings.measured(index, now, Math.round(powerGain * load.meanMilliwatts(at - window, at)));
                    }
                }
            }
        }

        private void readSamples(int index) {
            for (long at = lastSampleNanos + 20 * MILLI; at <= now; at += 20 * MILLI) {
                long milliwatts = Math.round(powerGain * load.meanMilliwatts(at - 20 * MILLI, at));
                if (at + 20 * MILLI > now) {
                    readings.measured(index, at, milliwatts);
                } else {
                    readings.measuredBefore(index, at, milliwatts);
                }
                lastSampleNanos = at;
            }
        }

        Sensor source() {
            return meter.bestStream().channel().sensor();
        }

        double errorRatioSince(long sinceNanos, long sinceMicrojoules) {
            long until = meter.curve().coveredUntilNanos();
            double truth = 1e-6 * (load.picojoules(until) - load.picojoules(sinceNanos));
            return (meter.curve().totalMicrojoules() - sinceMicrojoules) / truth - 1;
        }
    }

    private static RandomLoad decoding(long seed, long seconds) {
        return RandomLoad.decoding(new SplittableRandom(seed), 0, (seconds + 10) * SECOND);
    }

    private static double normal(SplittableRandom random) {
        return Math.sqrt(-2 * Math.log(1 - random.nextDouble())) * Math.cos(2 * Math.PI * random.nextDouble());
    }

    @Test
    void counterThatDriftsIsReplacedByTheAverageAndTakenBackWhenItIsRight() {
        for (double gain : new double[] {1.7, 0.57}) {
            Device device = new Device(decoding(1, 1200), 1, 1, COUNTER, AVERAGE, PART_TIME).run(300);
            assertThat(device.source()).isEqualTo(Sensor.NVML_ENERGY);
            device.counterGain = gain;
            device.run(190);
            assertThat(device.source()).as("gain %s", gain).isEqualTo(Sensor.NVML_AVERAGE);
            assertThat(device.meter.streamSwitches()).isEqualTo(1);
            assertThat(device.meter.counterDoubt().orElseThrow()).contains("tells otherwise");
            assertThat(Math.abs(device.meter.divergenceRatio().orElseThrow())).isGreaterThan(0.3);
            long since = device.meter.curve().coveredUntilNanos();
            long microjoules = device.meter.curve().totalMicrojoules();
            device.run(120);
            assertThat(device.errorRatioSince(since, microjoules)).isBetween(-0.005, 0.005);

            device.counterGain = 1;
            device.run(300);
            assertThat(device.source()).isEqualTo(Sensor.NVML_ENERGY);
            assertThat(device.meter.streamSwitches()).isEqualTo(2);
            assertThat(device.meter.counterDoubt()).isEmpty();
            assertThat(device.errorRatioSince(since, microjoules)).isBetween(-0.005, 0.005);
            assertThat(device.meter.unobservedNanos()).isZero();
        }
    }

    @Test
    void counterThatIsReadSeldomIsReplacedByTheSamplesOfTheDriver() {
        Device device = new Device(decoding(2, 1200), 1, 1.02, DEAR_COUNTER, SAMPLES, AVERAGE).run(300);
        assertThat(device.source()).isEqualTo(Sensor.NVML_ENERGY);
        device.counterGain = 0.57;
        device.run(200);
        assertThat(device.source()).isEqualTo(Sensor.NVML_SAMPLES);
        long since = device.meter.curve().coveredUntilNanos();
        long microjoules = device.meter.curve().totalMicrojoules();
        device.run(120);
        assertThat(device.errorRatioSince(since, microjoules)).isBetween(0.015, 0.025);
        device.counterGain = 1;
        device.run(320);
        assertThat(device.source()).isEqualTo(Sensor.NVML_ENERGY);
        assertThat(device.meter.streamSwitches()).isEqualTo(2);
    }

    @Test
    void noSensorThatIsAsGoodAsTheyAreRaisesAFalseAlarm() {
        List<Channel[]> kinds = List.of(
                new Channel[] {COUNTER, PART_TIME},
                new Channel[] {COUNTER, UNKNOWN_WINDOW},
                new Channel[] {COUNTER, AVERAGE, PART_TIME},
                new Channel[] {DEAR_COUNTER, SAMPLES, AVERAGE, PART_TIME});
        for (long seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            RandomLoad load = random.nextInt(3) == 0
                    ? RandomLoad.square(0, 620 * SECOND, (1 + random.nextInt(4)) * 50L * MILLI)
                    : RandomLoad.decoding(random, 0, 620 * SECOND);
            // One sensor feeds the counter and the power of a board: its gain is that of both, and some is left
            // between.
            double gain = 1 + GAIN * normal(random);
            Device device =
                    new Device(load, gain * (1 + 0.02 * normal(random)), gain, kinds.get(random.nextInt(kinds.size())));
            device.run(600);
            assertThat(device.meter.counterDoubt()).as("seed %d", seed).isEmpty();
            assertThat(device.meter.streamSwitches()).as("seed %d", seed).isZero();
        }
    }

    @Test
    void partTimeSensorIsNoEvidenceAgainstACounterThatStaysWithinTheLimit() {
        Device device = new Device(decoding(3, 620), 1.5, 1, COUNTER, PART_TIME).run(600);

        assertThat(device.source()).isEqualTo(Sensor.NVML_ENERGY);
        assertThat(device.meter.divergenceRatio().orElseThrow()).isLessThan(-0.2);
    }

    @Test
    void counterThatCountsMoreThanTheBoardCanDrawIsReplacedEvenByAPartTimeSensor() {
        Device device = new Device(decoding(4, 620), 2.4, 1, COUNTER, PART_TIME).run(200);

        assertThat(device.source()).isEqualTo(Sensor.NVML_INSTANT);
        assertThat(device.meter.counterDoubt().orElseThrow()).contains("more than the device can draw");
    }

    @Test
    void powerThatStandsStillIsNoEvidence() {
        Device device = new Device(decoding(5, 620), 1, 1, COUNTER, AVERAGE).run(100);
        device.powerStuckNanos = device.now;
        device.counterGain = 0.5;
        device.run(400);

        assertThat(device.source()).isEqualTo(Sensor.NVML_ENERGY);
    }

    @Test
    void counterWithoutAWitnessIsBelieved() {
        Device device = new Device(decoding(6, 620), 1.7, 1, COUNTER, AVERAGE).run(200);
        assertThat(device.source()).isEqualTo(Sensor.NVML_AVERAGE);
        device.powerFails = true;
        device.run(20);

        assertThat(device.source()).isEqualTo(Sensor.NVML_ENERGY);
    }

    @Test
    void counterThatStoodStillForAWhileIsNotTakenToDrift() {
        Device device = new Device(decoding(7, 900), 1, 1, COUNTER, AVERAGE).run(70);
        for (int i = 0; i < 10; i++) {
            device.counterGain = 0;
            device.run(30);
            device.counterGain = 1;
            device.run(30);
            assertThat(device.meter.counterDoubt()).isEmpty();
            assertThat(device.source()).isEqualTo(Sensor.NVML_ENERGY);
        }
        assertThat(device.errorRatioSince(BEFORE + TICK, 0)).isBetween(-0.01, 0.01);
    }
}
