package io.joulegram.nvml;

/**
 * A process on a stand-in GPU.
 *
 * @param pid process id
 * @param memoryBytes GPU memory it holds; -1 when the driver does not tell
 * @param smPercent its share of the multiprocessors' time; 0 keeps it out of the utilization samples
 */
public record StandInProcess(int pid, long memoryBytes, int smPercent) {}
