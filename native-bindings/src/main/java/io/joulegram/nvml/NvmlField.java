package io.joulegram.nvml;

/**
 * A field of {@code nvmlDeviceGetFieldValues} ({@code NVML_FI_*} in nvml.h).
 *
 * @param id the field's number
 * @param scope which part of the device; for power fields a scope of {@code NVML_POWER_SCOPE_*}
 */
public record NvmlField(int id, int scope) {
    private static final int SCOPE_GPU = 0;
    private static final int SCOPE_MEMORY = 2;

    /** {@code NVML_FI_DEV_TOTAL_ENERGY_CONSUMPTION}: mJ since the driver was loaded; Volta and newer. */
    public static final NvmlField TOTAL_ENERGY = new NvmlField(83, SCOPE_GPU);

    /** {@code NVML_FI_DEV_POWER_AVERAGE}: mW, mean of the last second; Ampere but for GA100, and newer. */
    public static final NvmlField POWER_AVERAGE = new NvmlField(185, SCOPE_GPU);

    /** {@code NVML_FI_DEV_POWER_INSTANT}: mW. */
    public static final NvmlField POWER_INSTANT = new NvmlField(186, SCOPE_GPU);

    /** {@link #POWER_AVERAGE} of the GPU's memory alone; some devices that lack it answer 0. */
    public static final NvmlField MEMORY_POWER_AVERAGE = new NvmlField(185, SCOPE_MEMORY);
}
