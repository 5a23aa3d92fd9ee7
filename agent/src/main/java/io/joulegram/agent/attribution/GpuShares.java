package io.joulegram.agent.attribution;

import java.util.Map;

/**
 * How the energy of a GPU is shared between those who use it, by what its driver tells of them. Weights are 0 or more,
 * in any unit.
 *
 * @param method {@code exclusive}, {@code gpm}, {@code process_utilization} or {@code memory}
 * @param active what each server did, by {@code server} label; all 0 if nobody did anything
 * @param activeOfNobody what was done by processes that belong to no server
 * @param resident what each server holds of the GPU, for what it draws while idle; not all 0 together with the next
 * @param residentOfNobody what is held by processes that belong to no server
 */
public record GpuShares(
        String method,
        Map<String, Double> active,
        double activeOfNobody,
        Map<String, Double> resident,
        double residentOfNobody) {
    /** Copies the maps. */
    public GpuShares {
        active = Map.copyOf(active);
        resident = Map.copyOf(resident);
    }

    /** Whether anybody did anything. */
    boolean isActive() {
        return activeOfNobody > 0 || active.values().stream().anyMatch(weight -> weight > 0);
    }
}
