package io.joulegram.agent.workloads;

/**
 * Energy and the grams that go with it.
 *
 * @param microjoules energy
 * @param operationalGrams grams of CO2e of that energy, by the headline's basis; 0 where the intensity is unknown
 * @param embodiedGrams grams of CO2e of making the hardware
 */
record Portion(long microjoules, double operationalGrams, double embodiedGrams) {
    static final Portion NONE = new Portion(0, 0, 0);

    Portion plus(Portion other) {
        return new Portion(
                microjoules + other.microjoules,
                operationalGrams + other.operationalGrams,
                embodiedGrams + other.embodiedGrams);
    }
}
