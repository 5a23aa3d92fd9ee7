package io.joulegram.nvml;

/**
 * CUDA compute capability: 9.0 is H100, 8.0 A100.
 *
 * @param major before the point
 * @param minor after the point
 */
public record NvmlComputeCapability(int major, int minor) {}
