package io.joulegram.tokens;

/**
 * The requests that were in the steps of an engine, as it tells them: how many on average since its start. Both figures are
 * printed with six digits, so their product is known to a few tokens in the first million steps, and to some hundreds in the
 * first ten.
 *
 * @param steps steps since the server's start
 * @param perStep requests in each on average
 */
public record BusySlots(double steps, double perStep) {
    private static final int DIGITS = 6;

    /** Requests in each step, summed over all steps: the tokens of output, but for steps that read prompts alone. */
    public double sum() {
        return steps * perStep;
    }

    /** By how much the sum may be off. */
    public double halfWidth() {
        // A count has no digits behind the point that could be missing.
        double ofSteps = lastDigit(steps) > 1 ? lastDigit(steps) / 2 : 0;
        return steps * lastDigit(perStep) / 2 + perStep * ofSteps;
    }

    private static double lastDigit(double value) {
        return value > 0 ? Math.pow(10, Math.floor(Math.log10(value)) + 1 - DIGITS) : 0;
    }
}
