package io.joulegram.agent.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.joulegram.power.Readings;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class SimulatedEngineTest {
    private static final long START = -5_000_000_007L;
    private static final EngineSettings H100 = EngineSettings.of(
            ModelShape.named("llama-3-8b").orElseThrow(),
            AcceleratorShape.named("h100").orElseThrow(),
            1,
            1);

    private final AtomicLong clock = new AtomicLong(START);

    @Test
    void oneRequestTakesTheSumOfItsSteps() {
        SimulatedEngine engine = engine(H100);
        Roofline roofline = new Roofline(H100.model(), H100.accelerator(), 1);
        StepCost prefill = roofline.cost(new StepWork(PhaseWork.NONE.plus(100, 0), PhaseWork.NONE, 1));
        StepCost second = roofline.cost(new StepWork(PhaseWork.NONE, PhaseWork.NONE.plus(1, 100), 1));
        StepCost third = roofline.cost(new StepWork(PhaseWork.NONE, PhaseWork.NONE.plus(1, 101), 1));
        clock.addAndGet(1_000_000_000);

        engine.submit(sequence(1, 100, 3));
        long begin = clock.get();
        clock.addAndGet(3_000_000_000L);
        List<MadeToken> made = engine.advance();

        assertThat(made).extracting(MadeToken::index).containsExactly(0, 1, 2);
        assertThat(made).extracting(MadeToken::finish).containsExactly(null, null, Finish.LENGTH);
        Truth truth = engine.truth();
        assertThat(truth.prefillMicrojoules()).isEqualTo(prefill.prefillMicrojoules());
        assertThat(truth.decodeMicrojoules()).isEqualTo(second.decodeMicrojoules() + third.decodeMicrojoules());
        assertThat(truth.busyNanos()).isEqualTo(prefill.nanos() + second.nanos() + third.nanos());
        assertThat(truth.idleMicrojoules()).isEqualTo(4 * 75_000_000L);
        assertThat(truth.promptTokens()).isEqualTo(100);
        assertThat(truth.generatedTokens()).isEqualTo(3);
        assertThat(truth.steps()).isEqualTo(3);
        assertThat(made.get(2).sequence().lastTokenNanos()).isEqualTo(begin + truth.busyNanos());
    }

    @Test
    void halfAStepTakesHalfItsEnergy() {
        SimulatedEngine engine = engine(H100);
        StepCost step = new Roofline(H100.model(), H100.accelerator(), 1)
                .cost(new StepWork(PhaseWork.NONE.plus(100, 0), PhaseWork.NONE, 1));
        engine.submit(sequence(1, 100, 1));
        EnergyReading reading = new EnergyReading();

        clock.addAndGet(step.nanos() / 2);
        engine.accelerators().read(reading);
        assertThat(reading.prefillMicrojoules())
                .isEqualTo((long) ((double) step.prefillMicrojoules() * Math.floorDiv(step.nanos(), 2) / step.nanos()));
        assertThat(reading.atNanos()).isEqualTo(clock.get());

        // Nobody has told the engine of the step's end yet: what follows is not known.
        clock.addAndGet(step.nanos());
        engine.accelerators().read(reading);
        assertThat(reading.atNanos()).isEqualTo(START + step.nanos());
        assertThat(reading.prefillMicrojoules()).isEqualTo(step.prefillMicrojoules());
        engine.advance();
        engine.accelerators().read(reading);
        assertThat(reading.atNanos()).isEqualTo(clock.get());
        assertThat(reading.prefillMicrojoules()).isEqualTo(step.prefillMicrojoules());
    }

    @Test
    void longPromptsAreComputedInChunksBesideDecoding() {
        SimulatedEngine engine = engine(H100.withLimits(256, 64, 100));
        engine.submit(sequence(1, 10, 50));
        finishStep(engine);
        engine.submit(sequence(2, 200, 1));

        // The step that is going on knows nothing of it. Then one token of 64 is the first sequence's.
        int[] tokens = {1, 1, 1, 1, 2};
        for (int expected : tokens) {
            assertThat(finishStep(engine)).hasSize(expected);
        }
        assertThat(engine.truth().computedPromptTokens()).isEqualTo(210);
        assertThat(engine.truth().promptTokens()).isEqualTo(210);
    }

    @Test
    void whatTwoPromptsBeginWithIsComputedOnce() {
        SimulatedEngine engine = engine(H100);
        engine.submit(sequence(1, 100, 1));
        finishStep(engine);
        long first = engine.truth().prefillMicrojoules();
        engine.submit(sequence(1, 100, 1));
        finishStep(engine);

        Truth truth = engine.truth();
        assertThat(truth.promptTokens()).isEqualTo(200);
        // Six blocks of sixteen; the last four tokens are always computed.
        assertThat(truth.cachedTokens()).isEqualTo(96);
        assertThat(truth.computedPromptTokens()).isEqualTo(104);
        assertThat(truth.prefillMicrojoules()).isLessThan(2 * first);
    }

    @Test
    void whereMemoryRunsOutTheYoungestIsComputedAnew() {
        SimulatedEngine engine = engine(H100.withKeyValueBlocks(8));
        List<Integer> order = new ArrayList<>();
        engine.submit(sequence(1, 48, 60, order));
        engine.submit(sequence(2, 48, 60, order));
        drain(engine);

        Truth truth = engine.truth();
        assertThat(order).containsExactly(1, 2);
        assertThat(truth.preemptions()).isPositive();
        assertThat(truth.generatedTokens()).isEqualTo(120);
        assertThat(truth.promptTokens()).isEqualTo(96);
        assertThat(truth.computedPromptTokens()).isGreaterThan(96);
        assertThat(truth.keyValueUsedRatio()).isZero();
    }

    @Test
    void whoGoesAwayLeavesTheEnergyAndTakesNoMoreTokens() {
        SimulatedEngine engine = engine(H100);
        Sequence gone = sequence(1, 50, 1000);
        engine.submit(gone);
        finishStep(engine);
        finishStep(engine);
        engine.abort(gone);
        engine.abort(gone);

        assertThat(finishStep(engine)).isEmpty();
        Truth truth = engine.truth();
        assertThat(truth.generatedTokens()).isEqualTo(2);
        assertThat(truth.steps()).isEqualTo(3);
        assertThat(truth.running()).isZero();
        assertThat(truth.keyValueUsedRatio()).isZero();
        assertThat(engine.accelerators().stepEndNanos()).isEmpty();
        assertThat(new EngineGroup(List.of(engine)).metrics()).contains("finished_reason=\"abort\"} 1.0");
    }

    @Test
    void whoWaitsCanGoAway() {
        SimulatedEngine engine = engine(H100.withLimits(1, 100, 2));
        Sequence waiting = sequence(2, 10, 10);
        assertThat(engine.submit(sequence(1, 10, 10))).isTrue();
        assertThat(engine.submit(waiting)).isTrue();
        assertThat(engine.submit(sequence(3, 10, 10))).isTrue();
        assertThat(engine.submit(sequence(4, 10, 10))).isFalse();
        engine.abort(waiting);
        drain(engine);

        assertThat(engine.truth().generatedTokens()).isEqualTo(20);
    }

    @Test
    void whatCanNeverFitIsRefused() {
        SimulatedEngine engine = engine(H100.withKeyValueBlocks(2));

        assertThatThrownBy(() -> engine.submit(sequence(1, 30, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("32 together");
        assertThat(engine.submit(sequence(1, 30, 2))).isTrue();
        drain(engine);
        assertThat(engine.truth().generatedTokens()).isEqualTo(2);
    }

    @Test
    void howLateItIsToldDoesNotMatter() {
        for (long seed = 0; seed < 20; seed++) {
            Truth often = randomRun(seed, 100_000);
            Truth seldom = randomRun(seed, 500_000_000);
            assertThat(often).as("seed %d", seed).isEqualTo(seldom);
        }
    }

    /** Requests at fixed instants; in between, the engine is told of the time in strides. */
    private Truth randomRun(long seed, long strideNanos) {
        clock.set(START);
        SplittableRandom random = new SplittableRandom(seed);
        SimulatedEngine engine = engine(H100.withKeyValueBlocks(60).withLimits(8, 100, 50));
        for (int request = 0; request < 20; request++) {
            advanceTo(engine, START + request * 1_000_000_000L / 50, strideNanos);
            engine.submit(sequence(random.nextInt(3), random.nextInt(1, 200), random.nextInt(1, 60)));
        }
        advanceTo(engine, START + 30_000_000_000L, strideNanos);
        return engine.truth();
    }

    private void advanceTo(SimulatedEngine engine, long untilNanos, long strideNanos) {
        while (clock.get() < untilNanos) {
            clock.set(Math.min(untilNanos, clock.get() + strideNanos));
            engine.advance();
        }
    }

    @Test
    void tokensEnergyAndMemoryAddUpWhateverComes() {
        for (long seed = 0; seed < 60; seed++) {
            clock.set(START);
            SplittableRandom random = new SplittableRandom(seed);
            EngineSettings settings =
                    H100.withKeyValueBlocks(random.nextInt(20, 80)).withLimits(random.nextInt(1, 12), 64, 1000);
            SimulatedEngine engine = engine(settings);
            List<Sequence> sequences = new ArrayList<>();
            long before = 0;
            for (int event = 0; event < 200; event++) {
                clock.addAndGet(random.nextLong(1, 20_000_000));
                if (random.nextInt(4) == 0) {
                    Sequence sequence = sequence(random.nextInt(3), random.nextInt(1, 250), random.nextInt(1, 60));
                    assertThat(engine.submit(sequence)).isTrue();
                    sequences.add(sequence);
                } else if (random.nextInt(20) == 0 && !sequences.isEmpty()) {
                    engine.abort(sequences.get(random.nextInt(sequences.size())));
                }
                Truth truth = engine.truth();
                assertThat(truth.keyValueUsedRatio()).as("seed %d", seed).isBetween(0.0, 1.0);
                assertThat(truth.running()).as("seed %d", seed).isBetween(0, settings.maxSequences());
                assertThat(truth.microjoules()).as("seed %d", seed).isGreaterThanOrEqualTo(before);
                before = truth.microjoules();
            }
            drain(engine);
            Truth truth = engine.truth();
            assertThat(truth.generatedTokens())
                    .as("seed %d", seed)
                    .isEqualTo(sequences.stream()
                            .mapToLong(Sequence::generatedTokens)
                            .sum());
            assertThat(sequences)
                    .as("seed %d", seed)
                    .allMatch(sequence -> sequence.isAborted() || sequence.isFinished());
            assertThat(truth.keyValueUsedRatio()).as("seed %d", seed).isZero();
            assertThat(truth.running() + truth.waiting()).as("seed %d", seed).isZero();
        }
    }

    /** As in {@link RooflineTest}, but by the scheduler: always so many requests at a time, prompts and answers of 1000. */
    @Test
    void batchesSaveTenfoldForTwiceTheWait() {
        Truth one = closedLoop(1, 2);
        Truth full = closedLoop(22, 44);

        assertThat(one.preemptions() + full.preemptions()).isZero();
        double saved = joulesPerToken(one) / joulesPerToken(full);
        double wait = secondsPerToken(full) * 22 / secondsPerToken(one);
        assertThat(saved).isBetween(9.0, 13.0);
        assertThat(wait).isBetween(1.6, 2.5);
    }

    private Truth closedLoop(int atOnce, int requests) {
        clock.set(START);
        EngineSettings a100 = EngineSettings.of(
                ModelShape.named("llama-2-7b").orElseThrow(),
                AcceleratorShape.named("a100-40gb").orElseThrow(),
                1,
                1);
        SimulatedEngine engine = engine(a100.withLimits(atOnce, 8192, requests));
        for (int request = 0; request < requests; request++) {
            engine.submit(sequence(request, 1000, 1000));
        }
        drain(engine);
        return engine.truth();
    }

    private static double joulesPerToken(Truth truth) {
        return truth.microjoules() / 1e6 / truth.generatedTokens();
    }

    private static double secondsPerToken(Truth truth) {
        return truth.busyNanos() / 1e9 / truth.generatedTokens();
    }

    @Test
    void countersOfAcceleratorsAddUpToTheWhole() {
        EngineSettings four = EngineSettings.of(
                ModelShape.named("llama-3-70b").orElseThrow(),
                AcceleratorShape.named("h100").orElseThrow(),
                4,
                1);
        SimulatedEngine engine = engine(four);
        engine.submit(sequence(1, 333, 20));
        clock.addAndGet(123_456_789);
        engine.advance();
        long counted = new EnginePower(List.of(new EngineGroup(List.of(engine))))
                .open().stream()
                        .filter(source -> source.name().matches("simulated:[0-3]"))
                        .mapToLong(source -> {
                            var readings = new Readings(1);
                            source.read(readings);
                            return readings.value(0) * 1000;
                        })
                        .sum();

        assertThat(engine.truth().microjoules() - counted).isBetween(0L, 4000L);
    }

    @Test
    void aSourceTellsNothingAnewUntilMoreIsKnown() {
        SimulatedEngine engine = engine(H100);
        var gpu = new EnginePower(List.of(new EngineGroup(List.of(engine))))
                .open()
                .get(0);
        engine.submit(sequence(1, 100, 1));
        clock.addAndGet(10_000_000_000L);
        var readings = new Readings(1);
        gpu.read(readings);
        assertThat(readings.status(0)).isEqualTo(Readings.Status.MEASURED);
        assertThat(readings.timeNanos(0)).isLessThan(clock.get());

        readings.clear();
        gpu.read(readings);
        assertThat(readings.status(0)).isEqualTo(Readings.Status.NO_DATA);
    }

    private SimulatedEngine engine(EngineSettings settings) {
        return SimulatedEngine.alone(settings, clock::get);
    }

    /** Lets the step end that is going on. */
    private List<MadeToken> finishStep(SimulatedEngine engine) {
        clock.set(engine.accelerators().stepEndNanos().orElseThrow());
        return engine.advance();
    }

    private void drain(SimulatedEngine engine) {
        while (engine.accelerators().stepEndNanos().isPresent()) {
            finishStep(engine).forEach(MadeToken::deliver);
        }
    }

    private static Sequence sequence(int firstToken, int promptTokens, int outputTokens) {
        return sequence(firstToken, promptTokens, outputTokens, new ArrayList<>());
    }

    /** Prompts with the same first token begin alike. */
    private static Sequence sequence(int firstToken, int promptTokens, int outputTokens, List<Integer> finished) {
        int[] ids = new int[promptTokens];
        ids[0] = firstToken;
        return new Sequence(PromptTokens.ofIds(ids), outputTokens, Finish.LENGTH, (index, finish) -> {
            if (finish != null) {
                finished.add(firstToken);
            }
        });
    }
}
