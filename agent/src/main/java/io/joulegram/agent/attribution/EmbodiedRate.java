package io.joulegram.agent.attribution;

import io.joulegram.power.Component;

/**
 * Grams of CO2e from the making of a device, as they fall due over its life.
 *
 * @param component what the device is part of
 * @param device the {@code device} label
 * @param gramsPerNano grams per nanosecond of wall time
 */
public record EmbodiedRate(Component component, String device, double gramsPerNano) {}
