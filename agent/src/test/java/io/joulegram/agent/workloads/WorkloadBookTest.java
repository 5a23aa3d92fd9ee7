package io.joulegram.agent.workloads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.agent.attribution.DeviceSlice;
import io.joulegram.agent.attribution.EmbodiedRate;
import io.joulegram.agent.kubernetes.KubernetesFacts;
import io.joulegram.agent.ledger.WorkloadUse;
import io.joulegram.agent.serving.GpuEvidence;
import io.joulegram.host.Container;
import io.joulegram.host.CpuUse;
import io.joulegram.host.KubernetesContainer;
import io.joulegram.host.Workload;
import io.joulegram.power.Component;
import io.joulegram.power.GpuActivity;
import io.joulegram.power.GpuProcess;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WorkloadBookTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long KEEP = 600 * SECOND;
    private static final Workload A = new Workload(Workload.Kind.CONTAINER, "aaaaaaaaaaaa");
    private static final Workload B = new Workload(Workload.Kind.SLURM_JOB, "7");
    private static final Workload C = new Workload(Workload.Kind.SYSTEMD_UNIT, "c.service");
    private static final int PID_A = 100;
    private static final int PID_B = 200;
    private static final int PID_OF_NOBODY = 300;

    private final WorkloadBook book = new WorkloadBook(2, KEEP, 2);

    private static CpuUse use(Map<Workload, Long> nanos, long nobody, long idle) {
        return new CpuUse(nanos, Map.of(), nobody, idle);
    }

    private static KubernetesFacts called(Map<String, KubernetesContainer> byId) {
        return new KubernetesFacts(List.of(), new KubernetesFacts.Pods(byId, Map.of("id", Map.of("team", "blue"))));
    }

    private static Look look(@Nullable CpuUse use) {
        return new Look(0, Optional.ofNullable(use), Map.of(PID_A, A, PID_B, B), KubernetesFacts.NONE);
    }

    private void slice(DeviceSlice... parts) {
        book.add(SECOND, List.of(parts), List.of(), OptionalDouble.of(360));
    }

    private static DeviceSlice cpu(long microjoules) {
        return new DeviceSlice(Component.CPU, "0", microjoules);
    }

    private static DeviceSlice gpu(long microjoules) {
        return new DeviceSlice(Component.GPU, "0", microjoules);
    }

    /** The driver tells of one GPU's processes, of the memory each holds and of the time in which its kernels ran. */
    private void observe(Map<Integer, Double> smRatioByPid, int... pids) {
        List<GpuProcess> processes = new ArrayList<>();
        for (int pid : pids) {
            processes.add(new GpuProcess(pid, OptionalLong.of(pid)));
        }
        GpuActivity activity = new GpuActivity(false, 0, List.of(), Optional.of(smRatioByPid));
        book.gpus()
                .beginSlice(
                        Map.of("0", new GpuEvidence.Observed(processes, activity)),
                        Map.of(PID_A, A, PID_B, B),
                        Map.of());
    }

    private long booked(Claimant claimant, Component component, String method) {
        return book.booked()
                .getOrDefault(new Window.Key(claimant, component, method), Portion.NONE)
                .microjoules();
    }

    private long booked(Workload workload, Component component, String method) {
        return booked(Claimant.of(workload), component, method);
    }

    private Portion total(Claimant claimant) {
        return book.total().getOrDefault(claimant, Portion.NONE);
    }

    @Test
    void processorsAndMemoryGoByProcessorTimeAndTheRestInProportion() {
        slice(
                cpu(1_000),
                new DeviceSlice(Component.DRAM, "0", 100),
                new DeviceSlice(Component.OTHER, "", 40),
                new DeviceSlice(Component.OVERHEAD, "", 20));
        assertThat(book.pendingMicrojoules())
                .isEqualTo(Map.of(
                        Component.CPU, 1_000L, Component.DRAM, 100L, Component.OTHER, 40L, Component.OVERHEAD, 20L));

        book.closeWindow(look(use(Map.of(A, 3 * SECOND, B, SECOND), 2 * SECOND, 4 * SECOND)), SECOND);

        assertThat(book.pendingMicrojoules()).isEmpty();
        assertThat(booked(A, Component.CPU, "cpu_time")).isEqualTo(300);
        assertThat(booked(B, Component.CPU, "cpu_time")).isEqualTo(100);
        assertThat(booked(Claimant.UNATTRIBUTED, Component.CPU, "cpu_time")).isEqualTo(200);
        assertThat(booked(Claimant.IDLE, Component.CPU, "cpu_time")).isEqualTo(400);
        assertThat(booked(A, Component.DRAM, "cpu_time")).isEqualTo(30);
        assertThat(booked(A, Component.OTHER, "proportional")).isEqualTo(12);
        assertThat(booked(Claimant.IDLE, Component.OTHER, "proportional")).isEqualTo(16);
        assertThat(booked(A, Component.OVERHEAD, "proportional")).isEqualTo(6);
    }

    @Test
    void gramsGoWithTheEnergyAndWithTheTimeThatHardwareIsHeld() {
        List<EmbodiedRate> making = List.of(new EmbodiedRate(Component.CPU, "0", 8e-9));
        book.add(SECOND, List.of(cpu(3_600_000_000_000L)), making, OptionalDouble.of(100));
        book.add(SECOND, List.of(cpu(3_600_000_000_000L)), making, OptionalDouble.of(300));
        book.add(1, List.of(), List.of(new EmbodiedRate(Component.OTHER, "mainboard", 0)), OptionalDouble.empty());
        assertThat(book.pendingMicrojoules()).containsOnlyKeys(Component.CPU);

        book.closeWindow(look(use(Map.of(A, SECOND), 0, 3 * SECOND)), SECOND);

        assertThat(book.intensityKnown()).isTrue();
        assertThat(total(Claimant.of(A)).operationalGrams()).isCloseTo(100, within(1e-9));
        assertThat(total(Claimant.IDLE).operationalGrams()).isCloseTo(300, within(1e-9));
        assertThat(total(Claimant.of(A)).embodiedGrams()).isCloseTo(4, within(1e-9));
        assertThat(total(Claimant.IDLE).embodiedGrams()).isCloseTo(12, within(1e-9));
    }

    @Test
    void aGpuIsAllOfTheOneThatHoldsItEvenIdle() {
        observe(Map.of(), PID_A);
        slice(gpu(500));
        book.closeWindow(look(use(Map.of(), 0, SECOND)), SECOND);

        assertThat(booked(A, Component.GPU, "exclusive")).isEqualTo(500);
    }

    @Test
    void aSharedGpuGoesIdleByMemoryAndElseByWork() {
        observe(Map.of(), PID_A, PID_B, PID_OF_NOBODY);
        slice(gpu(600));
        observe(Map.of(PID_A, 0.75, PID_OF_NOBODY, 0.25), PID_A, PID_B, PID_OF_NOBODY);
        slice(gpu(1_000));
        book.closeWindow(look(use(Map.of(), 0, SECOND)), SECOND);

        // 600 idle by 100, 200 and 300 bytes in both slices, 400 of work by 3 to 1.
        assertThat(booked(A, Component.GPU, "process_utilization")).isEqualTo(100 + 100 + 300);
        assertThat(booked(B, Component.GPU, "process_utilization")).isEqualTo(200 + 200);
        assertThat(booked(Claimant.UNATTRIBUTED, Component.GPU, "process_utilization"))
                .isEqualTo(300 + 300 + 100);
    }

    @Test
    void aGpuThatNobodyHoldsIsIdleAndOneWhoseDriverDoesNotTellIsUnattributed() {
        observe(Map.of());
        slice(gpu(500));
        book.gpus().beginSlice(Map.of("0", new GpuEvidence.Observed(List.of(), null)), Map.of(), Map.of());
        slice(gpu(70));
        observe(Map.of(PID_OF_NOBODY, 1.0), PID_OF_NOBODY);
        slice(gpu(3));
        book.closeWindow(look(use(Map.of(), 0, SECOND)), SECOND);

        assertThat(booked(Claimant.IDLE, Component.GPU, "none")).isEqualTo(500);
        assertThat(booked(Claimant.UNATTRIBUTED, Component.GPU, "none")).isEqualTo(73);
    }

    @Test
    void withoutALookNothingIsAnyones() {
        slice(cpu(1_000));
        book.closeWindow(look(null), SECOND);

        assertThat(booked(Claimant.UNATTRIBUTED, Component.CPU, "none")).isEqualTo(1_000);
        assertThat(book.booked()).hasSize(1);
    }

    @Test
    void thoseThatUseMostHaveSeriesAndTheRestIsOther() {
        slice(cpu(1_000));
        book.closeWindow(look(use(Map.of(A, 3 * SECOND, B, 2 * SECOND, C, SECOND), 0, 4 * SECOND)), SECOND);
        assertThat(booked(Claimant.OTHER, Component.CPU, "cpu_time")).isEqualTo(100);

        // Not yet twice as much of late as the weakest.
        slice(cpu(1_000));
        book.closeWindow(look(use(Map.of(A, 3 * SECOND, B, 2 * SECOND, C, 5 * SECOND), 0, 0)), 2 * SECOND);
        assertThat(booked(Claimant.OTHER, Component.CPU, "cpu_time")).isEqualTo(600);
        assertThat(booked(C, Component.CPU, "cpu_time")).isZero();

        slice(cpu(10_000));
        book.closeWindow(look(use(Map.of(A, 3 * SECOND, B, SECOND, C, 6 * SECOND), 0, 0)), 3 * SECOND);
        assertThat(booked(C, Component.CPU, "cpu_time")).isEqualTo(6_000);
        assertThat(booked(B, Component.CPU, "cpu_time")).isEqualTo(400);
        assertThat(booked(Claimant.OTHER, Component.CPU, "cpu_time")).isEqualTo(1_600);
    }

    @Test
    void aWorkloadThatEndedStaysUntilItWasScrapedAndForAWhile() {
        slice(cpu(1_000));
        book.closeWindow(look(use(Map.of(C, SECOND), 0, SECOND)), SECOND);
        slice(cpu(1_000));
        book.closeWindow(look(use(Map.of(), 0, SECOND)), 2 * SECOND);

        book.retire(2 * SECOND + KEEP - 1, OptionalLong.of(3 * SECOND));
        book.retire(2 * SECOND + 100 * KEEP, OptionalLong.empty());
        book.retire(2 * SECOND + 100 * KEEP, OptionalLong.of(2 * SECOND));
        assertThat(booked(C, Component.CPU, "cpu_time")).isEqualTo(500);
        assertThat(book.retiredMicrojoules()).isEmpty();

        book.retire(2 * SECOND + KEEP, OptionalLong.of(3 * SECOND));
        assertThat(booked(C, Component.CPU, "cpu_time")).isZero();
        assertThat(book.retiredMicrojoules()).isEqualTo(Map.of(Component.CPU, 500L));
    }

    @Test
    void beyondTheBoundTheOldestGoEvenIfNobodyScraped() {
        for (int job = 1; job <= 4; job++) {
            slice(cpu(1_000));
            Workload one = new Workload(Workload.Kind.SLURM_JOB, "100" + job);
            Look look = new Look(0, Optional.of(use(Map.of(one, SECOND), 0, 0)), Map.of(), KubernetesFacts.NONE);
            book.closeWindow(look, job * SECOND);
            book.retire(job * SECOND, OptionalLong.empty());
        }

        assertThat(book.booked().keySet())
                .extracting(key -> key.claimant().name())
                .containsExactly("1002", "1003", "1004");
        assertThat(book.retiredMicrojoules()).isEqualTo(Map.of(Component.CPU, 1_000L));
    }

    @Test
    void aWorkloadThatComesBackGoesOnCounting() {
        slice(cpu(1_000));
        book.closeWindow(look(use(Map.of(C, SECOND), 0, SECOND)), SECOND);
        slice(cpu(1_000));
        book.closeWindow(look(use(Map.of(), 0, SECOND)), 2 * SECOND);
        slice(cpu(1_000));
        book.closeWindow(look(use(Map.of(C, SECOND), 0, SECOND)), 3 * SECOND);

        book.retire(2 * SECOND + 2 * KEEP, OptionalLong.of(2 * KEEP));

        assertThat(booked(C, Component.CPU, "cpu_time")).isEqualTo(1_000);
    }

    @Test
    void aLookThatFailedEndsNoWorkload() {
        slice(cpu(1_000));
        book.closeWindow(look(use(Map.of(C, SECOND), 0, SECOND)), SECOND);
        slice(cpu(1_000));
        book.closeWindow(look(null), 2 * SECOND);

        book.retire(9 * KEEP, OptionalLong.of(8 * KEEP));

        assertThat(booked(C, Component.CPU, "cpu_time")).isEqualTo(500);
    }

    @Test
    void namesOfContainersStayAsLongAsTheirSeries() {
        Container container = new Container("containerd", "id", "uid");
        KubernetesContainer names = new KubernetesContainer("llm", "vllm-0", "server");
        CpuUse use = new CpuUse(Map.of(A, SECOND), Map.of(A, container), 0, 0);
        slice(cpu(1_000));
        book.closeWindow(new Look(0, Optional.of(use), Map.of(), called(Map.of("id", names))), SECOND);
        slice(cpu(1_000));
        book.closeWindow(new Look(0, Optional.of(use), Map.of(), KubernetesFacts.NONE), 2 * SECOND);
        slice(cpu(1_000));
        book.closeWindow(
                new Look(0, Optional.of(use(Map.of(), 0, SECOND)), Map.of(), KubernetesFacts.NONE), 3 * SECOND);

        assertThat(book.containers())
                .isEqualTo(Map.of(
                        Claimant.of(A), new ContainerIdentity(container, Optional.of(names), Map.of("team", "blue"))));
        book.retire(3 * SECOND + KEEP, OptionalLong.of(4 * SECOND));
        assertThat(book.containers()).isEmpty();
    }

    @Test
    void allEnergyIsBookedOnceAndCountersNeverFall() {
        for (int seed = 0; seed < 40; seed++) {
            new Life(seed).run();
        }
    }

    /** Some minutes of a host whose workloads come and go. */
    private static final class Life {
        private final Random random;
        private final WorkloadBook book;
        private final int mostFiled;
        private final Map<Component, Long> filed = new EnumMap<>(Component.class);
        private long filedMicrograms;
        private long filedUses;
        private final Map<Component, Long> facility = new EnumMap<>(Component.class);
        private Map<Window.Key, Portion> before = new HashMap<>();
        private double operationalGrams;
        private double embodiedGrams;
        private long nowNanos = SECOND;

        Life(int seed) {
            random = new Random(seed);
            mostFiled = 1 + random.nextInt(4);
            book = new WorkloadBook(1 + random.nextInt(4), 20 * SECOND, mostFiled);
        }

        void run() {
            for (int window = 0; window < 60; window++) {
                for (int slice = random.nextInt(4); slice >= 0; slice--) {
                    slice();
                }
                assertConserved();
                book.closeWindow(look(), nowNanos);
                assertConserved();
                assertNothingFell();
                if (random.nextInt(4) == 0) {
                    file();
                }
                if (random.nextInt(3) == 0) {
                    book.retire(nowNanos, OptionalLong.of(nowNanos - random.nextInt(10) * SECOND));
                    before = new HashMap<>(book.booked());
                    assertConserved();
                }
            }
            assertThat(book.booked().keySet().stream()
                            .map(Window.Key::claimant)
                            .filter(Claimant::isWorkload)
                            .distinct())
                    .hasSizeLessThanOrEqualTo(8);
        }

        /** A bucket of the ledger is full: what was booked since the last one is in it, once. */
        private void file() {
            List<WorkloadUse> uses = book.takeUnfiled();
            assertThat(uses)
                    .filteredOn(use -> !use.workload().kind().equals("none"))
                    .hasSizeLessThanOrEqualTo(mostFiled);
            uses.forEach(use -> {
                use.microjoules().forEach((component, energy) -> filed.merge(component, energy, Long::sum));
                filedMicrograms += use.embodiedMicrograms();
                filedUses++;
            });
            Map<Component, Long> used = new EnumMap<>(facility);
            used.values().removeIf(energy -> energy == 0);
            assertThat(filed).isEqualTo(used);
            assertThat((double) filedMicrograms).isCloseTo(embodiedGrams * 1e6, within(filedUses / 2.0));
        }

        private void slice() {
            long elapsed = 1 + (long) (random.nextDouble() * 2 * SECOND);
            nowNanos += elapsed;
            Map<String, GpuEvidence.Observed> observed = new HashMap<>();
            List<DeviceSlice> parts = new ArrayList<>();
            for (int gpu = 0; gpu < 3; gpu++) {
                observed.put("" + gpu, observed());
                parts.add(new DeviceSlice(Component.GPU, "" + gpu, energy()));
            }
            parts.add(new DeviceSlice(Component.CPU, "0", energy()));
            parts.add(new DeviceSlice(Component.CPU, "1", energy()));
            parts.add(new DeviceSlice(Component.DRAM, "0", energy()));
            parts.add(new DeviceSlice(Component.OTHER, "", energy()));
            parts.add(new DeviceSlice(Component.OVERHEAD, "", energy()));
            List<EmbodiedRate> making = List.of(
                    new EmbodiedRate(Component.GPU, "0", 1e-12),
                    new EmbodiedRate(Component.CPU, "0", 2e-12),
                    new EmbodiedRate(Component.OTHER, "mainboard", 3e-12));
            book.gpus().beginSlice(observed, Map.of(PID_A, A, PID_B, B), Map.of());
            book.add(elapsed, parts, making, OptionalDouble.of(400));
            parts.forEach(part -> facility.merge(part.component(), part.microjoules(), Long::sum));
            operationalGrams +=
                    parts.stream().mapToDouble(DeviceSlice::microjoules).sum() * 400 / 3.6e12;
            embodiedGrams += elapsed * 6e-12;
        }

        private long energy() {
            return random.nextInt(4) == 0 ? 0 : random.nextLong(1_000_000_000L);
        }

        private GpuEvidence.Observed observed() {
            List<GpuProcess> processes = new ArrayList<>();
            Map<Integer, Double> busy = new HashMap<>();
            for (int pid : new int[] {PID_A, PID_B, PID_OF_NOBODY}) {
                if (random.nextBoolean()) {
                    processes.add(new GpuProcess(
                            pid, random.nextBoolean() ? OptionalLong.of(random.nextInt(9)) : OptionalLong.empty()));
                    if (random.nextBoolean()) {
                        busy.put(pid, random.nextDouble());
                    }
                }
            }
            return new GpuEvidence.Observed(
                    processes,
                    random.nextInt(3) == 0
                            ? null
                            : new GpuActivity(
                                    false, 0, List.of(), random.nextBoolean() ? Optional.of(busy) : Optional.empty()));
        }

        private Look look() {
            Map<Workload, Long> nanos = new HashMap<>();
            for (int i = 0; i < 8; i++) {
                if (random.nextInt(3) > 0) {
                    nanos.put(new Workload(Workload.Kind.SYSTEMD_UNIT, i + ".service"), random.nextLong(SECOND));
                }
            }
            Optional<CpuUse> use = random.nextInt(6) == 0
                    ? Optional.empty()
                    : Optional.of(use(nanos, random.nextLong(SECOND), 1 + random.nextLong(SECOND)));
            return new Look(nowNanos, use, Map.of(PID_A, A), KubernetesFacts.NONE);
        }

        private void assertConserved() {
            Map<Component, Long> sum = new EnumMap<>(Component.class);
            book.booked().forEach((key, part) -> sum.merge(key.component(), part.microjoules(), Long::sum));
            book.pendingMicrojoules().forEach((component, energy) -> sum.merge(component, energy, Long::sum));
            book.retiredMicrojoules().forEach((component, energy) -> sum.merge(component, energy, Long::sum));
            sum.values().removeIf(energy -> energy == 0);
            Map<Component, Long> measured = new EnumMap<>(facility);
            measured.values().removeIf(energy -> energy == 0);
            assertThat(sum).isEqualTo(measured);
            if (book.retiredMicrojoules().isEmpty() && book.pendingMicrojoules().isEmpty()) {
                Portion all = book.total().values().stream().reduce(Portion.NONE, Portion::plus);
                assertThat(all.operationalGrams()).isCloseTo(operationalGrams, within(1e-9 * operationalGrams));
                assertThat(all.embodiedGrams()).isCloseTo(embodiedGrams, within(1e-9 * embodiedGrams));
            }
        }

        private void assertNothingFell() {
            before.forEach((key, part) -> assertThat(
                            book.booked().getOrDefault(key, Portion.NONE).microjoules())
                    .isGreaterThanOrEqualTo(part.microjoules()));
            before = new HashMap<>(book.booked());
        }
    }
}
