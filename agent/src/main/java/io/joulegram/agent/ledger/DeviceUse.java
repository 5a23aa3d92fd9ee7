package io.joulegram.agent.ledger;

import java.util.OptionalLong;

/**
 * What one device used in one bucket.
 *
 * @param device which
 * @param source how its energy was told, in the words of the {@code source} label; empty if it has no meter
 * @param microjoules its energy; empty if it has no meter
 * @param unobservedMillis time in which its energy was not known
 * @param uncertaintyRatio relative error of its energy; 0 without a meter
 * @param embodiedMicrograms CO2e of its making that fell due, in millionths of a gram
 */
public record DeviceUse(
        LedgerDevice device,
        String source,
        OptionalLong microjoules,
        long unobservedMillis,
        double uncertaintyRatio,
        long embodiedMicrograms) {}
