package io.joulegram.nvml;

/**
 * Whether a GPU is divided into instances (MIG).
 *
 * @param current whether it is now
 * @param pending whether it will be after the next reset
 */
public record NvmlMigMode(boolean current, boolean pending) {}
