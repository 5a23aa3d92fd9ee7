package io.joulegram.agent.energy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.joulegram.agent.energy.SourceSupervisor.Release;
import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import io.joulegram.power.SourceUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SourceSupervisorTest {
    private static final long PATIENCE_MILLIS = 5_000;

    /** How a provider opens. */
    private interface Opening {
        List<PowerSource> open() throws SourceUnavailableException;
    }

    private record Provider(String name, Opening opening) implements PowerSourceProvider {
        @Override
        public List<PowerSource> open() throws SourceUnavailableException {
            return opening.open();
        }
    }

    /** A constant power. */
    private static final class Constant implements PowerSource {
        final String name;
        final List<Channel> channels;
        final AtomicBoolean closed = new AtomicBoolean();
        final CountDownLatch gate;

        Constant(String name, Domain domain, CountDownLatch gate) {
            this(name, Channel.power(domain, "0", Sensor.SIMULATED, 1000, 0, 0.05), gate);
        }

        Constant(String name, Channel channel, CountDownLatch gate) {
            this.name = name;
            this.gate = gate;
            channels = List.of(channel);
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public List<Channel> channels() {
            return channels;
        }

        @Override
        public void read(Readings readings) {
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            readings.measured(0, System.nanoTime(), 100_000);
        }

        @Override
        public String errorName(int errorCode) {
            return "ERROR_" + errorCode;
        }

        @Override
        public void close() {
            closed.set(true);
        }
    }

    private static final CountDownLatch OPEN = new CountDownLatch(0);

    private final CountDownLatch stuck = new CountDownLatch(1);
    private final EnergyBook book = new EnergyBook(
            new SamplingPlan(
                    Duration.ofMillis(10), Duration.ofMillis(10), Duration.ofMillis(10), Duration.ofSeconds(2)),
            System::nanoTime);

    @AfterEach
    void release() {
        stuck.countDown();
    }

    private static Provider missing(String name) {
        return new Provider(name, () -> {
            throw new SourceUnavailableException(name + " is not here", "install " + name);
        });
    }

    private static Provider broken(String name) {
        return new Provider(name, () -> {
            throw new IllegalStateException("on purpose");
        });
    }

    @Test
    void takesTheFirstWayOfAChainThatWorks() throws InterruptedException {
        Constant estimate = new Constant("estimate", Domain.CPU, OPEN);
        Provider last = new Provider("estimate", () -> List.of(estimate));
        try (SourceSupervisor supervisor =
                new SourceSupervisor(book, List.of(List.of(missing("rapl"), broken("hwmon"), last, broken("never"))))) {
            supervisor.start();

            assertThat(supervisor.awaitFirstAttempts(PATIENCE_MILLIS)).isTrue();
            assertThat(book.samplers())
                    .extracting(sampler -> sampler.source().name())
                    .containsExactly("estimate");
            assertThat(supervisor.unavailable()).containsOnlyKeys("rapl", "hwmon");
            assertThat(supervisor.unavailable())
                    .containsEntry("rapl", new SourceSupervisor.Unavailable("rapl is not here", "install rapl"));
        }
        assertThat(estimate.closed).isTrue();
    }

    @Test
    void aFamilyThatHangsAsItIsOpenedHoldsUpNoOther() throws InterruptedException {
        Provider hanging = new Provider("hanging", () -> {
            try {
                stuck.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new SourceUnavailableException("late", "");
        });
        Provider working = new Provider("working", () -> List.of(new Constant("working", Domain.GPU, OPEN)));
        try (SourceSupervisor supervisor = new SourceSupervisor(book, List.of(List.of(hanging), List.of(working)))) {
            supervisor.start();
            await().until(() -> book.entries().stream()
                    .anyMatch(entry -> entry.meter().curve().totalMicrojoules() > 0));

            assertThat(supervisor.awaitFirstAttempts(1)).isFalse();
            stuck.countDown();
        }
    }

    @Test
    void leavesBehindASourceThatHangsAndClosesTheOthers() throws InterruptedException {
        Constant hung = new Constant("hung", Domain.GPU, stuck);
        Constant well = new Constant("well", Domain.CPU, OPEN);
        try (SourceSupervisor supervisor = new SourceSupervisor(
                book,
                List.of(
                        List.of(new Provider("hung", () -> List.of(hung))),
                        List.of(new Provider("well", () -> List.of(well)))))) {
            supervisor.start();
            assertThat(supervisor.awaitFirstAttempts(PATIENCE_MILLIS)).isTrue();
            await().until(() -> book.entries().stream()
                    .anyMatch(entry -> entry.meter().curve().totalMicrojoules() > 0));
        }

        assertThat(well.closed).isTrue();
        assertThat(hung.closed).isFalse();
        assertThat(book.samplers()).isEmpty();
    }

    @Test
    void opensWhatMeasuresAgainThoughTheEstimateBesideItGivesValues() {
        AtomicLong nanos = new AtomicLong();
        SourceSampler estimate = sampler(Sensor.ESTIMATE, nanos);
        SourceSampler rapl = sampler(Sensor.RAPL_PERF, nanos);
        estimate.tick(0, 0);
        nanos.set(10_000_000_000L);
        assertThat(SourceFamily.lost(List.of(rapl, estimate), nanos.get())).isFalse();

        nanos.incrementAndGet();
        assertThat(SourceFamily.lost(List.of(rapl, estimate), nanos.get())).isTrue();
        assertThat(SourceFamily.lost(List.of(estimate), nanos.get())).isFalse();

        rapl.tick(nanos.get(), 0);
        assertThat(SourceFamily.lost(List.of(rapl, estimate), nanos.get())).isFalse();
    }

    private static SourceSampler sampler(Sensor sensor, AtomicLong nanos) {
        return new SourceSampler(
                new Constant(sensor.label(), Channel.power(Domain.CPU, "0", sensor, 1000, 0, 0.3), OPEN),
                List.of(),
                new SamplingSchedule(1_000_000_000, false, 0),
                2_000_000_000,
                nanos::get);
    }

    @Test
    void quietFamilyIsClosedAndOpenedAgainWhenItIsToldSo() throws InterruptedException {
        List<Constant> opened = new CopyOnWriteArrayList<>();
        Provider provider = new Provider("gpus", () -> {
            opened.add(new Constant("gpu", Domain.GPU, OPEN));
            return List.of(opened.get(opened.size() - 1));
        });
        try (SourceSupervisor supervisor = new SourceSupervisor(book, List.of(List.of(provider)))) {
            supervisor.start();
            assertThat(supervisor.awaitFirstAttempts(PATIENCE_MILLIS)).isTrue();
            await().until(() -> !book.samplers().isEmpty());

            Release release = supervisor.quiesce("gpus", Duration.ofHours(1)).orElseThrow();

            assertThat(release.held()).isEmpty();
            assertThat(opened).hasSize(1).allMatch(source -> source.closed.get());
            assertThat(book.samplers()).isEmpty();
            await().untilAsserted(() -> assertThat(supervisor.unavailable())
                    .containsEntry(
                            "gpus",
                            new SourceSupervisor.Unavailable(
                                    "quiesced until " + release.until(), "`joulegram resume` ends it earlier")));
            assertThat(supervisor.resume("gpus")).contains(true);
            await().until(() -> opened.size() == 2 && supervisor.unavailable().isEmpty());
            assertThat(supervisor.resume("gpus")).contains(false);
        }
        assertThat(opened).allMatch(source -> source.closed.get());
    }

    @Test
    void quietFamilyIsOpenedAgainWhenItsTimeIsUp() throws InterruptedException {
        List<Constant> opened = new CopyOnWriteArrayList<>();
        Provider provider = new Provider("gpus", () -> {
            opened.add(new Constant("gpu", Domain.GPU, OPEN));
            return List.of(opened.get(opened.size() - 1));
        });
        try (SourceSupervisor supervisor = new SourceSupervisor(book, List.of(List.of(provider)))) {
            supervisor.start();
            await().until(() -> opened.size() == 1);
            assertThat(supervisor.quiesce("gpus", Duration.ofSeconds(2))).isPresent();
            await().until(() -> opened.size() == 2);
        }
    }

    @Test
    void tellsThatAHangingCallKeepsTheDriver() throws InterruptedException {
        Constant hung = new Constant("hung", Domain.GPU, stuck);
        Provider provider = new Provider("gpus", () -> List.of(hung));
        try (SourceSupervisor supervisor = new SourceSupervisor(book, List.of(List.of(provider)))) {
            supervisor.start();
            await().until(() -> !book.samplers().isEmpty());

            Release release = supervisor.quiesce("gpus", Duration.ofHours(1)).orElseThrow();
            assertThat(release.held()).containsExactly("hung hangs in a driver call");

            stuck.countDown();
            await().untilTrue(hung.closed);
            assertThat(supervisor
                            .quiesce("gpus", Duration.ofHours(1))
                            .orElseThrow()
                            .held())
                    .isEmpty();
        }
    }

    @Test
    void unknownFamilyCannotBeQuiesced() throws InterruptedException {
        try (SourceSupervisor supervisor = new SourceSupervisor(book, List.of(List.of(missing("rapl"))))) {
            assertThat(supervisor.quiesce("nvml", Duration.ofHours(1))).isEmpty();
            assertThat(supervisor.resume("nvml")).isEmpty();
        }
    }

    /** Gives one source at first, and another, or a better one, when it is asked again. */
    private record Pluggable(PowerSource first, Supplier<List<PowerSource>> later) implements PowerSourceProvider {
        static Pluggable once(PowerSource first, PowerSource later) {
            AtomicBoolean plugged = new AtomicBoolean();
            return new Pluggable(first, () -> plugged.compareAndSet(false, true) ? List.of(later) : List.of());
        }

        @Override
        public String name() {
            return "gpus";
        }

        @Override
        public List<PowerSource> open() {
            return List.of(first);
        }

        @Override
        public List<PowerSource> rediscover(Set<String> wellOff) {
            assertThat(wellOff).contains("gpu:0");
            return later.get();
        }
    }

    @Test
    void readsWhatIsPluggedInBesideWhatIsRead() throws InterruptedException {
        Constant first = new Constant("gpu:0", Domain.GPU, OPEN);
        Constant second = new Constant("gpu:1", Domain.GPU_MEMORY, OPEN);
        Pluggable provider = Pluggable.once(first, second);
        try (SourceSupervisor supervisor =
                new SourceSupervisor(book, List.of(List.of(provider)), Duration.ofMillis(1))) {
            supervisor.start();

            await().until(() -> book.samplers().size() == 2);

            assertThat(first.closed).isFalse();
            await().until(() -> book.entries().stream()
                    .allMatch(entry -> entry.meter().curve().totalMicrojoules() > 0));
        }
        assertThat(first.closed).isTrue();
        assertThat(second.closed).isTrue();
    }

    @Test
    void whatComesBackTakesThePlaceOfWhatItWas() throws InterruptedException {
        Constant first = new Constant("gpu:0", Domain.GPU, OPEN);
        Constant again = new Constant("gpu:0", Domain.GPU, OPEN);
        Pluggable provider = Pluggable.once(first, again);
        try (SourceSupervisor supervisor =
                new SourceSupervisor(book, List.of(List.of(provider)), Duration.ofMillis(1))) {
            supervisor.start();

            await().untilTrue(first.closed);
            await().until(() ->
                    book.samplers().size() == 1 && book.samplers().get(0).source() == again);
            assertThat(book.entries()).hasSize(1);
        }
    }
}
