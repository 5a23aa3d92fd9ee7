package io.joulegram.agent.bench;

import java.util.OptionalDouble;

/**
 * A figure and how far it may be off.
 *
 * @param value the figure
 * @param statistical half of the 95 % interval from the spread of repeats, or of parts of the one run; empty where there are
 *     too few
 * @param measurementRatio relative uncertainty of the meters, which repeats do not show; empty where none is in it or it is
 *     not known
 */
public record Estimate(double value, OptionalDouble statistical, OptionalDouble measurementRatio) {
    /** Half of the interval in all: both parts, which are independent of each other; empty if neither is known. */
    public OptionalDouble half() {
        if (statistical.isEmpty() && measurementRatio.isEmpty()) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(Math.hypot(statistical.orElse(0), measurementRatio.orElse(0) * value));
    }
}
