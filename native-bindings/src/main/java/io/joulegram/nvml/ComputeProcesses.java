package io.joulegram.nvml;

import static io.joulegram.nvml.NvmlLayout.PROCESS_MEMORY;
import static io.joulegram.nvml.NvmlLayout.PROCESS_PID;
import static io.joulegram.nvml.NvmlLayout.PROCESS_R535_SIZE;
import static io.joulegram.nvml.NvmlLayout.PROCESS_V1_SIZE;
import static io.joulegram.nvml.NvmlLayout.PROCESS_V2_SIZE;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Reads the list of compute processes from drivers that do not agree on the size of its entries: {@code
 * nvmlDeviceGetComputeRunningProcesses_v3} filled 24 bytes for each, then 32, then 24 again, under one name (nvitop
 * pull requests 79 and 89), and 16 in a driver of 2026 (226). The memory given is large enough for all of these; the
 * size is then told from how much of it was written.
 */
final class ComputeProcesses {
    private static final String FUNCTION = "nvmlDeviceGetComputeRunningProcesses";
    private static final int LARGEST_ENTRY = 40;
    private static final int FIRST_CAPACITY = 64;
    private static final int MAX_CAPACITY = 8192;

    /** No pid, instance number or amount of memory has this in its highest byte. */
    private static final byte UNTOUCHED = (byte) 0xa5;

    /** {@code PID_MAX_LIMIT} of 64-bit Linux. */
    private static final int MAX_PID = 1 << 22;

    private static final long MAX_MEMORY_BYTES = 1L << 48;
    private static final long MEMORY_UNKNOWN = -1;
    private static final int[] ENTRY_SIZES = {PROCESS_V2_SIZE, PROCESS_R535_SIZE, PROCESS_V1_SIZE};

    private final NvmlLibrary library;
    private final long handle;
    private final NativeBuffer count = new NativeBuffer(Integer.BYTES);
    private int capacity = FIRST_CAPACITY;
    private NativeBuffer entries = new NativeBuffer(FIRST_CAPACITY * LARGEST_ENTRY);

    ComputeProcesses(NvmlLibrary library, long handle) {
        this.library = library;
        this.handle = handle;
    }

    List<NvmlProcess> read() throws NvmlException {
        int code = call();
        while (code == NvmlReturn.INSUFFICIENT_SIZE && capacity < MAX_CAPACITY) {
            capacity *= 2;
            entries = new NativeBuffer(capacity * LARGEST_ENTRY);
            code = call();
        }
        Calls.check(FUNCTION, code);
        int found = count.getInt(0);
        if (found < 0 || found > capacity) {
            throw new NvmlException(FUNCTION, code, "told " + found + " processes where " + capacity + " have room");
        }
        return decode(entries, found);
    }

    private int call() {
        entries.fill(UNTOUCHED);
        count.putInt(0, capacity);
        return library.computeRunningProcesses(handle, count.address(), entries.address());
    }

    static List<NvmlProcess> decode(NativeBuffer entries, int count) throws NvmlException {
        List<NvmlProcess> processes = new ArrayList<>(count);
        if (count > 0) {
            int size = entrySize(entries, count)
                    .orElseThrow(() -> new NvmlException(
                            FUNCTION,
                            NvmlReturn.ARGUMENT_VERSION_MISMATCH,
                            "the driver's process entries are of an unknown size"));
            for (int at = 0; at < count * size; at += size) {
                long memory = entries.getLong(at + PROCESS_MEMORY);
                processes.add(new NvmlProcess(
                        entries.getInt(at + PROCESS_PID),
                        memory == MEMORY_UNKNOWN ? OptionalLong.empty() : OptionalLong.of(memory)));
            }
        }
        return processes;
    }

    private static OptionalInt entrySize(NativeBuffer entries, int count) {
        int words = wordsWritten(entries);
        for (int size : ENTRY_SIZES) {
            if (words * Long.BYTES == count * size) {
                return OptionalInt.of(size);
            }
        }
        // A driver that cleared all of the memory first leaves only the values to judge by.
        for (int size : ENTRY_SIZES) {
            if (isPlausible(entries, count, size)) {
                return OptionalInt.of(size);
            }
        }
        return OptionalInt.empty();
    }

    private static int wordsWritten(NativeBuffer entries) {
        int end = entries.size();
        while (end > 0 && entries.getByte(end - 1) == UNTOUCHED) {
            end--;
        }
        return (end + Long.BYTES - 1) / Long.BYTES;
    }

    private static boolean isPlausible(NativeBuffer entries, int count, int size) {
        for (int at = 0; at < count * size; at += size) {
            int pid = entries.getInt(at + PROCESS_PID);
            long memory = entries.getLong(at + PROCESS_MEMORY);
            boolean memoryPlausible = memory == MEMORY_UNKNOWN || (memory >= 0 && memory < MAX_MEMORY_BYTES);
            if (pid <= 0 || pid >= MAX_PID || !memoryPlausible) {
                return false;
            }
        }
        return true;
    }
}
