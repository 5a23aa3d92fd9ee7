package io.joulegram.agent.phases;

import io.joulegram.agent.fit.ConditionNumber;
import io.joulegram.agent.fit.NonNegativeLeastSquares;
import io.joulegram.agent.fit.StudentT;
import io.joulegram.agent.phases.PhaseFit.Estimate;
import io.joulegram.agent.phases.PhaseTerm.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * Fits the energy of windows to what the server did in them, by non-negative least squares, and refuses where that tells
 * nothing.
 *
 * <p>Terms that may be missing (a fixed power of decode, energy of cached tokens) are dropped where they depend too much
 * on the others. A phase's energy per token is all the energy of its terms over all its tokens, so that it is known even
 * where its terms are not told apart well.
 */
final class PhaseFitter {
    /** Twenty blocks of three: fewer would leave neighbours in different blocks that depend on each other. */
    static final int MIN_WINDOWS = 60;

    /** Above 30 columns depend on each other moderately to strongly (Belsley, Kuh and Welsch, 1980, chapter 3). */
    static final double MAX_CONDITION = 30;

    /** Below this the model leaves more than half of the variance unexplained. */
    static final double MIN_R2 = 0.5;

    /** Half-width over estimate: what is less certain than this is hardly better than token weights. */
    static final double MAX_HALF_WIDTH_RATIO = 0.5;

    private static final int BLOCKS = 20;

    private static final List<List<PhaseTerm>> BY_TOKENS = List.of(
            List.of(PhaseTerm.COMPUTED, PhaseTerm.DECODED, PhaseTerm.CACHED, PhaseTerm.STEPS),
            List.of(PhaseTerm.COMPUTED, PhaseTerm.DECODED, PhaseTerm.STEPS),
            List.of(PhaseTerm.COMPUTED, PhaseTerm.DECODED, PhaseTerm.CACHED),
            List.of(PhaseTerm.COMPUTED, PhaseTerm.DECODED));
    /** Power of decode may rise with its batch, which the tokens tell. */
    private static final List<List<PhaseTerm>> BY_SECONDS = List.of(
            List.of(PhaseTerm.PREFILLING, PhaseTerm.DECODING, PhaseTerm.DECODED, PhaseTerm.CACHED),
            List.of(PhaseTerm.PREFILLING, PhaseTerm.DECODING, PhaseTerm.DECODED),
            List.of(PhaseTerm.PREFILLING, PhaseTerm.DECODING, PhaseTerm.CACHED),
            List.of(PhaseTerm.PREFILLING, PhaseTerm.DECODING));

    private final List<PhaseWork> windows;
    private final List<PhaseTerm> terms;
    private final IdleWatts idle;
    private final double[] energy;

    private PhaseFitter(List<PhaseWork> windows, List<PhaseTerm> terms, IdleWatts idle) {
        this.windows = windows;
        this.terms = terms;
        this.idle = idle;
        energy = column(work -> work.joules() - idle.watts() * work.seconds());
    }

    /**
     * Fits.
     *
     * @param windows in order of time, each with tokens
     * @param idle idle power of the devices; fitted, too, if it is not known
     */
    static PhaseFit fit(List<PhaseWork> windows, Optional<IdleWatts> idle) {
        if (windows.size() < MIN_WINDOWS) {
            return PhaseFit.none(FitState.LEARNING, windows.size());
        }
        boolean bySeconds = windows.stream().allMatch(PhaseWork::tellsSeconds);
        if (!bySeconds && idle.isEmpty()) {
            return PhaseFit.none(FitState.IDLE_UNKNOWN, windows.size());
        }
        double condition = Double.POSITIVE_INFINITY;
        for (List<PhaseTerm> model : bySeconds ? BY_SECONDS : BY_TOKENS) {
            List<PhaseTerm> terms = new ArrayList<>(model);
            if (idle.isEmpty()) {
                terms.add(PhaseTerm.IDLE);
            }
            PhaseFitter fitter = new PhaseFitter(windows, terms, idle.orElse(IdleWatts.NONE));
            condition = ConditionNumber.of(fitter.columns(0, 0));
            if (condition <= MAX_CONDITION) {
                return fitter.fit(bySeconds, condition);
            }
        }
        return new PhaseFit(
                FitState.COLLINEAR,
                bySeconds,
                windows.size(),
                OptionalDouble.of(condition),
                OptionalDouble.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of());
    }

