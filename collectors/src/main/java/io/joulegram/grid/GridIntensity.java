package io.joulegram.grid;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.OptionalDouble;

/**
 * Carbon intensity of the grid at one place for one time.
 *
 * @param gramsPerKwh gCO2e per kWh, 0 to 2500
 * @param zone the place, as the provider names it: {@code DE}, {@code US-CAL-CISO}, {@code WORLD}; {@code fixed} where
 *     the operator gave the number
 * @param provider who says so: {@code fixed}, {@code owid}, {@code electricitymaps-yearly}, {@code egrid}
 * @param signal what kind of figure it is: {@code average} or {@code marginal}
 * @param boundary {@code lifecycle} or {@code direct}
 * @param from the begin of the time it holds for
 * @param until the end of that time, exclusive
 * @param dataset the version of the data set, for the record
 * @param carbonFreeRatio share of the electricity that comes from renewable sources or nuclear power, 0 to 1; empty if
 *     unknown
 */
public record GridIntensity(
        double gramsPerKwh,
        String zone,
        String provider,
        String signal,
        String boundary,
        Instant from,
        Instant until,
        String dataset,
        OptionalDouble carbonFreeRatio) {

    /** The most that is believed, in gCO2e per kWh; oil or lignite alone stay below it, marginal units included. */
    public static final double MAX_GRAMS_PER_KWH = 2500;

    /** @throws IllegalArgumentException if the intensity is not a number in 0..2500 */
    public GridIntensity {
        if (!(gramsPerKwh >= 0 && gramsPerKwh <= MAX_GRAMS_PER_KWH)) {
            throw new IllegalArgumentException(
                    gramsPerKwh + " gCO2e/kWh is not a grid carbon intensity: must be 0 to " + MAX_GRAMS_PER_KWH);
        }
        if (!(carbonFreeRatio.orElse(0) >= 0 && carbonFreeRatio.orElse(0) <= 1)) {
            throw new IllegalArgumentException(carbonFreeRatio + " is not a share: must be 0 to 1");
        }
        requireNonNull(zone, "zone");
        requireNonNull(provider, "provider");
        requireNonNull(signal, "signal");
        requireNonNull(boundary, "boundary");
        requireNonNull(from, "from");
        requireNonNull(until, "until");
        requireNonNull(dataset, "dataset");
    }

    /** A figure of electricity whose sources are not known. */
    public GridIntensity(
            double gramsPerKwh,
            String zone,
            String provider,
            String signal,
            String boundary,
            Instant from,
            Instant until,
            String dataset) {
        this(gramsPerKwh, zone, provider, signal, boundary, from, until, dataset, OptionalDouble.empty());
    }

    /** The same with the share that is free of carbon, 0 to 1. */
    GridIntensity withCarbonFreeRatio(OptionalDouble ratio) {
        return new GridIntensity(gramsPerKwh, zone, provider, signal, boundary, from, until, dataset, ratio);
    }

    /**
     * A figure that the operator gives; it holds at all times.
     *
     * @param gramsPerKwh gCO2e per kWh, 0 to 2500
     * @param signal {@code average} or {@code marginal}
     */
    public static GridIntensity fixed(double gramsPerKwh, String signal) {
        return new GridIntensity(
                gramsPerKwh, "fixed", "fixed", signal, "unstated", Instant.MIN, Instant.MAX, "configuration");
    }

    /** Seconds from the end of the time this is of until now; 0 while it lasts. */
    public double ageSeconds(Instant now) {
        return now.isBefore(until) ? 0 : until.until(now, ChronoUnit.MILLIS) / 1e3;
    }
}
