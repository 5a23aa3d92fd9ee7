package io.joulegram.agent.carbon;

import io.joulegram.agent.attribution.EmbodiedRate;
import io.joulegram.agent.ledger.LedgerDevice;
import io.joulegram.power.Component;
import java.time.Duration;
import java.util.List;

/**
 * A device whose making is amortized over its life, TE x t / EL of the SCI specification (ISO/IEC 21031).
 *
 * @param component what it is part of
 * @param device the {@code device} label
 * @param footprint its whole footprint
 * @param lifetime its expected life
 * @param parts what its footprint is the sum of; empty if it is one figure
 */
public record EmbodiedDevice(
        Component component, String device, Footprint footprint, Duration lifetime, List<FootprintPart> parts) {
    /** Copies the list. */
    public EmbodiedDevice {
        parts = List.copyOf(parts);
    }

    /**
     * How fast its making falls due.
     *
     * @param factor 1 for a straight line over its life
     */
    public EmbodiedRate rate(double factor) {
        return new EmbodiedRate(component, device, factor * footprint.grams() / lifetime.toNanos());
    }

    /** The same as the ledger keeps it. */
    public LedgerDevice forLedger() {
        return new LedgerDevice(
                component,
                device,
                footprint.lowGrams(),
                footprint.grams(),
                footprint.highGrams(),
                lifetime.toMillis() / 1e3,
                footprint.origin());
    }
}
