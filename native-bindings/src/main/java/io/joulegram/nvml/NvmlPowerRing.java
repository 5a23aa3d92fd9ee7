package io.joulegram.nvml;

import static io.joulegram.nvml.NvmlLayout.SAMPLE_SIZE;
import static io.joulegram.nvml.NvmlLayout.SAMPLE_TIMESTAMP;
import static io.joulegram.nvml.NvmlLayout.SAMPLE_VALUE;

/**
 * The power samples that the driver takes of a GPU by itself and keeps for a while ({@code nvmlDeviceGetSamples} of
 * {@code NVML_TOTAL_POWER_SAMPLES}), read into memory that is allocated once: reading allocates nothing.
 *
 * <p>Not thread-safe: it belongs to the thread that reads the device.
 */
public final class NvmlPowerRing {
    /** Drivers of 2026 keep about 120 samples; what does not fit is given at the next reading. */
    static final int CAPACITY = 512;

    private static final int TOTAL_POWER = 0;
    private static final int VALUE_TYPE = 0;
    private static final int COUNT = 4;

    private final NvmlLibrary library;
    private final long handle;
    private final NativeBuffer out = new NativeBuffer(8);
    private final NativeBuffer samples = new NativeBuffer(CAPACITY * SAMPLE_SIZE);
    private int size;

    NvmlPowerRing(NvmlLibrary library, long handle) {
        this.library = library;
        this.handle = handle;
    }

    /**
     * Reads the samples that are newer than a time, oldest first.
     *
     * @param lastSeenMicros microseconds since 1970; 0 for all
     * @return NVML's code; {@link NvmlReturn#NOT_FOUND} and {@link NvmlReturn#NO_DATA} if there is none newer
     */
    public int read(long lastSeenMicros) {
        size = 0;
        out.putInt(COUNT, CAPACITY);
        int code = library.samples(
                handle, TOTAL_POWER, lastSeenMicros, out.address(VALUE_TYPE), out.address(COUNT), samples.address());
        if (code == NvmlReturn.SUCCESS) {
            size = Math.min(Math.max(out.getInt(COUNT), 0), CAPACITY);
        }
        return code;
    }

    /** How many samples the last reading gave. */
    public int size() {
        return size;
    }

    /** When a sample was taken, in microseconds since 1970. */
    public long timestampMicros(int sample) {
        return samples.getLong(sample * SAMPLE_SIZE + SAMPLE_TIMESTAMP);
    }

    /** The power of a sample, in milliwatts. */
    public long powerMilliwatts(int sample) {
        return samples.getUnsignedInt(sample * SAMPLE_SIZE + SAMPLE_VALUE);
    }
}
