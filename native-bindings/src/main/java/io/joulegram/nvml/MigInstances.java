package io.joulegram.nvml;

import static io.joulegram.nvml.NvmlLayout.ATTRIBUTES_COMPUTE_SLICES;
import static io.joulegram.nvml.NvmlLayout.ATTRIBUTES_GPU_SLICES;
import static io.joulegram.nvml.NvmlLayout.ATTRIBUTES_MEMORY_MIB;
import static io.joulegram.nvml.NvmlLayout.ATTRIBUTES_SIZE;
import static io.joulegram.nvml.NvmlLayout.ATTRIBUTES_SM_COUNT;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the instances of a divided GPU. Handles are asked for each time and never kept: that of an instance that was
 * destroyed is invalid, or is another's by now.
 */
final class MigInstances {
    /** No GPU has more than 7 slices; a driver that tells more is not followed further than this. */
    static final int MAX_INSTANCES = 64;

    private final NvmlLibrary library;
    private final long handle;
    private final NativeBuffer out = new NativeBuffer(ATTRIBUTES_SIZE);

    /** The memory that calls on an address are given, used again so that none is left to be collected. */
    private final Map<Long, NvmlDevice> atAddress = new HashMap<>();

    MigInstances(NvmlLibrary library, long handle) {
        this.library = library;
        this.handle = handle;
    }

    /** @param most how many there can be */
    List<NvmlMigInstance> read(int most) throws NvmlException {
        List<NvmlMigInstance> instances = new ArrayList<>();
        Map<Long, NvmlDevice> seen = new HashMap<>();
        for (int index = 0; index < most; index++) {
            int code = library.migDeviceHandleByIndex(handle, index, out.address());
            if (code == NvmlReturn.NOT_FOUND) {
                continue;
            }
            Calls.check("nvmlDeviceGetMigDeviceHandleByIndex", code);
            long address = out.getLong(0);
            int slot = index;
            NvmlDevice device = atAddress.computeIfAbsent(address, key -> new NvmlDevice(library, slot, key));
            seen.put(address, device);
            read(device, address).ifPresent(instances::add);
        }
        atAddress.keySet().retainAll(seen.keySet());
        return instances;
    }

    /** Empty if the instance was destroyed between the calls. */
    private Optional<NvmlMigInstance> read(NvmlDevice device, long address) throws NvmlException {
        try {
            Calls.check("nvmlDeviceGetGpuInstanceId", library.gpuInstanceId(address, out.address()));
            int gpuInstance = out.getInt(0);
            Calls.check("nvmlDeviceGetComputeInstanceId", library.computeInstanceId(address, out.address()));
            int computeInstance = out.getInt(0);
            Calls.check("nvmlDeviceGetAttributes_v2", library.attributes(address, out.address()));
            return Optional.of(new NvmlMigInstance(
                    device.uuid(),
                    name(device),
                    gpuInstance,
                    computeInstance,
                    out.getInt(ATTRIBUTES_GPU_SLICES),
                    out.getInt(ATTRIBUTES_COMPUTE_SLICES),
                    out.getInt(ATTRIBUTES_SM_COUNT),
                    out.getLong(ATTRIBUTES_MEMORY_MIB),
                    memory(device),
                    device.computeProcesses()));
        } catch (NvmlException e) {
            if (e.code() == NvmlReturn.INVALID_ARGUMENT || e.code() == NvmlReturn.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static String name(NvmlDevice device) throws NvmlException {
        try {
            return device.name();
        } catch (NvmlException e) {
            if (NvmlReturn.isAbsent(e.code()) || e.code() == NvmlReturn.NO_PERMISSION) {
                return "";
            }
            throw e;
        }
    }

    private static Optional<NvmlMemory> memory(NvmlDevice device) throws NvmlException {
        try {
            return Optional.of(device.memory());
        } catch (NvmlException e) {
            if (NvmlReturn.isAbsent(e.code()) || e.code() == NvmlReturn.NO_PERMISSION) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
