package io.joulegram.agent.ledger;

import io.joulegram.power.Component;
import java.util.Map;

/**
 * What one model used and did in one bucket. The energies by component and those by phase are two views of the same
 * energy.
 *
 * @param server the {@code server} label
 * @param model the {@code model} label
 * @param microjoules energy by component; components without energy are left out
 * @param prefillMicrojoules energy of reading prompts
 * @param decodeMicrojoules energy of writing output
 * @param idleMicrojoules energy of waiting with the weights loaded
 * @param embodiedMicrograms CO2e of the making of the devices, in millionths of a gram
 * @param promptTokens prompt tokens as the server counts them
 * @param cachedTokens prompt tokens from a cache
 * @param generatedTokens output tokens
 */
public record ModelUse(
        String server,
        String model,
        Map<Component, Long> microjoules,
        long prefillMicrojoules,
        long decodeMicrojoules,
        long idleMicrojoules,
        long embodiedMicrograms,
        long promptTokens,
        long cachedTokens,
        long generatedTokens) {
    /** Copies the map without its zeros. */
    public ModelUse {
        microjoules = WorkloadUse.withoutZeros(microjoules);
    }

    /** Energy of all components. */
    public long totalMicrojoules() {
        return prefillMicrojoules + decodeMicrojoules + idleMicrojoules;
    }

    /** Whether there is nothing in it. */
    boolean isEmpty() {
        return totalMicrojoules() == 0
                && embodiedMicrograms == 0
                && promptTokens == 0
                && cachedTokens == 0
                && generatedTokens == 0;
    }
}
