package io.joulegram.agent.carbon;

/**
 * Grams of CO2e from the making of a device. Published figures for one and the same device differ by a factor of three
 * and more, so there are always three.
 *
 * @param lowGrams the lowest figure that has a source
 * @param grams the figure that is used
 * @param highGrams the highest figure that has a source
 * @param origin where the figures come from
 */
public record Footprint(double lowGrams, double grams, double highGrams, String origin) {
    /** @throws IllegalArgumentException unless 0 is at most low, low at most the figure, and that at most high */
    public Footprint {
        if (!(0 <= lowGrams && lowGrams <= grams && grams <= highGrams && Double.isFinite(highGrams))) {
            throw new IllegalArgumentException(lowGrams + " <= " + grams + " <= " + highGrams
                    + " g are not a footprint: must be 0 or more and in this order");
        }
    }

    static Footprint kilograms(double low, double middle, double high, String origin) {
        return new Footprint(1e3 * low, 1e3 * middle, 1e3 * high, origin);
    }

    Footprint times(double factor) {
        return new Footprint(factor * lowGrams, factor * grams, factor * highGrams, origin);
    }
}
