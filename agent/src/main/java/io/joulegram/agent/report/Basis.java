package io.joulegram.agent.report;

/** The bases of grams from energy, in the words of the {@code basis} label. */
final class Basis {
    /** By the average intensity of the place; the headline. */
    static final String LOCATION = "location";

    /** By the intensity of what is bought under contract. */
    static final String MARKET = "market";

    /** By the intensity of the plants that follow the load; never part of an inventory. */
    static final String MARGINAL = "marginal";

    private Basis() {}
}
