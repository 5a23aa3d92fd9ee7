package io.joulegram.agent.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.attribution.SimulatedLlama.Request;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Phases of a server that counts output when requests end. */
class OutputProgressTest {
    private final List<Request> requests = new ArrayList<>();

    /** Slots, microseconds of a step and of a token of a prompt in it, steps before, prompts, output, gap. */
    @ParameterizedTest
    @CsvSource({
        "1, 10000,  200,       0,  500,  300,       0",
        "1, 10000,  200,       0,  500,  300, 3000000",
        "1, 10000,  200,       0,   30,   12,  150000",
        "1, 30000, 1000,       0, 6000,  150, 9000000",
        "4, 12000,  100,       0, 1000,  400,       0",
        "4, 12000,  100,       0, 1000,  400, 3000000",
        "8, 12000,   50, 3000000,  400,  600,  100000",
        "4, 12000, 1000,       0, 3000,  400, 9000000"
    })
    void phasesHaveWhatTheyTookAndTokensAreThoseThatTheServerCounts(
            int slots, long stepMicros, long promptTokenMicros, long steps, int prompt, int output, long gapMicros) {
        SimulatedLlama server = new SimulatedLlama(slots, stepMicros, promptTokenMicros, steps, requests::add);
        server.rest(8_500_000);
        server.serve(prompt, output, gapMicros);
        server.rest(3_000_000);

        double prefill =
                requests.stream().mapToDouble(Request::prefillMicrojoules).sum();
        double decode =
                requests.stream().mapToDouble(Request::decodeMicrojoules).sum();
        ModelAccount account = server.account();
        assertThat((double) account.amounts(Phase.DECODE).totalMicrojoules())
                .isCloseTo(decode, Percentage.withPercentage(2));
        assertThat((double) account.amounts(Phase.PREFILL).totalMicrojoules())
                .isCloseTo(prefill, Percentage.withPercentage(2));
        assertThat(account.generatedTokens()).hasValue(server.predictedTokens());
        // A long prompt takes more than one step.
        boolean toldExactly = prompt < SimulatedLlama.BATCH_TOKENS / 2;
        assertThat((double) account.madeTokens().orElseThrow())
                .isCloseTo((double) server.predictedTokens(), Percentage.withPercentage(toldExactly ? 0 : 2.5));
        assertThat(server.missingMicrojoules()).isZero();
    }
}