    private PhaseFit fit(boolean bySeconds, double condition) {
        double[] solution = extrapolated(columns(0, 0), energy);
        double r2 = r2(solution);
        List<double[]> withoutABlock = withoutABlock();
        double[] moreIdle = extrapolated(
                columns(0, 0), column(work -> work.joules() - (idle.watts() + idle.halfWidthWatts()) * work.seconds()));
        double[] paired = paired(columns(0, 0), energy);
        Estimate prefill = estimate(Part.PREFILL, solution, withoutABlock, List.of(moreIdle, paired));
        Estimate decode = estimate(Part.DECODE, solution, withoutABlock, List.of(moreIdle, paired));
        Map<PhaseTerm, Double> coefficients = new EnumMap<>(PhaseTerm.class);
        for (int i = 0; i < solution.length; i++) {
            coefficients.put(terms.get(i), solution[i]);
        }
        PhaseFit fit = new PhaseFit(
                FitState.HOLDS,
                bySeconds,
                windows.size(),
                OptionalDouble.of(condition),
                OptionalDouble.of(r2),
                Optional.of(prefill),
                Optional.of(decode),
                coefficients);
        if (!(r2 >= MIN_R2)) {
            return fit.refused(FitState.POOR);
        }
        boolean precise = prefill.isWithin(MAX_HALF_WIDTH_RATIO) && decode.isWithin(MAX_HALF_WIDTH_RATIO);
        return precise ? fit : fit.refused(FitState.IMPRECISE);
    }

    /**
     * The solution as it would be without anything in flight at the ends of windows. That is noise in the columns, which
     * makes coefficients too small by a part in proportion to 1 / length of the windows; so the solution for windows
     * and for pairs of them tells that for infinite ones (Richardson's extrapolation).
     */
    private static double[] extrapolated(double[][] columns, double[] energy) {
        double[] single = NonNegativeLeastSquares.solve(columns, energy);
        double[] paired = paired(columns, energy);
        double[] solution = new double[single.length];
        for (int i = 0; i < solution.length; i++) {
            solution[i] = Math.max(0, 2 * paired[i] - single[i]);
        }
        return solution;
    }

    private static double[] paired(double[][] columns, double[] energy) {
        return NonNegativeLeastSquares.solve(
                Arrays.stream(columns).map(PhaseFitter::pairs).toArray(double[][]::new), pairs(energy));
    }

    private static double[] pairs(double[] rows) {
        double[] sums = new double[rows.length / 2];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = rows[2 * i] + rows[2 * i + 1];
        }
        return sums;
    }

    /**
     * The 95 % interval is Student's, on the variance of the delete-one-block jackknife (Shao and Wu, Annals of
     * Statistics 17, 1989): blocks of neighbours, because what is in flight at the end of a window is missing there and
     * too much in the next. What the solution would be with idle power at the end of its bounds, and without the
     * extrapolation, which is known no better than that, adds to it.
     */
    private Estimate estimate(Part part, double[] solution, List<double[]> withoutABlock, List<double[]> others) {
        double[] values = withoutABlock.stream()
                .mapToDouble(rest -> joulesPerToken(part, rest))
                .toArray();
        double mean = Arrays.stream(values).average().orElseThrow();
        double squares = Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        double standardError = Math.sqrt(squares * (BLOCKS - 1) / BLOCKS);
        double joules = joulesPerToken(part, solution);
        double halfWidth = StudentT.quantile975(BLOCKS - 1) * standardError;
        for (double[] other : others) {
            halfWidth = Math.hypot(halfWidth, joulesPerToken(part, other) - joules);
        }
        return new Estimate(joules, halfWidth);
    }

    private List<double[]> withoutABlock() {
        List<double[]> solutions = new ArrayList<>();
        for (int block = 0; block < BLOCKS; block++) {
            // Even, so that pairs stay pairs.
            int from = 2 * (block * windows.size() / (2 * BLOCKS));
            int to = 2 * ((block + 1) * windows.size() / (2 * BLOCKS));
            solutions.add(extrapolated(columns(from, to), without(energy, from, to)));
        }
        return solutions;
    }

    private double joulesPerToken(Part part, double[] solution) {
        double joules = 0;
        for (int i = 0; i < solution.length; i++) {
            if (terms.get(i).part() == part) {
                joules += solution[i] * sum(terms.get(i)::amount);
            }
        }
        return joules / sum(part == Part.PREFILL ? PhaseWork::computedTokens : PhaseWork::decodedTokens);
    }

    private double r2(double[] solution) {
        double mean = Arrays.stream(energy).average().orElseThrow();
        double unexplained = 0;
        double all = 0;
        for (int row = 0; row < energy.length; row++) {
            double rest = energy[row];
            for (int i = 0; i < solution.length; i++) {
                rest -= solution[i] * terms.get(i).amount(windows.get(row));
            }
            unexplained += rest * rest;
            all += (energy[row] - mean) * (energy[row] - mean);
        }
        return 1 - unexplained / all;
    }

    /** The columns without some rows. */
    private double[][] columns(int from, int to) {
        return terms.stream()
                .map(term -> without(column(term::amount), from, to))
                .toArray(double[][]::new);
    }

    private double[] column(ToDoubleFunction<PhaseWork> amount) {
        return windows.stream().mapToDouble(amount).toArray();
    }

    private double sum(ToDoubleFunction<PhaseWork> amount) {
        return windows.stream().mapToDouble(amount).sum();
    }

    private static double[] without(double[] rows, int from, int to) {
        double[] rest = new double[rows.length - (to - from)];
        System.arraycopy(rows, 0, rest, 0, from);
        System.arraycopy(rows, to, rest, from, rows.length - to);
        return rest;
    }
}
