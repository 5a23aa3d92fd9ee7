package io.joulegram.nvml;

/**
 * How busy a GPU was over its last sample period, of 1/6 to 1 s by product.
 *
 * @param gpuPercent share of the time in which a kernel ran
 * @param memoryPercent share of the time in which memory was read or written
 */
public record NvmlUtilization(long gpuPercent, long memoryPercent) {}
