package io.joulegram.nvml;

import java.util.OptionalLong;

/**
 * A process with a compute context on a GPU.
 *
 * @param pid process id
 * @param usedMemoryBytes GPU memory it holds, if the driver tells
 */
public record NvmlProcess(int pid, OptionalLong usedMemoryBytes) {}
