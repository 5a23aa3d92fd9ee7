package io.joulegram.agent.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class OwnRequestsTest {
    private static final int MANY = 20_000;
    private static final EngineSettings SETTINGS = EngineSettings.of(
            ModelShape.named("llama-3-8b").orElseThrow(),
            AcceleratorShape.named("h100").orElseThrow(),
            1,
            5);

    @Test
    void theyComeAsOftenAndAreAsLongAsIsSaid() {
        OwnRequests requests = new OwnRequests(SETTINGS, 4);
        double seconds = 0;
        double prompt = 0;
        double output = 0;
        int alike = 0;
        long[] common = PromptTokens.ofIds(IntStream.range(0, 256).toArray()).blocks();
        for (int i = 0; i < MANY; i++) {
            seconds += requests.nextDelayNanos() / 1e9;
            Sequence sequence = requests.next();
            prompt += sequence.promptTokens();
            output += sequence.outputTokens();
            alike += sequence.promptBlocks()[0] == common[0] ? 1 : 0;
        }

        // Five times the standard error of each mean.
        assertThat(seconds / MANY).isCloseTo(0.25, within(0.009));
        assertThat(prompt / MANY).isCloseTo(599.5, within(18.0));
        assertThat(output / MANY).isCloseTo(149.5, within(2.3));
        assertThat((double) alike / MANY).isCloseTo(0.5, within(0.018));
    }

    @Test
    void theyFitWhateverTheMemory() {
        for (int blocks = 1; blocks < 60; blocks++) {
            EngineSettings settings = SETTINGS.withKeyValueBlocks(blocks);
            OwnRequests requests = new OwnRequests(settings, 1);
            for (int i = 0; i < 50; i++) {
                Sequence sequence = requests.next();
                assertThat(sequence.promptTokens()).isPositive();
                assertThat(sequence.outputTokens()).isPositive();
                assertThat(sequence.promptTokens() + sequence.outputTokens()).isLessThanOrEqualTo(settings.maxTokens());
            }
        }
    }
}
