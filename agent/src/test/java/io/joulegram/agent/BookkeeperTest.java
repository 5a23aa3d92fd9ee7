package io.joulegram.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.joulegram.agent.attribution.Attribution;
import io.joulegram.agent.attribution.Conditions;
import io.joulegram.agent.attribution.DeviceSlice;
import io.joulegram.agent.attribution.MeterFeed;
import io.joulegram.agent.attribution.TokenWeights;
import io.joulegram.agent.energy.CumulativeEnergy;
import io.joulegram.power.Component;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BookkeeperTest {
    private static final long PATIENCE_MILLIS = 5_000;

    /** A GPU of 100 W whose energy is known up to now. */
    private static final class Steady implements CumulativeEnergy {
        final long beginNanos = System.nanoTime();

        @Override
        public long coveredUntilNanos() {
            return System.nanoTime();
        }

        @Override
        public long microjoulesAt(long timeNanos) {
            return Math.max(0, timeNanos - beginNanos) / 10;
        }
    }

    /** Slices are cut at least this often here. */
    private static final long CUT_NANOS = 300_000_000;

    private final class Desk implements Bookkeeper.Desk {
        final MeterFeed gpu = new MeterFeed(Component.GPU, "0", new Steady(), true);
        final AtomicInteger published = new AtomicInteger();
        final AtomicLong sliceMicrojoules = new AtomicLong();
        final AtomicLong longestSliceNanos = new AtomicLong();
        final AtomicBoolean stopped = new AtomicBoolean();
        volatile long publishedUntilNanos;
        volatile boolean fails;

        @Override
        public long nextCutNanos(long nanos) {
            return nanos + CUT_NANOS;
        }

        @Override
        public Conditions beginSlice(long startNanos) {
            return new Conditions(List.of(gpu), List.of(), Map.of(), OptionalDouble.empty());
        }

        @Override
        public OptionalLong coveredUntilNanos() {
            return OptionalLong.of(gpu.energy().coveredUntilNanos());
        }

        @Override
        public void endSlice(long endNanos, long elapsedNanos, List<DeviceSlice> parts) {
            longestSliceNanos.accumulateAndGet(elapsedNanos, Math::max);
            parts.forEach(part -> sliceMicrojoules.addAndGet(part.microjoules()));
        }

        @Override
        public void onTick(long nowNanos) {
            if (fails) {
                throw new IllegalStateException("on purpose");
            }
        }

        @Override
        public void onStop() {
            stopped.set(true);
        }

        @Override
        public void publish(long nowNanos) {
            publishedUntilNanos = attribution.untilNanos();
            published.incrementAndGet();
        }
    }

    private final Attribution attribution = new Attribution(TokenWeights.DEFAULT, 1);
    private final Desk desk = new Desk();
    private final Bookkeeper bookkeeper = new Bookkeeper(attribution, desk, List::of, 15_000_000_000L);

    @AfterEach
    void end() {
        bookkeeper.close();
    }

    @Test
    void publishesTheBooksAsOfTheRequest() {
        bookkeeper.start();
        for (int i = 0; i < 200; i++) {
            long askedNanos = System.nanoTime();
            bookkeeper.publishNow(PATIENCE_MILLIS);

            assertThat(desk.publishedUntilNanos - askedNanos).isNotNegative();
            assertThat(desk.published).hasValueGreaterThan(i);
        }
    }

    @Test
    void endsSlicesWhereItIsToldToAndLosesNothing() {
        bookkeeper.start();
        await().until(() -> desk.sliceMicrojoules.get() > 0);
        long before = desk.sliceMicrojoules.get();
        await().until(() -> desk.sliceMicrojoules.get() - before > 100_000_000);

        assertThat(desk.longestSliceNanos).hasValueLessThanOrEqualTo(CUT_NANOS);
        long facility = attribution.facilityMicrojoules().getOrDefault(Component.GPU, 0L);
        assertThat(desk.sliceMicrojoules.get()).isLessThanOrEqualTo(facility);
    }

    @Test
    void settlesWhatItCanAndSaysSoWhenItStops() {
        bookkeeper.start();
        await().until(() -> desk.sliceMicrojoules.get() > 0);
        bookkeeper.close();

        assertThat(desk.stopped).isTrue();
        assertThat(desk.sliceMicrojoules)
                .hasValue(attribution.facilityMicrojoules().getOrDefault(Component.GPU, 0L));
    }

    @Test
    void noRequestOfManyIsForgotten() throws InterruptedException {
        bookkeeper.start();
        AtomicInteger late = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            threads.add(new Thread(() -> {
                for (int round = 0; round < 200; round++) {
                    long begin = System.nanoTime();
                    bookkeeper.publishNow(PATIENCE_MILLIS);
                    if (System.nanoTime() - begin > PATIENCE_MILLIS * 1_000_000) {
                        late.incrementAndGet();
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(late).hasValue(0);
    }

    @Test
    void doesNotHoldUpWhoAsksWhenItDoesNotRun() {
        bookkeeper.publishNow(1);

        assertThat(desk.published).hasValue(0);
    }

    @Test
    void publishesWithoutBeingAskedAndGoesOnAfterAFailure() {
        desk.fails = true;
        bookkeeper.start();
        bookkeeper.publishNow(PATIENCE_MILLIS);
        assertThat(desk.published).hasValue(0);
        desk.fails = false;

        await().until(() -> desk.published.get() > 1);
        bookkeeper.close();
        assertThat(attribution.facilityMicrojoules().getOrDefault(Component.GPU, 0L))
                .isEqualTo(desk.sliceMicrojoules.get());
    }
}
