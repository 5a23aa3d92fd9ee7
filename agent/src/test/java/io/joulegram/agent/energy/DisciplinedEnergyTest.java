package io.joulegram.agent.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * A device like an H200: a counter of 100 ms steps that is read each 4 s, and the driver's samples of 20 ms, which may err
 * by a gain.
 */
class DisciplinedEnergyTest {
    private static final long MILLI = 1_000_000L;
    private static final long TICK = 100 * MILLI;
    private static final long STEP = 100 * MILLI;
    private static final long SAMPLE = 20 * MILLI;
    private static final long CADENCE = 4_000 * MILLI;
    private static final long RING_CADENCE = 600 * MILLI;
    private static final long RING_NANOS = 2_400 * MILLI;
    private static final long START = 1_000_000 * MILLI;
    private static final int SEEDS = 200;
    /** Two minutes at 300 W. */
    private static final long TELLABLE_MILLIJOULES = 36_000_000;

    private static final Channel COUNTER = Channel.energy(Domain.GPU, "0", Sensor.NVML_ENERGY, 1000, 0, 700, 0.05)
            .withCadenceNanos(CADENCE);
    private static final Channel SAMPLES = Channel.power(Domain.GPU, "0", Sensor.NVML_SAMPLES, 700, SAMPLE, 0.05)
            .withCadenceNanos(RING_CADENCE);

    private static final class Device {
        final LongUnaryOperator microjoules;
        final double sampleGain;
        final Readings readings = new Readings(2);
        final Meter meter = new Meter(Domain.GPU, "0", List.of(COUNTER, SAMPLES), List.of(0, 1), TICK, null);
        long now = START;
        long counterReadNanos = Long.MIN_VALUE / 2;
        long ringReadNanos = Long.MIN_VALUE / 2;
        long lastSampleNanos = START;
        long counterBaseMillijoules;
        long shownMillijoules;
        long frozenAt = Long.MIN_VALUE;
        boolean ringFails;
        boolean counterFails;

        Device(LongUnaryOperator microjoules, double sampleGain) {
            this.microjoules = microjoules;
            this.sampleGain = sampleGain;
        }

        long energy(long nanos) {
            return microjoules.applyAsLong(nanos);
        }

        void run(long nanos) {
            for (long end = now + nanos; now < end; ) {
                tick(TICK);
            }
        }

        void tick(long nanos) {
            long before = meter.curve().totalMicrojoules();
            now += nanos;
            readings.clear();
            if (now - counterReadNanos >= CADENCE && !counterFails) {
                counterReadNanos = now;
                shownMillijoules = counterMillijoules();
                readings.measured(0, now, shownMillijoules);
            }
            if (now - ringReadNanos >= RING_CADENCE && !ringFails) {
                ringReadNanos = now;
                readRing();
            }
            meter.update(readings, now);
            assertThat(meter.curve().totalMicrojoules()).isGreaterThanOrEqualTo(before);
        }

        private long counterMillijoules() {
            long at = frozenAt == Long.MIN_VALUE ? now : frozenAt;
            return energy(at - Math.floorMod(at, STEP)) / 1000 - counterBaseMillijoules;
        }

        private void readRing() {
            long newest = now - Math.floorMod(now, SAMPLE);
            for (long at = Math.max(lastSampleNanos, newest - RING_NANOS) + SAMPLE; at <= newest; at += SAMPLE) {
                long milliwatts = Math.round(sampleGain * 1e6 * (energy(at) - energy(at - SAMPLE)) / SAMPLE);
                if (at == newest) {
                    readings.measured(1, at, milliwatts);
                } else {
                    readings.measuredBefore(1, at, milliwatts);
                }
            }
            lastSampleNanos = newest;
        }

        void resetCounter() {
            counterBaseMillijoules = energy(now) / 1000;
        }

        /** Only where what it shows next is less than what it showed last: nobody can tell otherwise. */
        boolean resetCounterIfTellable() {
            boolean tellable = shownMillijoules > TELLABLE_MILLIJOULES;
            if (tellable) {
                resetCounter();
                shownMillijoules = 0;
            }
            return tellable;
        }

        long knownUntil() {
            return meter.curve().coveredUntilNanos();
        }

        long error() {
            return meter.curve().totalMicrojoules() - (energy(knownUntil()) - energy(meter.startNanos()));
        }
    }

    private static LongUnaryOperator constant(long watts) {
        return nanos -> nanos / 1000 * watts;
    }

    /** 100 W and 700 W in turn. */
    private static LongUnaryOperator square(long periodNanos) {
        return nanos -> {
            long rest = Math.floorMod(nanos, periodNanos);
            long busy = Math.floorDiv(nanos, periodNanos) * (periodNanos / 2) + Math.min(rest, periodNanos / 2);
            return nanos / 1000 * 100 + busy / 1000 * 600;
        };
    }

    @Test
    void longRunsAreTheCountersWhateverTheSamplesErr() {
        for (double gain : new double[] {0.9, 0.99, 1, 1.03, 1.1}) {
            Device device = new Device(square(731 * MILLI), gain);
            device.run(600_000 * MILLI);
            // What the samples err by between two values of the counter, and the age of its value.
            double bound = Math.abs(gain - 1) * 400e6 * 5 * 1.5 + 700e6 * 0.1;
            assertThat((double) device.error()).as("gain %s", gain).isCloseTo(0, within(bound));
            assertThat(device.meter.unobservedNanos()).isZero();
            assertThat(device.meter.bestStream().channel().sensor()).isEqualTo(Sensor.NVML_ENERGY);
        }
    }

