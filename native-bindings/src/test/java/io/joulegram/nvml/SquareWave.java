package io.joulegram.nvml;

import java.math.BigInteger;
import java.time.Duration;

/**
 * Power that is at {@code load} for the first part of each period and at {@code idle} for the rest.
 *
 * @param idleMilliwatts power outside the busy part
 * @param loadMilliwatts power in the busy part
 * @param periodNanos length of a period, above 0
 * @param busyNanos length of the busy part, at most the period
 * @param phaseNanos how far into its period the wave is when it takes force
 */
public record SquareWave(long idleMilliwatts, long loadMilliwatts, long periodNanos, long busyNanos, long phaseNanos) {

    /** Checks the ranges. */
    public SquareWave {
        if (periodNanos <= 0 || busyNanos < 0 || busyNanos > periodNanos) {
            throw new IllegalArgumentException(busyNanos + " ns busy of " + periodNanos + " ns is not a square wave");
        }
    }

    /** The same power at all times. */
    public static SquareWave constant(double watts) {
        return square(watts, watts, Duration.ofSeconds(1), 1);
    }

    /**
     * A wave that begins with its busy part.
     *
     * @param duty share of the period at load, 0 to 1
     */
    public static SquareWave square(double idleWatts, double loadWatts, Duration period, double duty) {
        return new SquareWave(
                Math.round(idleWatts * 1000),
                Math.round(loadWatts * 1000),
                period.toNanos(),
                Math.round(period.toNanos() * duty),
                0);
    }

    /** The same wave, begun at another point of its period. */
    public SquareWave withPhase(Duration phase) {
        return new SquareWave(idleMilliwatts, loadMilliwatts, periodNanos, busyNanos, phase.toNanos());
    }

    /** Mean power over whole periods, in watts. */
    public double meanWatts() {
        double duty = (double) busyNanos / periodNanos;
        return (idleMilliwatts + (loadMilliwatts - idleMilliwatts) * duty) / 1000;
    }

    /** Power at a time after the wave took force. */
    long milliwattsAt(long elapsedNanos) {
        return Math.floorMod(elapsedNanos + phaseNanos, periodNanos) < busyNanos ? loadMilliwatts : idleMilliwatts;
    }

    /** Exact energy from when the wave took force; below 0 for a time before that. */
    BigInteger picojoulesUntil(long elapsedNanos) {
        return integral(elapsedNanos + phaseNanos).subtract(integral(phaseNanos));
    }

    private BigInteger integral(long nanos) {
        long rest = Math.floorMod(nanos, periodNanos);
        BigInteger busy = BigInteger.valueOf(Math.floorDiv(nanos, periodNanos))
                .multiply(BigInteger.valueOf(busyNanos))
                .add(BigInteger.valueOf(Math.min(rest, busyNanos)));
        return BigInteger.valueOf(idleMilliwatts)
                .multiply(BigInteger.valueOf(nanos))
                .add(busy.multiply(BigInteger.valueOf(loadMilliwatts - idleMilliwatts)));
    }
}
