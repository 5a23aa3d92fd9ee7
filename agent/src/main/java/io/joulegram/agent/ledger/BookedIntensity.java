package io.joulegram.agent.ledger;

import io.joulegram.grid.GridIntensity;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * The carbon intensity that was in force while a bucket was filled, and where it came from.
 *
 * @param gramsPerKwh gCO2e per kWh
 * @param zone the place, as the provider names it
 * @param provider who said so
 * @param signal {@code average} or {@code marginal}
 * @param boundary {@code lifecycle}, {@code direct} or {@code unstated}
 * @param dataset the version of the data
 * @param carbonFreeRatio share of the electricity from renewable sources and nuclear power, 0 to 1; empty if unknown
 */
public record BookedIntensity(
        double gramsPerKwh,
        String zone,
        String provider,
        String signal,
        String boundary,
        String dataset,
        OptionalDouble carbonFreeRatio) {
    /** One kWh is 3.6e12 microjoules. */
    private static final double KWH_PER_MICROJOULE = 1 / 3.6e12;

    /** The intensity of electricity whose sources are not known. */
    public BookedIntensity(
            double gramsPerKwh, String zone, String provider, String signal, String boundary, String dataset) {
        this(gramsPerKwh, zone, provider, signal, boundary, dataset, OptionalDouble.empty());
    }

    /** What is kept of a figure of the grid. */
    public static BookedIntensity of(GridIntensity figure) {
        return new BookedIntensity(
                figure.gramsPerKwh(),
                figure.zone(),
                figure.provider(),
                figure.signal(),
                figure.boundary(),
                figure.dataset(),
                figure.carbonFreeRatio());
    }

    /** Grams of CO2e for an energy. */
    public double grams(long microjoules) {
        return microjoules * KWH_PER_MICROJOULE * gramsPerKwh;
    }

    /** For people: figure, place and provider. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.1f g/kWh (%s, %s)", gramsPerKwh, zone, provider);
    }
}
