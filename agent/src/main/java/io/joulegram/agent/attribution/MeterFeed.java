package io.joulegram.agent.attribution;

import io.joulegram.agent.energy.CumulativeEnergy;
import io.joulegram.power.Component;

/**
 * A meter that counts towards the facility's energy.
 *
 * @param component what it is part of; never {@link Component#OVERHEAD}
 * @param device the {@code device} label
 * @param energy its energy over time
 * @param live whether it is being read now
 */
public record MeterFeed(Component component, String device, CumulativeEnergy energy, boolean live) {}
