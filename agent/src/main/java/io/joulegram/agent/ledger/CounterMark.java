package io.joulegram.agent.ledger;

import io.joulegram.power.Component;

/**
 * The raw value of a hardware energy counter at an instant, from which the energy used while no agent ran can be told.
 *
 * @param component what is measured
 * @param device the {@code device} label
 * @param sensor the {@code source} label
 * @param identity what must be the same for the counter to be the same one: boot, driver, UUID; empty if the energy of
 *     the device up to this instant was not the counter's, so that nothing can be told from it
 * @param count the raw value
 * @param microjoulesPerCount energy of one count
 * @param atMillis when it had that value, since 1970
 */
public record CounterMark(
        Component component,
        String device,
        String sensor,
        String identity,
        long count,
        double microjoulesPerCount,
        long atMillis) {}
