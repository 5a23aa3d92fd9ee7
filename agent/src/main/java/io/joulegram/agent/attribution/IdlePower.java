package io.joulegram.agent.attribution;

import io.joulegram.power.Component;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The power that a server's devices draw while nothing runs and nothing waits, learned by component.
 *
 * <p>It is the lower quartile of the mean power of recent quiet intervals: a low quantile, because an interval may still
 * hold the tail of some work, but not the minimum, which would be the most extreme error of the sensor.
 */
final class IdlePower {
    private static final int INTERVALS = 128;
    private static final int ENOUGH = 3;
    private static final double QUANTILE = 0.25;
    private static final double MEDIAN = 0.5;

    private final Map<Component, double[]> watts = new EnumMap<>(Component.class);
    private int count;

    /** Takes the energy of a quiet interval in. */
    void learn(Amounts amounts, long elapsedNanos) {
        int slot = count % INTERVALS;
        for (Component component : Component.values()) {
            watts.computeIfAbsent(component, key -> new double[INTERVALS])[slot] =
                    1e3 * amounts.microjoules(component) / elapsedNanos;
        }
        count++;
    }

    /** Whether enough quiet intervals were seen. */
    boolean isKnown() {
        return count >= ENOUGH;
    }

    /** The idle power of a component; empty until it is known. */
    OptionalDouble watts(Component component) {
        return quantile(component, QUANTILE);
    }

    /** How far the idle power may be off: it is the median where no quiet interval holds a tail; 0 until it is known. */
    double halfWidthWatts(Component component) {
        return quantile(component, MEDIAN).orElse(0) - watts(component).orElse(0);
    }

    private OptionalDouble quantile(Component component, double quantile) {
        double[] learned = watts.get(component);
        if (!isKnown() || learned == null) {
            return OptionalDouble.empty();
        }
        double[] seen = Arrays.copyOf(learned, Math.min(count, INTERVALS));
        Arrays.sort(seen);
        double position = quantile * (seen.length - 1);
        int below = (int) position;
        double above = seen[Math.min(below + 1, seen.length - 1)];
        return OptionalDouble.of(seen[below] + (position - below) * (above - seen[below]));
    }

    /** The part of an interval's energy that the devices would have used idle; at most all of it, 0 if unknown. */
    long idleMicrojoules(Component component, long energyMicrojoules, long elapsedNanos) {
        OptionalDouble idleWatts = watts(component);
        return idleWatts.isEmpty()
                ? 0
                : Math.min(energyMicrojoules, Math.round(idleWatts.getAsDouble() * elapsedNanos * 1e-3));
    }

    /** Forgets what was learned, because the devices are others now. */
    void reset() {
        count = 0;
    }
}
