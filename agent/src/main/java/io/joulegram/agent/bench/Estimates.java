package io.joulegram.agent.bench;

import io.joulegram.agent.fit.StudentT;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Makes figures of a point from its runs. */
final class Estimates {
    /** With fewer parts than this, and as few repeats, a spread says nothing. */
    private static final int FEWEST = 2;

    private Estimates() {}

    /**
     * All figures that are known.
     *
     * @param runs one for each repeat; the figure is that of all of them
     * @param parts parts of one run, whose spread counts where there is but one: batch means
     */
    static Map<Figure, Estimate> of(List<Totals> runs, List<Totals> parts) {
        Totals all = runs.stream().reduce(Totals::plus).orElseThrow();
        List<Totals> spread = runs.size() >= FEWEST ? runs : parts;
        Map<Figure, Estimate> estimates = new EnumMap<>(Figure.class);
        for (Figure figure : Figure.values()) {
            OptionalDouble value = figure.of(all);
            if (value.isPresent() && isTold(figure, value.getAsDouble())) {
                estimates.put(
                        figure,
                        new Estimate(value.getAsDouble(), statistical(figure, all, spread), measurement(figure, all)));
            }
        }
        return estimates;
    }

    /** Where prompts would have taken all energy or more, there is no figure of what is left; in its parts such are chance. */
    private static boolean isTold(Figure figure, double value) {
        return Double.isFinite(value) && (figure != Figure.DECODE_JOULES_PER_TOKEN || value > 0);
    }

    private static OptionalDouble statistical(Figure figure, Totals all, List<Totals> spread) {
        return switch (figure) {
            // These were measured once, before the runs, which tell nothing of their spread.
            case REST_GPU_WATTS, REST_HOST_WATTS -> OptionalDouble.empty();
            case PREFILL_JOULES_PER_TOKEN ->
                all.conditions().prefill().map(Estimate::statistical).orElseGet(OptionalDouble::empty);
            default -> withErrorOfWhatIsTakenOff(half(figure, spread), takenOffError(figure, all));
        };
    }

    /** What is taken off is the same in all runs and parts, so that their spread does not show its error. */
    private static OptionalDouble withErrorOfWhatIsTakenOff(OptionalDouble own, OptionalDouble ofWhatIsTakenOff) {
        return own.isPresent() && ofWhatIsTakenOff.isPresent()
                ? OptionalDouble.of(Math.hypot(own.getAsDouble(), ofWhatIsTakenOff.getAsDouble()))
                : own;
    }

    /** Where energy at rest or of prompts is taken off: half of the 95 % interval of that; empty for other figures. */
    private static OptionalDouble takenOffError(Figure figure, Totals all) {
        double joules = figure.boundary().map(all::restErrorJoules).orElse(0.0);
        OptionalDouble rest = OptionalDouble.of(joules);
        return switch (figure) {
            case GPU_ACTIVE_JOULES_PER_OUTPUT_TOKEN,
                    HOST_ACTIVE_JOULES_PER_OUTPUT_TOKEN,
                    FACILITY_ACTIVE_JOULES_PER_OUTPUT_TOKEN -> all.perOutputToken(rest);
            case GPU_ACTIVE_JOULES_PER_REQUEST, HOST_ACTIVE_JOULES_PER_REQUEST, FACILITY_ACTIVE_JOULES_PER_REQUEST ->
                all.perRequest(rest);
            case ACTIVE_GRAMS_PER_OUTPUT_TOKEN -> all.perOutputToken(all.grams(rest));
            case ACTIVE_GRAMS_PER_REQUEST -> all.perRequest(all.grams(rest));
            case DECODE_JOULES_PER_TOKEN ->
                all.perOutputToken(OptionalDouble.of(Math.hypot(joules, all.prefillErrorJoules())));
            default -> OptionalDouble.empty();
        };
    }

    /** Half of Student's 95 % interval of the mean. */
    private static OptionalDouble half(Figure figure, List<Totals> spread) {
        return half(spread.stream()
                .flatMapToDouble(totals -> figure.of(totals).stream())
                .toArray());
    }

    /** The same of values; empty if there are fewer than two. */
    static OptionalDouble half(double... values) {
        if (values.length < FEWEST) {
            return OptionalDouble.empty();
        }
        double mean = Arrays.stream(values).average().orElse(0);
        double squares = Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        double deviation = Math.sqrt(squares / (values.length - 1));
        return OptionalDouble.of(StudentT.quantile975(values.length - 1) * deviation / Math.sqrt(values.length));
    }

    private static OptionalDouble measurement(Figure figure, Totals all) {
        Optional<Double> ratio = figure.boundary()
                .flatMap(boundary -> all.energy()
                        .flatMap(energy ->
                                Optional.ofNullable(energy.uncertainty().get(boundary))));
        return ratio.isPresent() ? OptionalDouble.of(ratio.get()) : OptionalDouble.empty();
    }
}
