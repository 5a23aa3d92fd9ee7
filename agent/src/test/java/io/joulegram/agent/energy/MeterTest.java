package io.joulegram.agent.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MeterTest {
    private static final long MILLI = 1_000_000L;
    private static final long TICK = 100 * MILLI;
    private static final double PERIOD = 1.7e9;
    private static final double BUSY = 0.37 * PERIOD;

    private static final Channel COUNTER = Channel.energy(Domain.GPU, "0", Sensor.NVML_ENERGY, 1000, 0, 700, 0.05);
    private static final Channel AVERAGE = Channel.power(Domain.GPU, "0", Sensor.NVML_AVERAGE, 700, 1000 * MILLI, 0.05);
    private static final Channel INSTANT = Channel.power(Domain.GPU, "0", Sensor.NVML_INSTANT, 700, 0, 0.05);

    /** A GPU on a square wave of 75 and 620 W, whose counter may be reset, and a meter that is fed from it. */
    private static final class Rig {
        final Meter meter;
        final Readings readings;
        final List<Channel> channels;
        long now;
        long counterBase;
        boolean counterFails;
        boolean powerFails;
        long counterFrozenAt = -1;

        Rig(Channel... channels) {
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

        Rig run(long ticks) {
            for (long i = 0; i < ticks; i++) {
                tick();
            }
            return this;
        }

        void tick() {
            readings.clear();
            for (int i = 0; i < channels.size(); i++) {
                read(i);
            }
            meter.update(readings, now);
            now += TICK;
        }

        private void read(int index) {
            switch (channels.get(index).sensor()) {
                case NVML_ENERGY -> {
                    if (counterFails) {
                        readings.failed(index, 3);
                    } else {
                        long shown = counterFrozenAt >= 0 ? counterFrozenAt : now;
                        readings.measured(index, now, (energy(shown) - counterBase) / 1000);
                    }
                }
                case NVML_AVERAGE -> power(index, (energy(now) - energy(now - 1000 * MILLI)) / 1000);
                default -> power(index, now % PERIOD < BUSY ? 620_000 : 75_000);
            }
        }

        private void power(int index, long milliwatts) {
            if (powerFails) {
                readings.failed(index, 3);
            } else {
                readings.measured(index, now, milliwatts);
            }
        }

        long microjoules() {
            return meter.curve().totalMicrojoules();
        }

        /** From the first tick to the newest point of the curve. */
        long truth() {
            return energy(meter.curve().coveredUntilNanos()) - energy(meter.startNanos());
        }
    }

    private static long energy(long nanos) {
        double periods = Math.floor(nanos / PERIOD);
        double rest = nanos - periods * PERIOD;
        return (long) (1e-3 * (75.0 * nanos + 545 * (periods * BUSY + Math.min(rest, BUSY))));
    }

    @Test
    void isAsExactAsTheCounter() {
        Rig rig = new Rig(COUNTER, AVERAGE, INSTANT).run(200);

        assertThat(rig.microjoules()).isCloseTo(rig.truth(), within(2_000L));
        assertThat(rig.meter.bestStream().channel().sensor()).isEqualTo(Sensor.NVML_ENERGY);
        assertThat(rig.meter.unobservedNanos()).isZero();
        assertThat(rig.meter.divergenceRatio()).isPresent();
    }

    @Test
    void bridgesACounterResetWithPower() {
        Rig rig = new Rig(COUNTER, INSTANT).run(100);
        rig.counterBase = energy(rig.now) - 5_000;
        rig.run(100);

        assertThat(rig.meter.counterResets()).isEqualTo(1);
        // One tick is bridged, at most 620 W for 100 ms.
        assertThat(rig.microjoules()).isCloseTo(rig.truth(), within(62_000_000L));
        assertThat(rig.meter.bestStream().channel().sensor()).isEqualTo(Sensor.NVML_ENERGY);
        assertThat(rig.meter.unobservedNanos()).isZero();
    }

    @Test
    void countsTheTimeOfAResetThatNothingBridgesAsUnobserved() {
        Rig rig = new Rig(COUNTER).run(100);
        long before = rig.microjoules();
        rig.counterBase = energy(rig.now) - 5_000;
        rig.run(1);

        assertThat(rig.microjoules()).isEqualTo(before);
        assertThat(rig.meter.unobservedNanos()).isEqualTo(TICK);
    }

    @Test
    void replacesACounterThatIsStuckByPowerAndGoesBackToIt() {
        Rig rig = new Rig(COUNTER, AVERAGE, INSTANT).run(100);
        rig.counterFrozenAt = rig.now;
        rig.run(170);
        assertThat(rig.meter.bestStream().channel().sensor()).isEqualTo(Sensor.NVML_AVERAGE);
        double stuckError = (double) rig.microjoules() / rig.truth() - 1;
        rig.counterFrozenAt = -1;
        rig.run(170);

        assertThat(stuckError).isBetween(-0.02, 0.02);
        assertThat(rig.meter.bestStream().channel().sensor()).isEqualTo(Sensor.NVML_ENERGY);
        assertThat((double) rig.microjoules() / rig.truth() - 1).isBetween(-0.02, 0.02);
    }

    @Test
    void takesACountersRiseOverATimeInWhichNothingCouldBeRead() {
        Rig rig = new Rig(COUNTER, INSTANT).run(50);
        rig.counterFails = true;
        rig.powerFails = true;
        rig.run(40);
        rig.counterFails = false;
        rig.powerFails = false;
        rig.run(50);

        assertThat(rig.microjoules()).isCloseTo(rig.truth(), within(2_000L));
        assertThat(rig.meter.unobservedNanos()).isZero();
    }

    @Test
    void fillsInForACounterThatFailsWhilePowerIsRead() {
        Rig rig = new Rig(COUNTER, INSTANT).run(51);
        rig.counterFails = true;
        rig.run(170);
        rig.counterFails = false;
        rig.run(50);

        assertThat((double) rig.microjoules() / rig.truth() - 1).isBetween(-0.08, 0.08);
        assertThat(rig.meter.bestStream().channel().sensor()).isEqualTo(Sensor.NVML_ENERGY);
    }

    @Test
    void aOneSecondAverageAloneIsRightOverWholePeriods() {
        Rig rig = new Rig(AVERAGE).run(50);
        long start = rig.meter.curve().coveredUntilNanos();
        rig.run(204);
        EnergyCurve curve = rig.meter.curve();
        double measured = curve.totalMicrojoules() - curve.microjoulesAt(start);

        assertThat(measured / (energy(curve.coveredUntilNanos()) - energy(start)) - 1)
                .isBetween(-0.01, 0.01);
    }

    @Test
    void goesOnFromThePredecessorsTotals() {
        Rig rig = new Rig(COUNTER).run(50);
        Meter next = new Meter(Domain.GPU, "0", rig.channels, List.of(0), TICK, rig.meter);
        Readings readings = new Readings(1);
        readings.measured(0, rig.now, 0);
        next.update(readings, rig.now);
        readings.measured(0, rig.now + TICK, 10);
        next.update(readings, rig.now + TICK);

        assertThat(next.curve().totalMicrojoules()).isEqualTo(rig.microjoules() + 10_000);
        assertThat(next.streams().get(0).microjoules()).isEqualTo(rig.microjoules() + 10_000);
    }

    @Test
    void neverFallsAndNeverInventsEnergyUnderRandomFaults() {
        for (long seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Rig rig = random.nextBoolean() ? new Rig(COUNTER, AVERAGE, INSTANT) : new Rig(COUNTER, INSTANT);
            rig.run(20);
            long before = rig.microjoules();
            for (int i = 0; i < 400; i++) {
                upset(rig, random);
                rig.tick();
                assertThat(rig.microjoules()).as("seed %d, tick %d", seed, i).isGreaterThanOrEqualTo(before);
                before = rig.microjoules();
            }
            heal(rig);
            rig.run(60);
            double truth = rig.truth();
            double unobserved = 620e-3 * rig.meter.unobservedNanos();
            // Power stands in for the counter in most of this time, sampled at a fixed phase, which alone is worth 10
            // %.
            assertThat((double) rig.microjoules())
                    .as("seed %d", seed)
                    .isBetween(0.85 * truth - unobserved, 1.15 * truth);
        }
    }

    /** A counter that stands still is told from a device at rest by its power alone, so both never fail at once. */
    private static void upset(Rig rig, SplittableRandom random) {
        boolean frozen = rig.counterFrozenAt >= 0;
        switch (random.nextInt(40)) {
            case 0 -> rig.counterFails = !rig.counterFails;
            case 1 -> rig.powerFails = !rig.powerFails && !frozen;
            case 2 -> rig.counterBase = frozen ? rig.counterBase : energy(rig.now) - random.nextLong(1_000_000);
            case 3 -> rig.counterFrozenAt = frozen || rig.powerFails ? -1 : rig.now;
            default -> {}
        }
    }

    private static void heal(Rig rig) {
        rig.counterFails = false;
        rig.powerFails = false;
        rig.counterFrozenAt = -1;
    }
}
