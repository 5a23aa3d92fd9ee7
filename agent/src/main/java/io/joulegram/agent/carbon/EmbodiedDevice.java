package io.joulegram.agent.carbon;

import io.joulegram.agent.attribution.EmbodiedRate;
import io.joulegram.power.Component;
import java.time.Duration;

/**
 * A device whose making is amortized in a straight line over its life, whether it works or not: TE x t / EL of the SCI
 * specification (ISO/IEC 21031).
 *
 * @param component what it is part of
 * @param device the {@code device} label
 * @param footprint its whole footprint
 * @param lifetime its expected life
 */
record EmbodiedDevice(Component component, String device, Footprint footprint, Duration lifetime) {
    EmbodiedRate rate() {
        return new EmbodiedRate(component, device, footprint.grams() / lifetime.toNanos());
    }
}
