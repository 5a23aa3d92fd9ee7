package io.joulegram.agent.ledger;

import io.joulegram.power.Component;

/**
 * A device as it was while a bucket was filled. A device whose footprint or lifetime changes becomes another one.
 *
 * @param component what it is part of
 * @param device the {@code device} label; empty for overhead
 * @param footprintLowGrams lower bound of the grams of CO2e of its making; 0 if its making is not amortized
 * @param footprintGrams the figure that is amortized
 * @param footprintHighGrams upper bound
 * @param lifetimeSeconds over which it is amortized; 0 if it is not
 * @param origin where the footprint comes from; empty if it is not amortized
 */
public record LedgerDevice(
        Component component,
        String device,
        double footprintLowGrams,
        double footprintGrams,
        double footprintHighGrams,
        double lifetimeSeconds,
        String origin) {

    /** A device whose making is not amortized. */
    public static LedgerDevice withoutFootprint(Component component, String device) {
        return new LedgerDevice(component, device, 0, 0, 0, 0, "");
    }
}
