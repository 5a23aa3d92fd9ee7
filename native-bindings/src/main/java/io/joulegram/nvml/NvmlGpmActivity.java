package io.joulegram.nvml;

import java.util.OptionalDouble;

/**
 * What the counters of a GPU, or of one of its instances, tell of the time between two samples. Percentages are as the
 * driver gives them.
 *
 * @param smPercent share of the time in which the multiprocessors had work ({@code NVML_GPM_METRIC_SM_UTIL})
 * @param dramPercent share of the bandwidth of the memory that was used ({@code NVML_GPM_METRIC_DRAM_BW_UTIL})
 */
public record NvmlGpmActivity(OptionalDouble smPercent, OptionalDouble dramPercent) {}
