package io.joulegram.agent.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.joulegram.agent.export.Snapshot.Boundary;
import io.joulegram.agent.load.LoadWindow;
import io.joulegram.agent.load.Samples;
import io.joulegram.power.Component;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** How far figures may be off where something is taken off that was measured before. */
final class EstimatesTest {
    private static final double SECONDS = 10;
    private static final double PROMPT_TOKENS = 400;
    private static final double OUTPUT_TOKENS = 200;
    private static final double REQUESTS = 2;
    private static final double GRAMS_PER_KWH = 360;
    private static final Samples NONE = Samples.none();

    private static Totals part(double gpuJoules, Conditions conditions) {
        return new Totals(
                new LoadWindow(
                        SECONDS,
                        REQUESTS,
                        PROMPT_TOKENS,
                        PROMPT_TOKENS,
                        100,
                        OUTPUT_TOKENS,
                        1e5,
                        1,
                        NONE,
                        NONE,
                        NONE,
                        NONE,
                        NONE),
                Optional.of(window(SECONDS, gpuJoules)),
                conditions);
    }

    private static EnergyWindow window(double seconds, double gpuJoules) {
        return new EnergyWindow(
                seconds,
                Map.of(Component.GPU, gpuJoules, Component.CPU, seconds * 20),
                Set.of(),
                OptionalDouble.empty(),
                OptionalDouble.of(GRAMS_PER_KWH),
                Map.of(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty());
    }

    /** 50 W at rest, 0.5 J for a prompt token, with the errors given. */
    private static Conditions conditions(double restErrorWatts, double prefillErrorJoules) {
        return new Conditions(
                Optional.of(window(SECONDS, SECONDS * 50)),
                Map.of(Boundary.GPU, restErrorWatts, Boundary.HOST, 2 * restErrorWatts),
                Optional.of(new Estimate(0.5, OptionalDouble.of(prefillErrorJoules), OptionalDouble.empty())),
                Optional.of(new ModelFlops(2, 10, 0.001)),
                OptionalDouble.of(1000));
    }

    private static Map<Figure, Estimate> figures(Conditions conditions, double... gpuJoules) {
        List<Totals> parts = DoubleStream.of(gpuJoules)
                .mapToObj(joules -> part(joules, conditions))
                .toList();
        Totals run = parts.stream().reduce(Totals::plus).orElseThrow();
        return Estimates.of(List.of(run), parts);
    }

    private static Estimate estimate(Figure figure, Conditions conditions, double... gpuJoules) {
        return Optional.ofNullable(figures(conditions, gpuJoules).get(figure)).orElseThrow();
    }

    @Test
    void decodeIsAsUncertainAsWhatIsTakenOff() {
        // Of 500 J at rest, and 300 computed prompt tokens of 0.5 J: 350 J are left of 1000 for 200 tokens.
        Estimate sure = estimate(Figure.DECODE_JOULES_PER_TOKEN, conditions(0, 0), 990, 1000, 1010);
        assertThat(sure.value()).isCloseTo(350 / OUTPUT_TOKENS, offset(1e-12));
        double spread = Estimates.half(340 / OUTPUT_TOKENS, 350 / OUTPUT_TOKENS, 360 / OUTPUT_TOKENS)
                .orElseThrow();
        assertThat(sure.statistical().orElseThrow()).isCloseTo(spread, offset(1e-12));

        Estimate unsure = estimate(Figure.DECODE_JOULES_PER_TOKEN, conditions(3, 0.2), 990, 1000, 1010);
        double rest = 3 * SECONDS / OUTPUT_TOKENS;
        double prefill = 0.2 * 300 / OUTPUT_TOKENS;
        assertThat(unsure.value()).isEqualTo(sure.value());
        assertThat(unsure.statistical().orElseThrow())
                .isCloseTo(Math.sqrt(spread * spread + rest * rest + prefill * prefill), offset(1e-12));
    }

    @Test
    void energyAboveRestIsAsUncertainAsRest() {
        double spread = Estimates.half(490 / OUTPUT_TOKENS, 510 / OUTPUT_TOKENS).orElseThrow();
        double rest = 3 * SECONDS / OUTPUT_TOKENS;
        assertThat(estimate(Figure.GPU_ACTIVE_JOULES_PER_OUTPUT_TOKEN, conditions(3, 9), 990, 1010)
                        .statistical()
                        .orElseThrow())
                .isCloseTo(Math.hypot(spread, rest), offset(1e-12));
        assertThat(estimate(Figure.HOST_ACTIVE_JOULES_PER_OUTPUT_TOKEN, conditions(3, 9), 990, 1010)
                        .statistical()
                        .orElseThrow())
                .isCloseTo(Math.hypot(spread, 2 * rest), offset(1e-12));
        assertThat(estimate(Figure.GPU_JOULES_PER_OUTPUT_TOKEN, conditions(3, 9), 990, 1010)
                        .statistical()
                        .orElseThrow())
                .as("from which nothing is taken off")
                .isCloseTo(spread, offset(1e-12));
    }

    @Test
    void theSameOfRequests() {
        Estimate active = estimate(Figure.GPU_ACTIVE_JOULES_PER_REQUEST, conditions(3, 9), 990, 1010);
        double spread = Estimates.half(490 / REQUESTS, 510 / REQUESTS).orElseThrow();

        assertThat(active.value()).isCloseTo(500 / REQUESTS, offset(1e-12));
        assertThat(active.statistical().orElseThrow())
                .isCloseTo(Math.hypot(spread, 3 * SECONDS / REQUESTS), offset(1e-12));
    }

    @Test
    void gramsAboveRestAreThoseOfEnergyAboveRest() {
        // Of 500 J and a ten-thousandth of a gram a joule.
        assertThat(estimate(Figure.ACTIVE_GRAMS_PER_REQUEST, conditions(0, 0), 1000, 1000)
                        .value())
                .isCloseTo(0.05 / REQUESTS, offset(1e-12));
        assertThat(estimate(Figure.ACTIVE_GRAMS_PER_OUTPUT_TOKEN, conditions(0, 0), 1000, 1000)
                        .value())
                .isCloseTo(0.05 / OUTPUT_TOKENS, offset(1e-12));
        assertThat(estimate(Figure.OPERATIONAL_GRAMS_PER_OUTPUT_TOKEN, conditions(0, 0), 1000, 1000)
                        .value())
                .isCloseTo(0.12 / OUTPUT_TOKENS, offset(1e-12));
    }

    /** 300 computed prompt tokens and 200 of output of 2 each, 10 more for each of output, and 100 for those attended to. */
    @Test
    void utilizationIsOfTheOperationsThatTheModelNeeds() {
        assertThat(estimate(Figure.MFU_RATIO, conditions(0, 0), 1000, 1000).value())
                .isCloseTo((500 * 2 + 200 * 10 + 100) / SECONDS / 1000, offset(1e-12));
    }

    @Test
    void partsBelowZeroCountInTheSpread() {
        // 650 J are taken off each: -50, 50 and 150 are left.
        Estimate decode = estimate(Figure.DECODE_JOULES_PER_TOKEN, conditions(0, 0), 600, 700, 800);
        assertThat(decode.value()).isCloseTo(50 / OUTPUT_TOKENS, offset(1e-12));
        assertThat(decode.statistical().orElseThrow())
                .isCloseTo(
                        Estimates.half(-50 / OUTPUT_TOKENS, 50 / OUTPUT_TOKENS, 150 / OUTPUT_TOKENS)
                                .orElseThrow(),
                        offset(1e-12));
        assertThat(figures(conditions(0, 0), 500, 600, 700))
                .as("nothing is left")
                .containsKey(Figure.GPU_ACTIVE_JOULES_PER_OUTPUT_TOKEN)
                .doesNotContainKey(Figure.DECODE_JOULES_PER_TOKEN);
    }
}
