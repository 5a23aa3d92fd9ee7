package io.joulegram.amdsmi;

import io.joulegram.posix.NativeBuffer;
import java.lang.ref.Reference;

/** The energy counter of one GPU. Reading allocates nothing. Not thread-safe. */
public final class AmdSmiGpu {
    private static final int RESOLUTION = 8;
    private static final int TIMESTAMP = 16;
    private static final int BYTES = 24;

    /** A joule: real counters have some 15 microjoules. */
    private static final float MAX_RESOLUTION = 1e6f;

    private final long handle;
    private final String pciAddress;
    private final NativeBuffer answer = new NativeBuffer(BYTES);
    private long count;
    private float resolution;

    AmdSmiGpu(long handle, String pciAddress) {
        this.handle = handle;
        this.pciAddress = pciAddress;
    }

    /** The PCI address as sysfs has it, {@code 0000:03:00.0}. */
    public String pciAddress() {
        return pciAddress;
    }

    /**
     * Reads the counter.
     *
     * @return a code of {@link AmdSmiStatus}; {@link AmdSmiStatus#UNEXPECTED_DATA} if the counter is all ones or the
     *     energy of a count is none
     */
    public int read() {
        try {
            long at = answer.address();
            int status = Prototypes.amdsmi_get_energy_count(handle, at, at + RESOLUTION, at + TIMESTAMP);
            if (status != AmdSmiStatus.SUCCESS) {
                return status;
            }
        } finally {
            Reference.reachabilityFence(answer);
        }
        long counted = answer.bytes().getLong(0);
        float microjoules = answer.bytes().getFloat(RESOLUTION);
        if (counted < 0 || !(microjoules > 0 && microjoules <= MAX_RESOLUTION)) {
            return AmdSmiStatus.UNEXPECTED_DATA;
        }
        count = counted;
        resolution = microjoules;
        return AmdSmiStatus.SUCCESS;
    }

    /** The counter at the last {@link #read} that succeeded; 0 before. */
    public long count() {
        return count;
    }

    /** Energy of one count in microjoules at the last {@link #read} that succeeded; 0 before. */
    public float microjoulesPerCount() {
        return resolution;
    }
}
