package io.joulegram.agent.energy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SourceSamplerTest {
    private static final long TICK = 100_000_000L;

    /** A counter of 100 W that can fail or block. */
    private static final class Scripted implements PowerSource {
        final List<Channel> channels = List.of(Channel.energy(Domain.GPU, "0", Sensor.SIMULATED, 1, 0, 700, 0.05));
        volatile int error;
        boolean broken;
        volatile CountDownLatch block = new CountDownLatch(0);
        final AtomicLong now;
        int refreshes;
        int reads;

        Scripted(AtomicLong now) {
            this.now = now;
        }

        @Override
        public String name() {
            return "scripted";
        }

        @Override
        public List<Channel> channels() {
            return channels;
        }

        @Override
        public void read(Readings readings) {
            reads++;
            try {
                block.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (broken) {
                throw new IllegalStateException("on purpose");
            }
            if (error != 0) {
                readings.failed(0, error);
            } else {
                readings.measured(0, now.get(), now.get() / 10_000);
            }
        }

        @Override
        public void refresh() {
            refreshes++;
        }

        @Override
        public String errorName(int errorCode) {
            return "ERROR_" + errorCode;
        }

        @Override
        public void close() {}
    }

    private final AtomicLong now = new AtomicLong(TICK);
    private final Scripted source = new Scripted(now);
    private final Meter meter = new Meter(Domain.GPU, "0", source.channels, List.of(0), TICK, null);
    private final SourceSampler sampler =
            new SourceSampler(source, List.of(meter), new SamplingSchedule(TICK, false, 0), 2_000_000_000L, now::get);

    private void ticks(int count) {
        for (int i = 0; i < count; i++) {
            sampler.tick(now.get(), 0);
            now.addAndGet(TICK);
        }
    }

    @Test
    void isUpWithTheFirstValue() {
        assertThat(sampler.downReason()).isEqualTo("not read yet");
        ticks(1);

        assertThat(sampler.downReason()).isEmpty();
    }

    @Test
    void isDownAfterThreeFailuresAndUpWithTheNextValue() {
        ticks(1);
        source.error = 15;
        ticks(2);
        assertThat(sampler.downReason()).isEmpty();
        ticks(1);
        assertThat(sampler.downReason()).isEqualTo("ERROR_15");
        assertThat(sampler.errors()).containsEntry("ERROR_15", 3L);
        source.error = 0;
        ticks(1);

        assertThat(sampler.downReason()).isEmpty();
    }

    @Test
    void isDownSinceItsFirstFailureHoweverTheReasonsChange() {
        ticks(1);
        source.error = 15;
        ticks(3);
        long since = sampler.downSinceNanos();
        source.error = 999;
        ticks(1);

        assertThat(sampler.downReason()).isEqualTo("ERROR_999");
        assertThat(sampler.downSinceNanos()).isEqualTo(since);
    }

    @Test
    void aSourceThatThrowsIsDownAndTriedAgain() {
        ticks(1);
        source.broken = true;
        ticks(1);
        assertThat(sampler.downReason()).isEqualTo("reading failed: java.lang.IllegalStateException: on purpose");
        assertThat(sampler.isHung()).isFalse();
        source.broken = false;
        ticks(1);

        assertThat(sampler.downReason()).isEmpty();
    }

    @Test
    void refreshesEveryTwoSeconds() {
        ticks(61);

        assertThat(source.refreshes).isEqualTo(4);
    }

    @Test
    void tellsOfACallThatDoesNotComeBack() throws InterruptedException {
        ticks(1);
        source.block = new CountDownLatch(1);
        int reads = source.reads;
        Thread thread = new Thread(() -> sampler.tick(now.get(), 0));
        thread.start();
        while (source.reads == reads) {
            Thread.onSpinWait();
        }
        assertThat(sampler.isHung()).isFalse();
        now.addAndGet(3_000_000_000L);

        assertThat(sampler.isHung()).isTrue();
        assertThat(sampler.downReason()).contains("hung");
        source.block.countDown();
        thread.join();
        assertThat(sampler.isHung()).isFalse();
    }

    @Test
    void allocatesNothingPerSample() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        ticks(20_000);
        long self = Thread.currentThread().getId();
        threads.getThreadAllocatedBytes(self);
        long before = threads.getThreadAllocatedBytes(self);
        ticks(20_000);
        long allocated = threads.getThreadAllocatedBytes(self) - before;

        assertThat(allocated / 20_000).isZero();
    }
}
