package io.joulegram.agent.carbon;

/**
 * A named part of a device's footprint.
 *
 * @param name such as {@code mainboard}; an override names it as its device
 * @param footprint of this part
 */
public record FootprintPart(String name, Footprint footprint) {}
