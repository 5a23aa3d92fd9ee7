package io.joulegram.agent.phases;

import io.joulegram.agent.phases.PhaseTerm.Part;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a fit of the phases found. Immutable.
 *
 * @param state whether it is used
 * @param bySeconds whether it rests on the times that the engine tells, and not on tokens
 * @param windows of how many windows it is
 * @param conditionRatio condition number of the scaled columns; empty before there was a fit
 * @param r2Ratio the part of the variance of active energy that it explains; empty before there was a fit
 * @param prefill energy per computed prompt token; only if it holds
 * @param decode energy per output token; only if it holds
 * @param coefficients joules or watts by term, empty unless it holds
 */
public record PhaseFit(
        FitState state,
        boolean bySeconds,
        int windows,
        OptionalDouble conditionRatio,
        OptionalDouble r2Ratio,
        Optional<Estimate> prefill,
        Optional<Estimate> decode,
        Map<PhaseTerm, Double> coefficients) {

    /**
     * Energy per token.
     *
     * @param joules the estimate
     * @param halfWidthJoules half of its 95 % interval
     */
    public record Estimate(double joules, double halfWidthJoules) {
        /** Whether the interval is narrow enough: half of it at most this part of the estimate. */
        boolean isWithin(double ratio) {
            return joules > 0 && halfWidthJoules <= ratio * joules;
        }
    }

    /** Copies the map. */
    public PhaseFit {
        coefficients = Map.copyOf(coefficients);
    }

    /** No fit yet, or none any more. */
    static PhaseFit none(FitState state, int windows) {
        return new PhaseFit(
                state,
                false,
                windows,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of());
    }

    /** The same, not to be used. */
    PhaseFit refused(FitState reason) {
        return new PhaseFit(
                reason, bySeconds, windows, conditionRatio, r2Ratio, Optional.empty(), Optional.empty(), Map.of());
    }

    /** Whether it is used. */
    public boolean holds() {
        return state == FitState.HOLDS;
    }

    /** Active energy of prefill, of cached tokens too, by the fit, in joules; 0 unless it holds. */
    public double prefillJoules(PhaseWork work) {
        return joules(work, Part.PREFILL) + joules(work, Part.CACHED);
    }

    /** Active energy of decode by the fit, in joules; 0 unless it holds. */
    public double decodeJoules(PhaseWork work) {
        return joules(work, Part.DECODE);
    }

    /** All energy by the fit, in joules, but for idle power that is known otherwise. */
    double explainedJoules(PhaseWork work) {
        return coefficients.entrySet().stream()
                .mapToDouble(term -> term.getValue() * term.getKey().amount(work))
                .sum();
    }

    private double joules(PhaseWork work, Part part) {
        double sum = 0;
        for (Map.Entry<PhaseTerm, Double> term : coefficients.entrySet()) {
            if (term.getKey().part() == part) {
                sum += term.getValue() * term.getKey().amount(work);
            }
        }
        return sum;
    }
}
