package io.joulegram.agent.energy;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.calibrate.LearnedWindows;
import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the daemon learns of averaging beside its own sampling, against sensors whose windows are known. */
class LearnedWindowsTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    private static final long TICK = 100 * MILLI;
    private static final long SURVEY_TICK = 5 * MILLI;
    private static final long START = 3 * SECOND;

    private static final Channel COUNTER = Channel.energy(Domain.GPU, "0", Sensor.NVML_ENERGY, 1000, 0, 700, 0.05);
    private static final Channel DEAR_COUNTER = COUNTER.withCadenceNanos(4 * SECOND);
    private static final Channel SAMPLES = Channel.power(Domain.GPU, "0", Sensor.NVML_SAMPLES, 700, 20 * MILLI, 0.05);
    private static final Channel USAGE = Channel.power(Domain.GPU, "0", Sensor.NVML_USAGE, 700, 0, 0.05);

    private record Source(List<Channel> channels) implements PowerSource {
        @Override
        public String name() {
            return "simulated";
        }

        @Override
        public void read(Readings readings) {}

        @Override
        public String errorName(int errorCode) {
            return "NONE";
        }

        @Override
        public void close() {}
    }

    private static final class Rig {
        final RandomLoad load;
        final long windowNanos;
        final Source source;
        final Meter meter;
        final LearnedWindows windows;
        final Readings readings = new Readings(2);
        long now = START;
        long sampledNanos = START;
        long learnedNanos = START;

        Rig(RandomLoad load, long windowNanos, Channel reference) {
            this.load = load;
            this.windowNanos = windowNanos;
            source = new Source(List.of(reference, USAGE));
            meter = new Meter(
                    Domain.GPU,
                    "0",
                    source.channels(),
                    IntStream.range(0, 2).boxed().toList(),
                    TICK,
                    null);
            SourceSampler sampler = new SourceSampler(
                    source, List.of(meter), new SamplingSchedule(TICK, false, START), SECOND, () -> now);
            windows = new LearnedWindows(() -> List.of(new EnergyBook.Entry(meter, sampler)));
            meter.streams().forEach(MeterStream::forgetPeriod);
            run(2 * SECOND, SURVEY_TICK);
            meter.streams().forEach(MeterStream::keepPeriod);
        }

        Rig run(long nanos, long tick) {
            for (long end = now + nanos; now < end; ) {
                now += tick;
                readings.clear();
                long updated = now - now % TICK;
                if (source.channels().get(0).sensor() == Sensor.NVML_SAMPLES) {
                    readSamples();
                } else {
                    readings.measured(0, now, (long) (1e-9 * load.picojoules(updated)));
                }
                readings.measured(1, now, Math.round(load.meanMilliwatts(updated - windowNanos, updated)));
                meter.update(readings, now);
                if (now - learnedNanos >= SECOND) {
                    learnedNanos = now;
                    windows.learn(now);
                }
            }
            return this;
        }

        private void readSamples() {
            for (long at = sampledNanos + 20 * MILLI; at <= now; at += 20 * MILLI) {
                long milliwatts = Math.round(load.meanMilliwatts(at - 20 * MILLI, at));
                if (at + 20 * MILLI > now) {
                    readings.measured(0, at, milliwatts);
                } else {
                    readings.measuredBefore(0, at, milliwatts);
                }
                sampledNanos = at;
            }
        }

        OptionalLong learned() {
            return windows.of(meter.streams().stream()
                    .filter(stream -> stream.channel().equals(USAGE))
                    .findFirst()
                    .orElseThrow());
        }
    }

    private static RandomLoad steps() {
        return RandomLoad.square(0, 120 * SECOND, 3 * SECOND);
    }

    @Test
    void oneSecondIsLearnedFromTheCounter() {
        assertThat(new Rig(steps(), SECOND, COUNTER)
                        .run(60 * SECOND, TICK)
                        .learned()
                        .orElseThrow())
                .isBetween(900 * MILLI, 1_100 * MILLI);
    }

    @Test
    void windowsDownToThoseOfTheSamplesAreLearnedFromThem() {
        for (long window : new long[] {60 * MILLI, 100 * MILLI, 500 * MILLI, SECOND}) {
            Rig rig = new Rig(RandomLoad.square(0, 120 * SECOND, 30 * MILLI + 3 * window), window, SAMPLES);
            assertThat(rig.run(60 * SECOND, TICK).learned().orElseThrow())
                    .as("%d ms", window / MILLI)
                    .isBetween(window - window / 10 - 10 * MILLI, window + window / 10 + 10 * MILLI);
        }
    }

    @Test
    void whatIsShorterThanTheCounterCanTellStaysUnknown() {
        assertThat(new Rig(steps(), 25 * MILLI, COUNTER).run(60 * SECOND, TICK).learned())
                .isEmpty();
    }

    @Test
    void counterThatIsReadSeldomTellsNothing() {
        assertThat(new Rig(steps(), SECOND, DEAR_COUNTER).run(60 * SECOND, TICK).learned())
                .isEmpty();
    }

    @Test
    void windowStaysUnknownUntilTheLoadHasMadeAStep() {
        Rig rig = new Rig(RandomLoad.constant(0, 30 * SECOND).then(steps()), SECOND, COUNTER);
        assertThat(rig.run(20 * SECOND, TICK).learned()).isEmpty();
        assertThat(rig.run(60 * SECOND, TICK).learned()).isPresent();
    }
}
