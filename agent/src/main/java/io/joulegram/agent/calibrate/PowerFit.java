package io.joulegram.agent.calibrate;

import io.joulegram.agent.fit.NonNegativeLeastSquares;
import io.joulegram.agent.fit.StudentT;
import io.joulegram.agent.fit.TriangularFactors;
import io.joulegram.power.estimate.ModelConstants.Terms;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The fit of P = idle + load u^e + memory m, the idle, CPU and memory terms of equation 1 of "Towards Carbon-efficient
 * LLM Life Cycle" (HotCarbon 2024), to the power of stress levels: u is the utilization, m the streamed bytes per second
 * over those of the level with the most. Immutable.
 *
 * <p>The terms are the least squares without negative parts. Their intervals are those of unbounded least squares, cut
 * off at 0 and widened to hold the term; each level counts as one observation, because the samples within a level err
 * together. The exponent e is 1 unless another of 0.3 to 3.0 is better by an F-test at 1 %.
 *
 * @param idle power at rest
 * @param load what full utilization adds
 * @param memory what the most traffic adds
 * @param exponent e
 * @param r2 share of the variance that the fit explains
 * @param residualWatts standard deviation of the residuals
 * @param points the levels
 */
public record PowerFit(
        Term idle, Term load, Term memory, double exponent, double r2, double residualWatts, List<Point> points) {
    /**
     * One level.
     *
     * @param load of the host
     * @param traffic m
     * @param measuredWatts mean power
     * @param fittedWatts what the fit says
     */
    public record Point(Load load, double traffic, double measuredWatts, double fittedWatts) {
        double residualWatts() {
            return measuredWatts - fittedWatts;
        }
    }

    /** Levels below which there is no fit: one more than the terms and the exponent, and one for the residual. */
    static final int MIN_LEVELS = 5;

    private static final double MIN_UTILIZATION_SPAN = 0.5;

    /** Below this, a term is explained to 99.9 % by the others, and its interval is 30 times as wide as it could be. */
    private static final double MIN_PIVOT = 0.03;

    /** F(0.99) of 1 and 10 degrees of freedom, those of the usual 14 levels. */
    private static final double MIN_F_OF_EXPONENT = 10.04;

    private static final int TERMS = 3;

    /** Copies the list. */
    public PowerFit {
        points = List.copyOf(points);
    }

    /**
     * Fits.
     *
     * @param loads of the levels
     * @param watts mean power in each of them
     * @param curved whether another exponent than 1 is tried
     * @throws CalibrationException if the levels do not tell the terms apart
     */
    static PowerFit of(List<Load> loads, double[] watts, boolean curved) throws CalibrationException {
        requireSpread(loads);
        double most = loads.stream().mapToDouble(Load::bytesPerSecond).max().orElse(0);
        double[] utilization = loads.stream().mapToDouble(Load::utilization).toArray();
        double[] traffic =
                loads.stream().mapToDouble(load -> load.bytesPerSecond() / most).toArray();
        requireIndependent(columns(utilization, traffic, 1), watts);
        double exponent = curved ? exponent(utilization, traffic, watts) : 1;
        double[][] columns = columns(utilization, traffic, exponent);
        double[] terms = NonNegativeLeastSquares.solve(columns, watts);
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < watts.length; i++) {
            points.add(new Point(loads.get(i), traffic[i], watts[i], fitted(columns, terms, i)));
        }
        Term[] bounded = intervals(columns, watts, terms);
        double squares = squares(columns, terms, watts);
        double mean = Arrays.stream(watts).average().orElseThrow();
        double total = Arrays.stream(watts)
                .map(power -> (power - mean) * (power - mean))
                .sum();
        return new PowerFit(
                bounded[0],
                bounded[1],
                bounded[2],
                exponent,
                total > 0 ? 1 - squares / total : 0,
                Math.sqrt(squares / (watts.length - TERMS)),
                points);
    }

    /** The terms, all times a factor. */
    Terms scaled(double factor) {
        return new Terms(idle.watts() * factor, load.watts() * factor, memory.watts() * factor, exponent);
    }

    /** The largest residual relative to the power it is of. */
    double largestRelativeResidual() {
        return points.stream()
                .filter(point -> point.measuredWatts() > 0)
                .mapToDouble(point -> Math.abs(point.residualWatts()) / point.measuredWatts())
                .max()
                .orElse(0);
    }

    private static void requireSpread(List<Load> loads) throws CalibrationException {
        if (loads.size() < MIN_LEVELS) {
            throw new CalibrationException(
                    loads.size() + " levels are too few for a fit: at least " + MIN_LEVELS + " are needed");
        }
        double least = loads.stream().mapToDouble(Load::utilization).min().orElse(0);
        double most = loads.stream().mapToDouble(Load::utilization).max().orElse(0);
        if (most - least < MIN_UTILIZATION_SPAN) {
            throw new CalibrationException(String.format(
                    Locale.ROOT,
                    "the utilization went only from %.0f to %.0f %%: other work, or a limit on this process's"
                            + " processors (cgroup cpu.max, taskset), held the stress levels; free the host and try again",
                    100 * least,
                    100 * most));
        }
        if (loads.stream().noneMatch(load -> load.bytesPerSecond() > 0)) {
            throw new CalibrationException("no level streams memory, so what memory adds cannot be told");
        }
    }

    private static void requireIndependent(double[][] columns, double[] watts) throws CalibrationException {
        if (TriangularFactors.of(columns, watts).smallestPivot() < MIN_PIVOT) {
            throw new CalibrationException(
                    "utilization and memory traffic move together over the levels, so what each adds"
                            + " cannot be told apart: there must be levels with much of one and little of the other");
        }
    }

    private static double exponent(double[] utilization, double[] traffic, double[] watts) {
        double straight = squaresAt(utilization, traffic, watts, 1);
        double best = 1;
        double least = straight;
        for (int tenths = 3; tenths <= 30; tenths++) {
            double squares = squaresAt(utilization, traffic, watts, tenths / 10.0);
            if (squares < least) {
                least = squares;
                best = tenths / 10.0;
            }
        }
        double perFreedom = least / (watts.length - TERMS - 1);
        return straight - least > MIN_F_OF_EXPONENT * perFreedom ? best : 1;
    }

    private static double squaresAt(double[] utilization, double[] traffic, double[] watts, double exponent) {
        double[][] columns = columns(utilization, traffic, exponent);
        return squares(columns, NonNegativeLeastSquares.solve(columns, watts), watts);
    }

    private static double[][] columns(double[] utilization, double[] traffic, double exponent) {
        double[] ones = new double[utilization.length];
        Arrays.fill(ones, 1);
        return new double[][] {
            ones, Arrays.stream(utilization).map(u -> Math.pow(u, exponent)).toArray(), traffic
        };
    }

    private static double fitted(double[][] columns, double[] terms, int row) {
        double watts = 0;
        for (int i = 0; i < terms.length; i++) {
            watts += terms[i] * columns[i][row];
        }
        return watts;
    }

    private static double squares(double[][] columns, double[] terms, double[] watts) {
        double sum = 0;
        for (int i = 0; i < watts.length; i++) {
            double residual = watts[i] - fitted(columns, terms, i);
            sum += residual * residual;
        }
        return sum;
    }

    private static Term[] intervals(double[][] columns, double[] watts, double[] terms) {
        TriangularFactors factors = TriangularFactors.of(columns, watts);
        double[] unbounded = factors.solution();
        double[] variances = factors.variances();
        int freedom = watts.length - TERMS;
        double variance = squares(columns, unbounded, watts) / freedom;
        Term[] bounded = new Term[terms.length];
        for (int i = 0; i < terms.length; i++) {
            double half = StudentT.quantile975(freedom) * Math.sqrt(variance * variances[i]);
            bounded[i] = new Term(
                    terms[i],
                    Math.min(terms[i], Math.max(0, unbounded[i] - half)),
                    Math.max(terms[i], unbounded[i] + half));
        }
        return bounded;
    }
}
