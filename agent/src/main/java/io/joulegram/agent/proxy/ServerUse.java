package io.joulegram.agent.proxy;

import java.util.List;

/**
 * The books at one instant.
 *
 * @param requests energy of requests
 * @param bypass energy of what was served past the proxy
 * @param idleMicrojoules idle energy
 * @param idleGrams grams of it
 * @param heldMicrojoules energy whose owner the next interval decides
 * @param heldGrams grams of it
 * @param resets how often the daemon began anew
 * @param open requests under way or not settled yet
 * @param unknown requests that ended without the daemon telling their energy
 * @param tenants what each tenant has used
 */
record ServerUse(
        EnergyShare requests,
        EnergyShare bypass,
        long idleMicrojoules,
        double idleGrams,
        long heldMicrojoules,
        double heldGrams,
        long resets,
        long open,
        long unknown,
        List<TenantUse> tenants) {
    /** Copies the list. */
    ServerUse {
        tenants = List.copyOf(tenants);
    }
}
