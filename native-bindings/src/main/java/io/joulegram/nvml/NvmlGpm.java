package io.joulegram.nvml;

import static io.joulegram.nvml.NvmlLayout.GPM_METRICS_ARRAY;
import static io.joulegram.nvml.NvmlLayout.GPM_METRICS_COUNT;
import static io.joulegram.nvml.NvmlLayout.GPM_METRICS_SAMPLE1;
import static io.joulegram.nvml.NvmlLayout.GPM_METRICS_SAMPLE2;
import static io.joulegram.nvml.NvmlLayout.GPM_METRICS_SIZE;
import static io.joulegram.nvml.NvmlLayout.GPM_METRICS_VERSION;
import static io.joulegram.nvml.NvmlLayout.GPM_METRIC_ID;
import static io.joulegram.nvml.NvmlLayout.GPM_METRIC_RETURN;
import static io.joulegram.nvml.NvmlLayout.GPM_METRIC_SIZE;
import static io.joulegram.nvml.NvmlLayout.GPM_METRIC_VALUE;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The performance counters of a GPU or of one GPU instance ({@code nvmlGpm*}; Hopper and newer), read as the difference
 * of two samples that the driver keeps memory for. Reading them disturbs no profiler. Belongs to the thread of its
 * device, and must be closed before NVML is.
 */
public final class NvmlGpm implements AutoCloseable {
    /** {@code NVML_GPM_METRICS_GET_VERSION}: a plain 1, unlike other structures. */
    private static final int VERSION = 1;

    private static final int SM_UTIL = 2;
    private static final int DRAM_BW_UTIL = 10;
    private static final int[] METRICS = {SM_UTIL, DRAM_BW_UTIL};

    /** nvml.h: samples must be more than 100 ms apart. */
    private static final long MIN_APART_NANOS = 110_000_000;

    private static final int WHOLE_DEVICE = -1;
    private static final double MAX_PERCENT = 100;

    private final NvmlLibrary library;
    private final long device;
    private final int gpuInstance;
    private final NativeBuffer metrics = new NativeBuffer(GPM_METRICS_SIZE);
    private final long[] samples = new long[2];
    private int older;
    private boolean hasOlder;
    private long olderNanos;

    private NvmlGpm(NvmlLibrary library, long device, int gpuInstance) {
        this.library = library;
        this.device = device;
        this.gpuInstance = gpuInstance;
    }

    static NvmlGpm ofDevice(NvmlLibrary library, long device) throws NvmlException {
        return new NvmlGpm(library, device, WHOLE_DEVICE).allocate();
    }

    static NvmlGpm ofInstance(NvmlLibrary library, long device, int gpuInstance) throws NvmlException {
        return new NvmlGpm(library, device, gpuInstance).allocate();
    }

    private NvmlGpm allocate() throws NvmlException {
        NativeBuffer out = new NativeBuffer(Long.BYTES);
        for (int i = 0; i < samples.length; i++) {
            int code = library.gpmSampleAlloc(out.address());
            if (code != NvmlReturn.SUCCESS) {
                close();
                throw new NvmlException("nvmlGpmSampleAlloc", code);
            }
            samples[i] = out.getLong(0);
        }
        return this;
    }

    /**
     * What happened since the last call that gave something; empty the first time, and when that is less than 110 ms
     * ago.
     */
    public Optional<NvmlGpmActivity> read() throws NvmlException {
        long now = System.nanoTime();
        if (hasOlder && now - olderNanos < MIN_APART_NANOS) {
            return Optional.empty();
        }
        int newer = hasOlder ? 1 - older : older;
        int code = gpuInstance == WHOLE_DEVICE
                ? library.gpmSampleGet(device, samples[newer])
                : library.gpmMigSampleGet(device, gpuInstance, samples[newer]);
        Calls.check(gpuInstance == WHOLE_DEVICE ? "nvmlGpmSampleGet" : "nvmlGpmMigSampleGet", code);
        Optional<NvmlGpmActivity> activity =
                hasOlder ? Optional.of(between(samples[older], samples[newer])) : Optional.empty();
        older = newer;
        hasOlder = true;
        olderNanos = now;
        return activity;
    }

    private NvmlGpmActivity between(long first, long second) throws NvmlException {
        metrics.fill((byte) 0);
        metrics.putInt(GPM_METRICS_VERSION, VERSION);
        metrics.putInt(GPM_METRICS_COUNT, METRICS.length);
        metrics.putLong(GPM_METRICS_SAMPLE1, first);
        metrics.putLong(GPM_METRICS_SAMPLE2, second);
        for (int i = 0; i < METRICS.length; i++) {
            metrics.putInt(GPM_METRICS_ARRAY + i * GPM_METRIC_SIZE + GPM_METRIC_ID, METRICS[i]);
        }
        Calls.check("nvmlGpmMetricsGet", library.gpmMetricsGet(metrics.address()));
        return new NvmlGpmActivity(percent(0), percent(1));
    }

    private OptionalDouble percent(int index) {
        int at = GPM_METRICS_ARRAY + index * GPM_METRIC_SIZE;
        double value = metrics.getDouble(at + GPM_METRIC_VALUE);
        boolean plausible = metrics.getInt(at + GPM_METRIC_RETURN) == NvmlReturn.SUCCESS
                && value >= 0
                && value <= MAX_PERCENT * 1.05;
        return plausible ? OptionalDouble.of(Math.min(value, MAX_PERCENT)) : OptionalDouble.empty();
    }

    /** Gives the samples' memory back; does nothing the second time. */
    @Override
    public void close() {
        hasOlder = false;
        for (int i = 0; i < samples.length; i++) {
            if (samples[i] != 0) {
                library.gpmSampleFree(samples[i]);
                samples[i] = 0;
            }
        }
    }
}
