package io.joulegram.agent.energy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A simulated sensor that has a new value now and then, read by a timetable that follows it and by one that does not. */
class FollowingTimetableTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    private static final long START = SECOND;
    private static final long ASKED = 20 * MILLI;
    private static final long SECONDS = 60;
    private static final int SEEDS = 30;

    private static final Channel PART_TIME = Channel.power(Domain.GPU, "0", Sensor.NVML_INSTANT, 700, 25 * MILLI, 0);

    /** A device, its sensor and the thread that reads it, on a clock of their own. */
    private static final class Rig {
        final SplittableRandom wakes;
        final SplittableRandom updates;
        final RandomLoad load;
        final Meter meter = new Meter(Domain.GPU, "0", List.of(PART_TIME), List.of(0), ASKED, null);
        final Readings readings = new Readings(1);
        final Timetable timetable;
        long periodNanos;
        long jitterNanos;
        boolean atRest;
        boolean fails;
        long now = START;
        long updatedNanos = START;
        long nextUpdateNanos = START;
        long idealNanos = START;
        long shownUpdate = -1;
        long readNanos;
        long reads;
        long changes;
        double misplacedNanos;

        Rig(long seed, boolean follows, long periodNanos) {
            SplittableRandom random = new SplittableRandom(seed);
            wakes = random.split();
            updates = random.split();
            load = RandomLoad.decoding(random, 0, 660 * SECOND);
            this.periodNanos = periodNanos;
            nextUpdateNanos += updates.nextLong(periodNanos);
            idealNanos = nextUpdateNanos;
            SamplingSchedule asked = new SamplingSchedule(ASKED, true, START);
            timetable = follows ? new FollowingTimetable(asked, List.of(meter), START) : asked;
        }

        boolean isFollowing() {
            return ((FollowingTimetable) timetable).isFollowing();
        }

        Rig run(long seconds) {
            for (long end = now + seconds * SECOND; now < end; ) {
                long deadline = timetable.deadlineNanos();
                step(deadline);
                assertThat(timetable.deadlineNanos()).isGreaterThan(deadline);
            }
            return this;
        }

        private void step(long deadline) {
            // Threads wake a little late, and at times much later.
            now = Math.max(now, deadline) + wakes.nextLong(MILLI / 5) + (wakes.nextInt(200) == 0 ? 8 * MILLI : 0);
            update();
            read();
            timetable.advance(now);
        }

        private void update() {
            while (nextUpdateNanos <= now) {
                updatedNanos = nextUpdateNanos;
                idealNanos += periodNanos;
                nextUpdateNanos = idealNanos + (jitterNanos > 0 ? updates.nextLong(2 * jitterNanos) - jitterNanos : 0);
            }
        }

        private void read() {
            reads++;
            readings.clear();
            long milliwatts = atRest
                    ? 90_000
                    : Math.round(load.meanMilliwatts(updatedNanos - PART_TIME.windowNanos(), updatedNanos));
            if (fails) {
                readings.failed(0, 15);
            } else {
                readings.measured(0, now, milliwatts);
            }
            if (shownUpdate >= 0 && updatedNanos != shownUpdate) {
                misplacedNanos += Math.abs(0.5 * (readNanos + now) - updatedNanos);
                changes++;
            }
            shownUpdate = updatedNanos;
            readNanos = now;
            meter.update(readings, now);
        }

        double timingMillis() {
            return misplacedNanos / changes / MILLI;
        }

        void forgetFigures() {
            reads = 0;
            changes = 0;
            misplacedNanos = 0;
        }

        boolean isWithinTwiceThePublishedUncertainty() {
            return Math.abs(errorRatio())
                    <= 2 * meter.uncertaintyRatio(meter.streams().get(0), now);
        }

        double errorRatio() {
            long until = meter.curve().coveredUntilNanos();
            double truth = 1e-6 * (load.picojoules(until) - load.picojoules(meter.startNanos()));
            return meter.curve().totalMicrojoules() / truth - 1;
        }
    }

    /** Root mean squares and means over the seeds. */
    private record Figures(double error, double timingMillis, double readsPerSecond, int within) {
        static Figures of(boolean follows, long periodNanos, long jitterNanos) {
            double squares = 0;
            double timing = 0;
            double reads = 0;
            int within = 0;
            for (long seed = 0; seed < SEEDS; seed++) {
                Rig rig = new Rig(seed, follows, periodNanos);
                rig.jitterNanos = jitterNanos;
                rig.run(10);
                rig.forgetFigures();
                rig.run(SECONDS);
                squares += rig.errorRatio() * rig.errorRatio();
                within += rig.isWithinTwiceThePublishedUncertainty() ? 1 : 0;
                timing += rig.timingMillis();
                reads += (double) rig.reads / SECONDS;
                assertThat(rig.meter.unobservedNanos()).as("seed %d", seed).isZero();
            }
            return new Figures(Math.sqrt(squares / SEEDS), timing / SEEDS, reads / SEEDS, within);
        }
    }

    @Test
    void followedSensorIsReadLessAndItsStepsArePlacedBetter() {
        Figures asked = Figures.of(false, 100 * MILLI, 0);
        Figures followed = Figures.of(true, 100 * MILLI, 0);
        print("100 ms", asked, followed);

        assertThat(followed.readsPerSecond()).isLessThan(0.45 * asked.readsPerSecond());
        assertThat(followed.error()).isLessThan(1.05 * asked.error());
        assertThat(followed.timingMillis()).isLessThan(0.5 * asked.timingMillis());
        assertThat(followed.within()).isGreaterThanOrEqualTo(SEEDS - 4);
    }

    @Test
    void jitterCostsNothingButTheGain() {
        Figures asked = Figures.of(false, 100 * MILLI, 15 * MILLI);
        Figures followed = Figures.of(true, 100 * MILLI, 15 * MILLI);
        print("100 +- 15 ms", asked, followed);

        assertThat(followed.readsPerSecond()).isLessThan(0.7 * asked.readsPerSecond());
        assertThat(followed.error()).isLessThan(1.05 * asked.error());
    }

    private static void print(String sensor, Figures asked, Figures followed) {
        System.out.printf(
                "new value every %s: readings/s %.1f, followed %.1f; energy %.2f %%, %.2f %%; steps misplaced by %.1f ms, %.1f ms%n",
                sensor,
                asked.readsPerSecond(),
                followed.readsPerSecond(),
                100 * asked.error(),
                100 * followed.error(),
                asked.timingMillis(),
                followed.timingMillis());
    }

    @Test
    void sensorThatIsAboutAsFastAsAskedIsReadAsAsked() {
        for (long period : new long[] {10 * MILLI, 20 * MILLI, 35 * MILLI}) {
            Rig rig = new Rig(1, true, period).run(4);
            assertThat(rig.isFollowing()).isFalse();
            rig.forgetFigures();
            assertThat(rig.run(10).reads).isBetween(480L, 510L);
        }
    }

    @Test
    void periodIsLearned() {
        for (long period : new long[] {20 * MILLI, 60 * MILLI, 100 * MILLI, 180 * MILLI}) {
            Rig rig = new Rig(2, true, period).run(4);
            assertThat(rig.meter.streams().get(0).updatePeriodNanos().orElseThrow())
                    .isBetween(period - MILLI, period + MILLI);
        }
    }

    @Test
    void sensorThatChangesItsPeriodIsReadAsAskedUntilItIsFollowedAgain() {
        for (long[] periods : new long[][] {{100, 60}, {60, 100}, {100, 200}, {100, 20}}) {
            Rig rig = new Rig(3, true, periods[0] * MILLI).run(30);
            assertThat(rig.isFollowing()).isTrue();
            rig.periodNanos = periods[1] * MILLI;
            rig.run(60);
            assertThat(rig.isFollowing()).as("%d to %d", periods[0], periods[1]).isEqualTo(periods[1] > 40);
            assertThat(rig.errorRatio()).isBetween(-0.04, 0.04);
            assertThat(rig.meter.unobservedNanos()).isZero();
            assertThat(rig.meter.streams().get(0).updatePeriodNanos().orElseThrow())
                    .isBetween((periods[1] - 1) * MILLI, (periods[1] + 1) * MILLI);
        }
    }

    @Test
    void sensorAtRestIsReadAsAskedAndSurveyedMoreAndMoreSeldom() {
        Rig rig = new Rig(4, true, 100 * MILLI);
        rig.atRest = true;
        rig.run(300);
        assertThat(rig.isFollowing()).isFalse();
        // 50 a second, and five surveys of 500.
        assertThat(rig.reads).isBetween(300L * 50, 300L * 50 + 5 * 500);
        rig.atRest = false;
        rig.run(330);
        assertThat(rig.isFollowing()).isTrue();
    }

    @Test
    void sourceThatFailsIsNoSensorToFollow() {
        Rig rig = new Rig(5, true, 100 * MILLI).run(10);
        assertThat(rig.isFollowing()).isTrue();
        rig.fails = true;
        rig.run(3);
        assertThat(rig.isFollowing()).isFalse();
        rig.fails = false;
        rig.run(30);
        assertThat(rig.isFollowing()).isTrue();
    }

    @Test
    void periodsWithoutAReadingAreMissed() {
        Rig rig = new Rig(6, true, 100 * MILLI).run(10);
        long before = rig.timetable.missedTicks();
        rig.now += 1_050 * MILLI;
        rig.run(1);

        assertThat(rig.timetable.missedTicks() - before).isBetween(8L, 11L);
    }

    @Test
    void allocatesNothingWhileItFollows() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Rig rig = new Rig(7, true, 100 * MILLI).run(10);
        for (int i = 0; i < 5_000; i++) {
            rig.step(rig.timetable.deadlineNanos());
        }
        assertThat(rig.isFollowing()).isTrue();
        long self = Thread.currentThread().getId();
        threads.getThreadAllocatedBytes(self);
        long before = threads.getThreadAllocatedBytes(self);
        for (int i = 0; i < 5_000; i++) {
            rig.step(rig.timetable.deadlineNanos());
        }

        assertThat((threads.getThreadAllocatedBytes(self) - before) / 5_000).isZero();
    }
}
