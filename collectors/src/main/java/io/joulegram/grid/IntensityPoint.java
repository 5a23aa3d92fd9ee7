package io.joulegram.grid;

import java.time.Instant;

/**
 * A carbon intensity and the time it holds for.
 *
 * @param from begin
 * @param until end, exclusive; after {@code from}
 * @param gramsPerKwh gCO2e per kWh, 0 to {@link GridIntensity#MAX_GRAMS_PER_KWH}
 */
public record IntensityPoint(Instant from, Instant until, double gramsPerKwh) {
    /** @throws IllegalArgumentException if the time is empty or the intensity is out of range */
    public IntensityPoint {
        if (!from.isBefore(until)) {
            throw new IllegalArgumentException(
                    "from " + from + " to " + until + " is no time: must end after it begins");
        }
        if (!(gramsPerKwh >= 0 && gramsPerKwh <= GridIntensity.MAX_GRAMS_PER_KWH)) {
            throw new IllegalArgumentException(gramsPerKwh + " gCO2e/kWh is not a grid carbon intensity: must be 0 to "
                    + GridIntensity.MAX_GRAMS_PER_KWH);
        }
    }
}
