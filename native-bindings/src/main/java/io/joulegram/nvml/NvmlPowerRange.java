package io.joulegram.nvml;

/**
 * The power limits that a GPU can be set to.
 *
 * @param minMilliwatts the least
 * @param maxMilliwatts the greatest
 */
public record NvmlPowerRange(long minMilliwatts, long maxMilliwatts) {}