    @Test
    void shapeIsThatOfTheSamples() {
        Device device = new Device(square(2_000 * MILLI), 1);
        device.run(60_000 * MILLI);
        EnergyCurve curve = device.meter.curve();
        for (long at = START + 50_000 * MILLI; at < START + 58_000 * MILLI; at += 500 * MILLI) {
            double watts = (curve.microjoulesAt(at + 400 * MILLI) - curve.microjoulesAt(at)) / 0.4e6;
            double truth = (device.energy(at + 400 * MILLI) - device.energy(at)) / 0.4e6;
            assertThat(watts).isCloseTo(truth, within(25.0));
        }
    }

    @Test
    void figuresLagByTheSamplesAndNotByTheCounter() {
        Device device = new Device(constant(300), 1);
        device.run(30_000 * MILLI);
        for (int i = 0; i < 100; i++) {
            device.tick(TICK);
            assertThat(device.now - device.knownUntil()).isLessThanOrEqualTo(RING_CADENCE + TICK + SAMPLE);
        }
    }

    @Test
    void timeWithoutSamplesIsToldByTheCounterAfterwards() {
        Device device = new Device(constant(300), 1);
        device.run(20_000 * MILLI);
        device.ringFails = true;
        device.run(30_000 * MILLI);
        assertThat((double) device.error()).isCloseTo(0, within(300e6 * 0.2));
        device.ringFails = false;
        device.run(60_000 * MILLI);
        assertThat((double) device.error()).isCloseTo(0, within(300e6 * 0.2));
        assertThat(device.meter.unobservedNanos()).isZero();
    }

    @Test
    void stallOfTheAgentIsToldByTheCounterAfterwards() {
        Device device = new Device(constant(300), 1);
        device.run(20_000 * MILLI);
        device.tick(9_000 * MILLI);
        device.run(60_000 * MILLI);
        assertThat((double) device.error()).isCloseTo(0, within(300e6 * 0.2));
        assertThat(device.meter.unobservedNanos()).isZero();
    }

    @Test
    void stallInWhichTheCounterBeganAnewIsUnobserved() {
        Device device = new Device(constant(300), 1);
        device.run(20_000 * MILLI);
        device.now += 5_000 * MILLI;
        device.resetCounter();
        device.tick(4_000 * MILLI);
        device.run(60_000 * MILLI);
        double unobserved = 300e-3 * device.meter.unobservedNanos();
        assertThat(device.meter.unobservedNanos()).isBetween(5_000 * MILLI, 9_500 * MILLI);
        assertThat((double) device.error() + unobserved).isCloseTo(0, within(300e6 * 0.7));
        assertThat(device.meter.counterResets()).isEqualTo(1);
    }

    @Test
    void counterThatStandsStillIsLetGo() {
        Device device = new Device(constant(300), 1.02);
        device.run(20_000 * MILLI);
        device.frozenAt = device.now;
        device.run(40_000 * MILLI);
        assertThat(device.meter.bestStream().channel().sensor()).isEqualTo(Sensor.NVML_SAMPLES);
        assertThat((double) device.error()).isCloseTo(0.02 * 300e6 * 40, within(300e6 * 0.7));
        device.frozenAt = Long.MIN_VALUE;
        device.run(20_000 * MILLI);
        assertThat(device.meter.bestStream().channel().sensor()).isEqualTo(Sensor.NVML_ENERGY);
        assertThat(device.meter.streamSwitches()).isEqualTo(2);
        assertThat(device.meter.unobservedNanos()).isZero();
    }

    @Test
    void countAgreesWithTheBooksAtAnyInstant() {
        Device device = new Device(square(731 * MILLI), 1.05);
        device.run(63_000 * MILLI);
        for (long at = START + 50_000 * MILLI; at < START + 62_000 * MILLI; at += 333 * MILLI) {
            CounterReading reading = device.meter.countAt(at).orElseThrow();
            long booked = device.meter.curve().microjoulesAt(at);
            long first = device.energy(START + TICK - Math.floorMod(START + TICK, STEP)) / 1000;
            assertThat(reading.atNanos()).isEqualTo(at);
            assertThat((double) (reading.count() - first) * 1000).isCloseTo((double) booked, within(2_000.0));
        }
    }

    /** Constant power and exact samples, so that nothing but a fault of the rule can make a difference. */
    @Test
    void tellsTheTruthUnderEveryFault() {
        for (long seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Device device = new Device(constant(300), 1);
            device.run(5_000 * MILLI);
            int resets = 0;
            for (int i = 0; i < 3_000; i++) {
                switch (random.nextInt(60)) {
                    case 0 -> device.ringFails = !device.ringFails;
                    case 1 -> device.counterFails = !device.counterFails;
                    case 2 -> device.tick(random.nextLong(8_000) * MILLI + TICK);
                    case 3 -> resets += device.resetCounterIfTellable() ? 1 : 0;
                    default -> {}
                }
                device.tick(TICK / 2 + random.nextLong(TICK));
            }
            device.ringFails = false;
            device.counterFails = false;
            device.run(60_000 * MILLI);
            double unobserved = 300e-3 * device.meter.unobservedNanos();
            // Each reset may cost the age of two values of the counter and the samples between two readings of the
            // ring.
            double bound = 300e6 * (0.3 + 0.8 * resets);
            assertThat((double) device.error() + unobserved)
                    .as("seed %d, %d resets, unobserved %d ms", seed, resets, device.meter.unobservedNanos() / MILLI)
                    .isCloseTo(0, within(bound));
        }
    }
}
