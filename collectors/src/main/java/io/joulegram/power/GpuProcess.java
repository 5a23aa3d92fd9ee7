package io.joulegram.power;

import java.util.OptionalLong;

/**
 * A process that holds a GPU for computing.
 *
 * @param pid process id, in the host's namespace
 * @param memoryUsedBytes GPU memory it holds, if the driver tells
 */
public record GpuProcess(int pid, OptionalLong memoryUsedBytes) {}
