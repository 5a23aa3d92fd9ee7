package io.joulegram.agent.energy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ChangeTraceTest {
    private static final long MILLI = 1_000_000L;

    /** Reads a sensor of a period every so often, as a stream does. */
    private static ChangeTrace read(long periodNanos, long everyNanos, long readings, double repeats) {
        SplittableRandom random = new SplittableRandom(periodNanos + everyNanos);
        ChangeTrace trace = new ChangeTrace();
        read(trace, random, periodNanos, everyNanos, readings, repeats);
        return trace;
    }

    private static void read(
            ChangeTrace trace, SplittableRandom random, long period, long every, long readings, double repeats) {
        long shown = -1;
        long value = 0;
        for (long i = 1; i <= readings; i++) {
            long at = i * every + random.nextLong(every / 10);
            long update = at / period;
            boolean isNew = update != shown && random.nextDouble() >= repeats;
            shown = update;
            if (isNew) {
                long before = value;
                value += 7 + random.nextLong(90);
                trace.note(at, every, value, before);
            }
        }
    }

    @Test
    void periodIsTheMeanTimeBetweenNewValues() {
        for (long period = 20; period <= 400; period += 5) {
            assertThat(read(period * MILLI, 5 * MILLI, 2_000, 0).periodNanos().orElseThrow())
                    .as("%d ms", period)
                    .isBetween(period * MILLI - MILLI, period * MILLI + MILLI);
        }
    }

    @Test
    void valuesThatHappenToStayTheSameDoNotMakeItLonger() {
        assertThat(read(100 * MILLI, 5 * MILLI, 2_000, 0.2).periodNanos().orElseThrow())
                .isBetween(98 * MILLI, 102 * MILLI);
    }

    @Test
    void isUnknownWhereReadingsAreNotDenseEnoughToTell() {
        assertThat(read(20 * MILLI, 100 * MILLI, 1_000, 0).periodNanos()).isEmpty();
        assertThat(read(100 * MILLI, 100 * MILLI, 1_000, 0).periodNanos()).isEmpty();
        assertThat(read(10 * MILLI, 5 * MILLI, 1_000, 0).periodNanos()).isEmpty();
        assertThat(read(100 * MILLI, 5 * MILLI, 150, 0).periodNanos()).isEmpty();
        assertThat(read(100 * MILLI, 5 * MILLI, 1_000, 1).periodNanos()).isEmpty();
    }

    @Test
    void whatDenseReadingsToldIsKeptWhenTheyBecomeSparse() {
        ChangeTrace trace = read(20 * MILLI, 5 * MILLI, 400, 0);
        trace.keepPeriod();
        read(trace, new SplittableRandom(1), 20 * MILLI, 100 * MILLI, 1_000, 0);
        assertThat(trace.periodNanos().orElseThrow()).isBetween(19 * MILLI, 21 * MILLI);
        trace.forgetPeriod();
        assertThat(trace.periodNanos()).isEmpty();
    }

    @Test
    void knowsTheSmallestChangeAndTheNewestOnes() {
        ChangeTrace trace = new ChangeTrace();
        assertThat(trace.smallestChange()).isEmpty();
        for (int i = 1; i <= 1_000; i++) {
            trace.note(i * MILLI, 0, i * 11L, (i - 1) * 11L);
        }
        assertThat(trace.smallestChange()).hasValue(11);
        ValueChanges recent = trace.recent();
        assertThat(recent.size()).isBetween(250, 256);
        for (int i = 0; i < recent.size(); i++) {
            assertThat(recent.value(i) * MILLI).isEqualTo(11 * recent.timeNanos(i));
        }
        assertThat(recent.value(recent.size() - 1)).isEqualTo(11_000);
    }

    @Test
    void readersNeverSeeATimeBesideAnotherValue() throws InterruptedException {
        ChangeTrace trace = new ChangeTrace();
        AtomicBoolean done = new AtomicBoolean();
        Thread writer = new Thread(() -> {
            for (long i = 1; !done.get(); i++) {
                trace.note(i, 0, 3 * i, 3 * (i - 1));
            }
        });
        writer.start();
        for (int i = 0; i < 2_000; i++) {
            ValueChanges recent = trace.recent();
            for (int j = 0; j < recent.size(); j++) {
                assertThat(recent.value(j)).isEqualTo(3 * recent.timeNanos(j));
            }
        }
        done.set(true);
        writer.join();
    }
}
