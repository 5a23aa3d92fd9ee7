package io.joulegram.agent.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a prompt takes by itself, as the benchmark measures it, is what prompts take in a full batch: each of the twelve
 * points of docs/bench.md, in a closed loop of clients that are out of step, in the engine's own time.
 */
final class PromptEnergyTest {
    private static final EngineSettings SERVER = EngineSettings.of(
            ModelShape.named("llama-2-7b").orElseThrow(),
            AcceleratorShape.named("a100-40gb").orElseThrow(),
            1,
            1);
    private static final int PROMPT_TOKENS = 500;
    private static final int OUTPUT_TOKENS = 250;
    private static final long SECOND = 1_000_000_000;
    private static final long CLIENT_NANOS = SECOND / 2000;

    private final AtomicLong clock = new AtomicLong();
    private final SimulatedEngine engine = SimulatedEngine.alone(SERVER, clock::get);
    private int requests;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 18, 20})
    void aPromptAloneTakesWhatItTakesInABatch(int clients) {
        double alone = new Roofline(SERVER.model(), SERVER.accelerator(), 1)
                        .cost(new StepWork(PhaseWork.NONE.plus(PROMPT_TOKENS, 0), PhaseWork.NONE, 1))
                        .prefillMicrojoules()
                / (double) PROMPT_TOKENS;
        for (int client = 0; client < clients; client++) {
            ask(OUTPUT_TOKENS * (client + 1) / clients);
        }
        run(10 * SECOND);
        Truth before = engine.truth();
        run(40 * SECOND);
        Truth after = engine.truth();

        double prefill = after.prefillMicrojoules() - before.prefillMicrojoules();
        double decode = after.decodeMicrojoules() - before.decodeMicrojoules();
        long promptTokens = after.computedPromptTokens() - before.computedPromptTokens();
        assertThat(alone * promptTokens / prefill).isCloseTo(1, within(0.02));
        assertThat((prefill + decode - alone * promptTokens) / decode).isCloseTo(1, within(0.02));
        assertThat(after.preemptions()).isZero();
    }

    /** Each client asks again half a millisecond after its answer, while the next step is on. */
    private void run(long nanos) {
        long endNanos = clock.get() + nanos;
        while (clock.get() < endNanos) {
            OptionalLong stepEnd = engine.accelerators().stepEndNanos();
            stepEnd.ifPresent(clock::set);
            long answered = engine.advance().stream()
                    .filter(token -> token.finish() != null)
                    .count();
            clock.addAndGet(CLIENT_NANOS);
            for (int client = 0; client < answered; client++) {
                ask(OUTPUT_TOKENS);
            }
        }
    }

    private void ask(int outputTokens) {
        int[] ids = new int[PROMPT_TOKENS];
        Arrays.fill(ids, requests++);
        assertThat(engine.submit(
                        new Sequence(PromptTokens.ofIds(ids), outputTokens, Finish.LENGTH, (index, finish) -> {})))
                .isTrue();
    }
}
