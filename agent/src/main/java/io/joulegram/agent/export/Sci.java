package io.joulegram.agent.export;

/**
 * The software carbon intensity of a model in the last minute and its parts, (E x I + M) / R of ISO/IEC 21031, with one token,
 * read or written, as the functional unit R.
 *
 * @param energyJoules E: facility energy of the model, idle included, above 0
 * @param operationalGrams E x I with the location-based intensity that held slice by slice; market-based ones and offsets are
 *     excluded by the standard
 * @param embodiedGrams M: the making of the devices that fell due meanwhile
 * @param tokens R, above 0
 */
public record Sci(double energyJoules, double operationalGrams, double embodiedGrams, long tokens) {
    /** What is inside, in words that go with the figure. */
    static final String BOUNDARY =
            "The server (GPUs, processors, memory and the rest, as far as they are metered, estimated or"
                    + " configured) and its share of the facility (PUE), idle time included, and the making of its hardware, amortized."
                    + " Networks, storage elsewhere, clients, training and the end of life are outside.";

    private static final double JOULES_PER_KWH = 3.6e6;

    /** E in kilowatt hours. */
    public double energyKwh() {
        return energyJoules / JOULES_PER_KWH;
    }

    /** I: the mean intensity by energy, gCO2e/kWh. */
    public double gramsPerKwh() {
        return operationalGrams / energyKwh();
    }

    /** (E x I + M) / R in grams. */
    public double gramsPerToken() {
        return (operationalGrams + embodiedGrams) / tokens;
    }
}
