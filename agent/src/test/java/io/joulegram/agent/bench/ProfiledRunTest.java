package io.joulegram.agent.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.joulegram.agent.export.Snapshot.Boundary;
import io.joulegram.power.Component;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ProfiledRunTest {
    private static AgentSample sample(double seconds, double watts) {
        return new AgentSample(
                (long) (seconds * 1e9),
                Map.of(),
                Map.of(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Map.of(),
                Map.of(Component.GPU, watts),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty());
    }

    private static EnergyWindow window(double seconds, double gpuJoules, double tokens) {
        return new EnergyWindow(
                seconds,
                Map.of(Component.GPU, gpuJoules, Component.OVERHEAD, gpuJoules / 4),
                Set.of(),
                OptionalDouble.of(0.5),
                OptionalDouble.of(360),
                Map.of(Boundary.HOST, 0.05, Boundary.FACILITY, 0.05),
                OptionalDouble.of(2 * tokens),
                OptionalDouble.of(tokens),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty());
    }

    private static ProfiledRun run(double gpuJoules, double... watts) {
        RunPower power = new RunPower(0);
        for (int i = 0; i < watts.length; i++) {
            power.accept(sample(i + 0.5, watts[i]));
        }
        return new ProfiledRun(
                watts.length,
                0,
                Optional.of(window(watts.length, gpuJoules, 100)),
                power.peakWatts(),
                power.stages(watts.length));
    }

    @Test
    void stagesAreByPower() {
        assertThat(run(1, 10, 60, 100, 104, 96, 101, 100, 99, 30, 12).stages())
                .containsExactly(
                        new ProfiledRun.Stage("start", 0, 2.5, 35),
                        new ProfiledRun.Stage("steady", 2.5, 7.5, 100),
                        new ProfiledRun.Stage("end", 7.5, 10, 21));
        assertThat(run(1, 100, 100, 99, 101, 100).stages()).containsExactly(new ProfiledRun.Stage("steady", 0, 5, 100));
        assertThat(run(1, 100, 100).stages()).isEmpty();
        assertThat(run(1, 10, 60, 100, 104, 96).peakWatts()).containsOnly(Map.entry(Component.GPU, 104.0));
    }

    /** A day at ten samples a second: 100 W, but a first tenth at 20 W, and one sample at 500 W. */
    @Test
    void aLongRunHasTheStagesAndPeaksOfAShortOne() {
        int samples = 864_000;
        RunPower power = new RunPower(0);
        for (int i = 0; i < samples; i++) {
            power.accept(sample(i / 10.0, i == 500_000 ? 500 : i < samples / 10 ? 20 : 100));
        }
        assertThat(power.peakWatts()).containsOnly(Map.entry(Component.GPU, 500.0));
        List<ProfiledRun.Stage> stages = power.stages(samples / 10.0);
        assertThat(stages).extracting(ProfiledRun.Stage::name).containsExactly("start", "steady");
        // A point stands for 256 samples at most.
        assertThat(stages.get(1).fromSeconds()).isCloseTo(8_640, offset(25.6));
        assertThat(stages.get(0).watts()).isCloseTo(20, offset(1.0));
        assertThat(stages.get(1).watts()).isCloseTo(100, offset(0.1));
    }

    @Test
    void tellsMetersAndEdgesInTheUncertainty() {
        ProfiledRun run = run(1_000, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100);
        assertThat(run.joules(Boundary.HOST)).hasValue(1_000);
        assertThat(run.joules(Boundary.FACILITY)).hasValue(1_250);
        // 5 % of 1000 J, and a tenth of a second at 100 W.
        assertThat(run.halfJoules(Boundary.HOST).orElseThrow()).isCloseTo(Math.hypot(50, 10), offset(1e-9));
        assertThat(run.halfJoules(Boundary.GPU)).isEmpty();
    }

    @Test
    void theReportHasCarbonTokensRestAndTheMeanOfRuns() throws Exception {
        ProfileResult result = new ProfileResult(
                List.of("train", "it"),
                List.of(run(1_000, 100, 100, 100, 100, 100), run(1_100, 100, 100, 100, 100, 100)),
                Optional.of(window(10, 400, 0)),
                Optional.empty());
        JsonNode json = new ObjectMapper().readTree(ProfileReport.json(result));
        JsonNode first = json.path("runs").path(0);
        // 1250 J at 360 g/kWh.
        assertThat(first.path("operationalGrams").asDouble()).isCloseTo(0.125, offset(1e-12));
        assertThat(first.path("outputTokens").asInt()).isEqualTo(100);
        assertThat(first.path("promptTokens").asInt()).isEqualTo(200);
        assertThat(first.path("hostJoulesPerOutputToken").asDouble()).isEqualTo(10);
        assertThat(first.path("hostRestWatts").asDouble()).isEqualTo(40);
        assertThat(first.path("hostJoulesAboveRest").path("value").asDouble()).isEqualTo(1_000 - 5 * 40);
        assertThat(json.path("hostJoulesMean").path("value").asDouble()).isEqualTo(1_050);
        // t(0.975, 1) = 12.706; the deviation of two values 100 apart is 70.7, that of their mean 50.
        assertThat(json.path("hostJoulesMean").path("half95").asDouble())
                .isCloseTo(Math.hypot(12.706 * 50, 0.05 * 1_050), offset(0.01));
        assertThat(ProfileReport.text(result))
                .contains("train it: 5.00 s, exit status 0, run 1")
                .contains("above rest (40.00 W): 800.0 J")
                .contains("100 tokens written, 10.00 J/token (host)")
                .contains("mean of 2 runs: 1,050 J");
    }

    @Test
    void whatIsNotKnownIsLeftOut() throws Exception {
        ProfileResult result = new ProfileResult(
                List.of("x"),
                List.of(new ProfiledRun(1, 137, Optional.empty(), Map.of(), List.of())),
                Optional.empty(),
                Optional.empty());
        assertThat(ProfileReport.text(result))
                .contains("exit status 137")
                .contains("The agent did not tell of this time.");
        assertThat(new ObjectMapper()
                        .readTree(ProfileReport.json(result))
                        .path("runs")
                        .path(0)
                        .size())
                .isEqualTo(2);
        assertThat(result.status()).isEqualTo(137);
    }
}
