package io.joulegram.agent.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.GpuSource;
import io.joulegram.power.GpuTelemetry;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Readings;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class EngineGroupTest {
    private static final EngineSettings SETTINGS = EngineSettings.of(
            ModelShape.named("llama-3-70b").orElseThrow().servedAs("served"),
            AcceleratorShape.named("h100").orElseThrow(),
            4,
            1);

    private static final EngineSettings SHARED =
            EngineSettings.of(SETTINGS.model(), SETTINGS.accelerator(), SETTINGS.tensorParallel(), 2, 1);

    private final AtomicLong clock = new AtomicLong(77);
    private final EngineGroup group = groups(SETTINGS, 1, 2).get(0);

    private static Sequence sequence(int promptTokens, int outputTokens) {
        return new Sequence(
                PromptTokens.ofIds(new int[promptTokens]), outputTokens, Finish.LENGTH, (index, finish) -> {});
    }

    @Test
    void aRequestGoesToTheEngineWithTheLeastToDo() {
        for (int request = 0; request < 6; request++) {
            int rank = group.leastBusy();
            assertThat(rank).isEqualTo(request % 2);
            group.engines().get(rank).submit(sequence(100, 20));
        }
    }

    @Test
    void theTruthIsThatOfAllEngines() {
        group.engines().get(0).submit(sequence(100, 20));
        group.engines().get(1).submit(sequence(200, 30));
        clock.addAndGet(10_000_000_000L);

        Truth truth = group.truth();
        Truth first = group.engines().get(0).truth();
        Truth second = group.engines().get(1).truth();

        assertThat(truth.generatedTokens()).isEqualTo(50);
        assertThat(truth.promptTokens()).isEqualTo(300);
        assertThat(truth.elapsedNanos()).isEqualTo(2 * 10_000_000_000L);
        assertThat(truth.microjoules()).isEqualTo(first.microjoules() + second.microjoules());
        assertThat(truth.cpuMicrojoules() - first.cpuMicrojoules() - second.cpuMicrojoules())
                .isBetween(-2L, 2L);
        assertThat(truth.keyValueUsedRatio()).isZero();
    }

    @Test
    void allSamplesOfAFamilyStandTogether() {
        group.engines().get(1).submit(sequence(200, 30));
        clock.addAndGet(10_000_000_000L);

        List<String> lines = group.metrics().lines().toList();

        assertThat(lines).filteredOn(line -> line.startsWith("# TYPE")).doesNotHaveDuplicates();
        int head = lines.indexOf("# TYPE vllm:generation_tokens_total counter");
        assertThat(lines.subList(head + 1, head + 3))
                .containsExactly(
                        "vllm:generation_tokens_total{engine=\"0\",model_name=\"served\"} 0.0",
                        "vllm:generation_tokens_total{engine=\"1\",model_name=\"served\"} 30.0");
    }

    /** However the host is read, its counters never fall, and in the end they are the truth. */
    @Test
    void theCountersOfTheHostAreTheEnergyOfAllEngines() {
        List<PowerSource> sources = new EnginePower(List.of(group)).open();
        assertThat(sources)
                .extracting(PowerSource::name)
                .containsExactly(
                        "simulated:0",
                        "simulated:1",
                        "simulated:2",
                        "simulated:3",
                        "simulated:4",
                        "simulated:5",
                        "simulated:6",
                        "simulated:7",
                        "simulated:host");
        assertThat(sources.get(8).channels())
                .extracting(channel -> channel.domain() + channel.device())
                .containsExactly("cpu0", "cpu1", "dram0", "dram1");
        Random random = new Random(3);
        long[][] last = new long[sources.size()][4];
        for (int step = 0; step < 3000; step++) {
            clock.addAndGet(random.nextInt(20_000_000));
            if (random.nextInt(20) == 0) {
                group.engines()
                        .get(group.leastBusy())
                        .submit(sequence(1 + random.nextInt(500), 1 + random.nextInt(50)));
            }
            if (random.nextBoolean()) {
                group.engines().forEach(SimulatedEngine::advance);
            }
            read(sources, last);
        }
        group.engines().forEach(SimulatedEngine::advance);
        read(sources, last);

        Truth truth = group.truth();
        long gpus = 0;
        for (int gpu = 0; gpu < 8; gpu++) {
            gpus += last[gpu][0];
        }
        assertThat(truth.microjoules() - gpus).isBetween(0L, 8000L);
        assertThat(truth.cpuMicrojoules() - last[8][0] - last[8][1]).isBetween(-2L, 2L);
        assertThat(truth.dramMicrojoules() - last[8][2] - last[8][3]).isBetween(-2L, 2L);
    }

    private static void read(List<PowerSource> sources, long[][] last) {
        for (int source = 0; source < last.length; source++) {
            List<Channel> channels = sources.get(source).channels();
            Readings readings = new Readings(channels.size());
            sources.get(source).read(readings);
            for (int channel = 0; channel < channels.size(); channel++) {
                if (readings.status(channel) == Readings.Status.MEASURED) {
                    long microjoules = (long)
                            (readings.value(channel) * channels.get(channel).microjoulesPerCount());
                    assertThat(microjoules).isGreaterThanOrEqualTo(last[source][channel]);
                    last[source][channel] = microjoules;
                }
            }
        }
        assertThat(sources.get(0).channels().get(0).domain()).isEqualTo(Domain.GPU);
    }

    @Test
    void telemetryFollowsTheLoadOfItsEngine() {
        List<PowerSource> sources = new EnginePower(List.of(group)).open();
        GpuSource busy = (GpuSource) sources.get(0);
        GpuSource idle = (GpuSource) sources.get(4);
        assertThat(busy.telemetry()).isNull();
        group.engines().get(0).submit(sequence(100, 20));
        busy.refresh();
        idle.refresh();

        GpuTelemetry working = busy.telemetry();
        GpuTelemetry resting = idle.telemetry();
        assertThat(working).isNotNull();
        assertThat(resting).isNotNull();
        assertThat(working.utilizationRatio()).hasValue(1);
        assertThat(resting.utilizationRatio()).hasValue(0);
        // 75 W.
        assertThat(resting.temperatureCelsius()).hasValue(35);
        assertThat(working.temperatureCelsius().orElseThrow()).isBetween(45.0, 70.0);
        assertThat(working.throttleReasons()).hasValue(0);
        assertThat(resting.throttleReasons()).hasValue(1);
    }

    /** Two servers that share accelerators take turns, and together take what each takes alone, but for the time at rest. */
    @Test
    void serversThatShareAcceleratorsTakeTurns() {
        List<EngineGroup> sharing = groups(SHARED, 2, 1);
        SimulatedEngine one = sharing.get(0).engines().get(0);
        SimulatedEngine other = sharing.get(1).engines().get(0);
        EngineGroup alone = groups(SHARED, 1, 1).get(0);
        one.submit(sequence(100, 20));
        other.submit(sequence(100, 20));
        alone.engines().get(0).submit(sequence(100, 20));
        long beginNanos = clock.get();
        List<Long> tokens = new ArrayList<>();
        for (int step = 0; step < 40; step++) {
            clock.set(one.accelerators().stepEndNanos().orElseThrow());
            tokens.add(one.truth().generatedTokens() - other.truth().generatedTokens());
        }

        assertThat(tokens).allMatch(ahead -> ahead == 0 || ahead == 1).hasSize(40);
        assertThat(one.accelerators().stepEndNanos()).isEmpty();
        Truth first = one.truth();
        Truth second = other.truth();
        Truth whole = alone.truth();
        assertThat(first.prefillMicrojoules()).isEqualTo(whole.prefillMicrojoules());
        assertThat(second.decodeMicrojoules()).isEqualTo(whole.decodeMicrojoules());
        assertThat(first.busyNanos() + second.busyNanos())
                .isEqualTo(2 * whole.busyNanos())
                .isEqualTo(clock.get() - beginNanos);
        assertThat(first.idleMicrojoules() + second.idleMicrojoules() - whole.idleMicrojoules())
                .isBetween(-1L, 0L);
        assertThat(first.cpuMicrojoules() + second.cpuMicrojoules())
                .isCloseTo(
                        // Of whom half of the time was not busy.
                        whole.cpuMicrojoules() + HostPower.cpuMicrojoules(0, whole.busyNanos()), within(3L));
    }

    @Test
    void whatIsSharedIsReadOnce() {
        List<EngineGroup> sharing = groups(SHARED, 2, 1);
        sharing.get(0).engines().get(0).submit(sequence(100, 20));
        sharing.get(1).engines().get(0).submit(sequence(100, 20));
        clock.addAndGet(100_000_000);
        sharing.get(0).truth();

        List<PowerSource> sources = new EnginePower(sharing).open();
        assertThat(sources).hasSize(5);
        long[][] last = new long[5][4];
        read(sources, last);
        long microjoules =
                sharing.get(0).truth().microjoules() + sharing.get(1).truth().microjoules();
        assertThat(microjoules - last[0][0] - last[1][0] - last[2][0] - last[3][0])
                .isBetween(-4L, 4000L);
    }

    @Test
    void theAcceleratorsOfSeveralServersAreNamedUnlessTheyShareThem() {
        Traffic none = Traffic.steady(0);
        int each = SETTINGS.tensorParallel();

        assertThat(new Simulation(SETTINGS, 1, false, 2, none).devices()).containsExactly(List.of());
        assertThat(new Simulation(SHARED, 2, true, 1, none).devices()).containsExactly(List.of(), List.of());
        List<List<String>> own = new Simulation(SETTINGS, 2, false, 2, none).devices();
        assertThat(own).extracting(List::size).containsExactly(2 * each, 2 * each);
        assertThat(own.get(1).get(0)).isEqualTo(String.valueOf(2 * each));
    }

    @Test
    void theMemoryIsSharedToo() {
        assertThat(SHARED.keyValueBlocks()).isLessThan(SETTINGS.keyValueBlocks() / 2);
        assertThatThrownBy(() -> EngineSettings.of(SETTINGS.model(), SETTINGS.accelerator(), 2, 2, 1))
                .hasMessage("2 times served does not fit on 2 x h100: it needs 4 or more");
    }

    @Test
    void thereIsALeastAndAMostOfServersAndEngines() {
        assertThatThrownBy(() -> groups(SETTINGS, 1, 0))
                .hasMessage("--data-parallel: 0 is out of range; allowed: 1 to 16");
        assertThatThrownBy(() -> groups(SETTINGS, 9, 1)).hasMessage("--servers: 9 is out of range; allowed: 1 to 8");
    }

    private List<EngineGroup> groups(EngineSettings settings, int servers, int dataParallel) {
        return new Simulation(settings, servers, servers > 1, dataParallel, Traffic.steady(0)).engines(clock::get);
    }
}
