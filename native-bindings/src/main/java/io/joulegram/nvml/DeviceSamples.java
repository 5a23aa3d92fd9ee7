package io.joulegram.nvml;

import static io.joulegram.nvml.NvmlLayout.PROCESS_UTILIZATION_MEMORY;
import static io.joulegram.nvml.NvmlLayout.PROCESS_UTILIZATION_PID;
import static io.joulegram.nvml.NvmlLayout.PROCESS_UTILIZATION_SIZE;
import static io.joulegram.nvml.NvmlLayout.PROCESS_UTILIZATION_SM;
import static io.joulegram.nvml.NvmlLayout.PROCESS_UTILIZATION_TIMESTAMP;

import java.util.ArrayList;
import java.util.List;

/** Reads the samples of processes that the driver keeps, whose number it tells when asked with no memory to fill. */
final class DeviceSamples {
    private static final int COUNT = 4;
    private static final long NOWHERE = 0;
    private static final int MAX_COUNT = 1 << 16;

    private final NvmlLibrary library;
    private final long handle;
    private final NativeBuffer out = new NativeBuffer(8);
    private NativeBuffer utilization = new NativeBuffer(PROCESS_UTILIZATION_SIZE);

    DeviceSamples(NvmlLibrary library, long handle) {
        this.library = library;
        this.handle = handle;
    }

    List<NvmlProcessUtilization> processUtilization(long lastSeenMicros) throws NvmlException {
        String function = "nvmlDeviceGetProcessUtilization";
        out.putInt(COUNT, 0);
        int code = library.processUtilization(handle, NOWHERE, out.address(COUNT), lastSeenMicros);
        if (isNothingNew(code) || code == NvmlReturn.SUCCESS) {
            return List.of();
        }
        if (code != NvmlReturn.INSUFFICIENT_SIZE) {
            throw new NvmlException(function, code);
        }
        int room = room(function) * PROCESS_UTILIZATION_SIZE;
        if (utilization.size() < room) {
            // It grows while it is read.
            utilization = new NativeBuffer(2 * room);
        }
        NativeBuffer ring = utilization;
        out.putInt(COUNT, ring.size() / PROCESS_UTILIZATION_SIZE);
        code = library.processUtilization(handle, ring.address(), out.address(COUNT), lastSeenMicros);
        if (isNothingNew(code)) {
            return List.of();
        }
        Calls.check(function, code);
        List<NvmlProcessUtilization> samples = new ArrayList<>();
        for (int at = 0; at < filled(ring, PROCESS_UTILIZATION_SIZE); at += PROCESS_UTILIZATION_SIZE) {
            samples.add(new NvmlProcessUtilization(
                    ring.getInt(at + PROCESS_UTILIZATION_PID),
                    ring.getLong(at + PROCESS_UTILIZATION_TIMESTAMP),
                    ring.getUnsignedInt(at + PROCESS_UTILIZATION_SM),
                    ring.getUnsignedInt(at + PROCESS_UTILIZATION_MEMORY)));
        }
        return samples;
    }

    private int room(String function) throws NvmlException {
        int count = out.getInt(COUNT);
        if (count < 0 || count > MAX_COUNT) {
            throw new NvmlException(function, NvmlReturn.INSUFFICIENT_SIZE, "asks room for " + count + " samples");
        }
        return count;
    }

    /** Bytes of the ring that hold samples: what the driver tells, but never more than there is. */
    private int filled(NativeBuffer ring, int sampleSize) {
        return Math.min(Math.max(out.getInt(COUNT), 0), ring.size() / sampleSize) * sampleSize;
    }

    private static boolean isNothingNew(int code) {
        return code == NvmlReturn.NOT_FOUND || code == NvmlReturn.NO_DATA;
    }
}
