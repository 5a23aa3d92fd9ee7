package io.joulegram.nvml;

/**
 * One of the power samples that the driver keeps ({@code nvmlDeviceGetSamples}).
 *
 * @param timestampMicros when it was taken, microseconds since 1970
 * @param powerMilliwatts the power
 */
public record NvmlSample(long timestampMicros, long powerMilliwatts) {}
