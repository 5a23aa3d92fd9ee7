package io.joulegram.agent.proxy;

/**
 * Energy of one request, of a tenant, or of some part of a server.
 *
 * @param prefillMicrojoules of reading prompts
 * @param decodeMicrojoules of writing output
 * @param grams CO2e; 0 as long as the grid's intensity is not known
 */
record EnergyShare(long prefillMicrojoules, long decodeMicrojoules, double grams) {
    static final EnergyShare NONE = new EnergyShare(0, 0, 0);

    EnergyShare plus(EnergyShare other) {
        return new EnergyShare(
                prefillMicrojoules + other.prefillMicrojoules,
                decodeMicrojoules + other.decodeMicrojoules,
                grams + other.grams);
    }

    /** Both phases. */
    long microjoules() {
        return prefillMicrojoules + decodeMicrojoules;
    }
}
