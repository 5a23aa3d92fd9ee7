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
        OwnRequests requests = new OwnRequests(SETTINGS, Traffic.steady(4));
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
    void theyComeAsTheTrafficSays() {
        OwnRequests requests = new OwnRequests(SETTINGS, Traffic.days(50));
        double[] perSecond = new double[600];
        int periods = 4;
        for (double second = requests.nextDelayNanos() / 1e9;
                second < periods * perSecond.length;
                second += requests.nextDelayNanos() / 1e9) {
            perSecond[(int) second % perSecond.length] += 1.0 / periods;
        }

        Traffic days = Traffic.days(50);
        double chiSquared = 0;
        int busy = 0;
        for (int second = 0; second < perSecond.length; second++) {
            double expected = 0;
            for (int part = 0; part < 100; part++) {
                expected += days.perSecond().applyAsDouble(second + (part + 0.5) / 100) / 100;
            }
            if (expected == 0) {
                assertThat(perSecond[second]).isZero();
            } else {
                busy++;
                chiSquared += Math.pow(perSecond[second] - expected, 2) * periods / expected;
            }
        }
        // Five standard deviations of the distribution, which has twice its degrees of freedom as variance.
        assertThat(chiSquared).isCloseTo(busy, within(5 * Math.sqrt(2.0 * busy)));
    }

    @Test
    void theyFitWhateverTheMemory() {
        for (int blocks = 1; blocks < 60; blocks++) {
            EngineSettings settings = SETTINGS.withKeyValueBlocks(blocks);
            OwnRequests requests = new OwnRequests(settings, Traffic.steady(1));
            for (int i = 0; i < 50; i++) {
                Sequence sequence = requests.next();
                assertThat(sequence.promptTokens()).isPositive();
                assertThat(sequence.outputTokens()).isPositive();
                assertThat(sequence.promptTokens() + sequence.outputTokens()).isLessThanOrEqualTo(settings.maxTokens());
            }
        }
    }
}
