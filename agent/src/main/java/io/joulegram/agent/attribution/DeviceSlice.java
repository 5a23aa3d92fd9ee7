package io.joulegram.agent.attribution;

import io.joulegram.power.Component;

/**
 * The energy of one device in one slice of time; overhead has no device.
 *
 * @param microjoules energy, 0 or more
 */
public record DeviceSlice(Component component, String device, long microjoules) {}
