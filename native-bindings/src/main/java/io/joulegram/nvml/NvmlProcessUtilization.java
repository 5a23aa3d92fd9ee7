package io.joulegram.nvml;

/**
 * A sample of what one process did on a GPU, as the driver gives it: drivers have been seen to give pids that do not
 * exist, percentages above 100 and times before the one asked for.
 *
 * @param pid process id
 * @param timestampMicros time of the sample, microseconds since 1970
 * @param smPercent share of the time in which its kernels ran
 * @param memoryPercent share of the time in which it read or wrote memory
 */
public record NvmlProcessUtilization(int pid, long timestampMicros, long smPercent, long memoryPercent) {}
