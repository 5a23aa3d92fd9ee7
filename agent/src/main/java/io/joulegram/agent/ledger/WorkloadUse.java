package io.joulegram.agent.ledger;

import io.joulegram.power.Component;
import java.util.EnumMap;
import java.util.Map;

/**
 * What one workload of the host used in one bucket.
 *
 * @param workload which
 * @param microjoules energy by component; components without energy are left out
 * @param embodiedMicrograms CO2e of the making of the devices, in millionths of a gram
 */
public record WorkloadUse(LedgerWorkload workload, Map<Component, Long> microjoules, long embodiedMicrograms) {
    /** Copies the map without its zeros. */
    public WorkloadUse {
        microjoules = withoutZeros(microjoules);
    }

    /** A copy without what is 0. */
    static Map<Component, Long> withoutZeros(Map<Component, Long> microjoules) {
        Map<Component, Long> present = new EnumMap<>(Component.class);
        microjoules.forEach((component, energy) -> {
            if (energy != 0) {
                present.put(component, energy);
            }
        });
        return Map.copyOf(present);
    }

    /** Energy of all components. */
    public long totalMicrojoules() {
        return microjoules.values().stream().mapToLong(Long::longValue).sum();
    }
}
