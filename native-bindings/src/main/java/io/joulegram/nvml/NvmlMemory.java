package io.joulegram.nvml;

import java.util.OptionalLong;

/**
 * The memory of a GPU, in bytes.
 *
 * @param totalBytes all of it
 * @param freeBytes not allocated
 * @param usedBytes allocated; with what the driver reserves unless {@code reservedBytes} is told apart
 * @param reservedBytes held back by the driver, if it tells ({@code nvmlDeviceGetMemoryInfo_v2})
 */
public record NvmlMemory(long totalBytes, long freeBytes, long usedBytes, OptionalLong reservedBytes) {}
