package io.joulegram.agent.energy;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A device of constant power, so that every way of telling its energy tells the same and nothing but a fault of the meter
 * can make a difference, under random faults of every kind at random times.
 */
class MeterPropertyTest {
    private static final int SEEDS = 500;
    private static final long MILLI = 1_000_000L;
    private static final long TICK = 100 * MILLI;
    private static final long MILLIWATTS = 300_000;
    private static final long MODULUS = 1L << 21;

    private static final Channel COUNTER = Channel.energy(Domain.GPU, "0", Sensor.NVML_ENERGY, 1000, 0, 700, 0.05);
    private static final Channel WRAPPING =
            Channel.energy(Domain.GPU, "0", Sensor.NVML_ENERGY, 1000, MODULUS, 700, 0.05);
    private static final Channel AVERAGE = Channel.power(Domain.GPU, "0", Sensor.NVML_AVERAGE, 700, 1000 * MILLI, 0.05);
    private static final Channel INSTANT = Channel.power(Domain.GPU, "0", Sensor.NVML_INSTANT, 700, 0, 0.05);

    private static final List<List<Channel>> DEVICES = List.of(
            List.of(COUNTER),
            List.of(WRAPPING),
            List.of(COUNTER, INSTANT),
            List.of(WRAPPING, INSTANT),
            List.of(COUNTER, AVERAGE, INSTANT),
            List.of(AVERAGE),
            List.of(INSTANT),
            List.of(AVERAGE, INSTANT));

    private static final class Device {
        final SplittableRandom random;
        final List<Channel> channels;
        final Readings readings;
        final boolean[] fails;
        final long[] wild;
        final List<String> story = new ArrayList<>();
        Meter meter;
        long now = 1_000_000 * MILLI;
        long counterBase;
        long lastShown;
        long shownAt;
        long frozenAt = -1;
        long thawedAt;

        Device(long seed) {
            random = new SplittableRandom(seed);
            channels = DEVICES.get(random.nextInt(DEVICES.size()));
            readings = new Readings(channels.size());
            fails = new boolean[channels.size()];
            wild = new long[channels.size()];
            meter = open(null);
        }

        Meter open(@Nullable Meter predecessor) {
            return new Meter(
                    Domain.GPU,
                    "0",
                    channels,
                    IntStream.range(0, channels.size()).boxed().toList(),
                    TICK,
                    predecessor);
        }

        boolean hasPower() {
            return IntStream.range(0, channels.size()).anyMatch(i -> !isCounter(i) && !fails[i]);
        }

        boolean isCounter(int channel) {
            return channels.get(channel).sensor() == Sensor.NVML_ENERGY;
        }

        void tick() {
            now += TICK / 2 + random.nextLong(TICK);
            readings.clear();
            for (int i = 0; i < channels.size(); i++) {
                read(i);
            }
            meter.update(readings, now);
        }

        private void read(int i) {
            if (fails[i]) {
                readings.failed(i, 15);
            } else if (wild[i] != 0) {
                readings.measured(i, now, wild[i]);
                wild[i] = 0;
            } else if (isCounter(i)) {
                long counts = energy(frozenAt >= 0 ? frozenAt : now) / 1000 - counterBase;
                long modulus = channels.get(i).modulusCounts();
                shownAt = now;
                lastShown = modulus > 0 ? Math.floorMod(counts, modulus) : counts;
                readings.measured(i, now, lastShown);
            } else {
                readings.measured(i, now, MILLIWATTS);
            }
        }

        void upset() {
            int channel = random.nextInt(channels.size());
            switch (random.nextInt(70)) {
                case 0, 1 -> fail(channel, !fails[channel]);
                case 2 -> wild[channel] = 4_294_967_295L;
                case 3 -> skip(random.nextLong(20) * TICK);
                case 4 -> reset();
                case 5 -> freeze(canFreeze());
                case 6 -> interrupt();
                case 7 -> reopen();
                default -> {}
            }
        }

        /** Not while the counter stands still, and not before its rise afterwards can have been believed. */
        private boolean isShowingAll() {
            return frozenAt < 0 && (thawedAt == 0 || shownAt - thawedAt > 1000 * MILLI);
        }

        private void interrupt() {
            if (!isShowingAll()) {
                return;
            }
            story.add(now / MILLI + " interrupt");
            meter.interrupt();
        }

        /** The source is lost with its driver and found again. */
        private void reopen() {
            if (!isShowingAll()) {
                return;
            }
            story.add(now / MILLI + " reopen");
            skip(11_000 * MILLI);
            meter = open(meter);
        }

        private void fail(int channel, boolean fails) {
            story.add(now / MILLI + (fails ? " fail " : " works ") + channel);
            this.fails[channel] = fails;
            if (!hasPower()) {
                freeze(false);
            }
        }

        private void skip(long nanos) {
            story.add(now / MILLI + " skip " + nanos / MILLI);
            now += nanos;
        }

        /** Only where it can be told from a rise and from a wrap: nobody can tell those apart. */
        private void reset() {
            long shown = lastShown;
            boolean wraps = channels.get(0).modulusCounts() > 0;
            boolean tellable = wraps ? shown > 100_000 && shown < MODULUS / 4 : shown > 1_000_000;
            if (tellable && shownAt == now && frozenAt < 0) {
                story.add(now / MILLI + " reset");
                freeze(false);
                counterBase = energy(now) / 1000;
            }
        }

        /** A counter that stands still is told from a device at rest by its power alone. */
        private void freeze(boolean freezes) {
            if (freezes == (frozenAt >= 0)) {
                return;
            }
            story.add(now / MILLI + " freeze " + freezes);
            frozenAt = freezes ? now : -1;
            thawedAt = now;
        }

        /** A counter that has just shown its newest value, and that does not wrap while nobody sees it. */
        private boolean canFreeze() {
            return isShowingAll()
                    && hasPower()
                    && shownAt == now
                    && channels.get(0).modulusCounts() == 0;
        }

        void heal() {
            for (int i = 0; i < channels.size(); i++) {
                fail(i, false);
            }
            freeze(false);
        }
    }

    private static long energy(long nanos) {
        return nanos * MILLIWATTS / 1_000_000;
    }

    @Test
    void tellsTheTruthUnderEveryFault() {
        for (long seed = 0; seed < SEEDS; seed++) {
            run(new Device(seed), seed);
        }
    }

    private static void run(Device device, long seed) {
        long before = 0;
        for (int i = 0; i < 300; i++) {
            device.upset();
            device.tick();
            long total = device.meter.curve().totalMicrojoules();
            assertThat(total).as("seed %d: never falls", seed).isGreaterThanOrEqualTo(before);
            before = total;
        }
        device.heal();
        for (int i = 0; i < 80; i++) {
            device.tick();
        }
        EnergyCurve curve = device.meter.curve();
        long truth = energy(curve.coveredUntilNanos()) - energy(device.meter.startNanos());
        long unobserved = energy(device.meter.unobservedNanos());
        assertThat(curve.totalMicrojoules())
                .as(
                        "seed %d: %s, unobserved %d ms, %s",
                        seed,
                        device.channels.stream()
                                .map(channel -> channel.sensor() + (channel.modulusCounts() > 0 ? "/wraps" : ""))
                                .toList(),
                        device.meter.unobservedNanos() / MILLI,
                        device.story)
                .isBetween(truth - unobserved - 100_000, truth - unobserved + 100_000);
    }
}
