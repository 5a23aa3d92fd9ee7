package io.joulegram.nvml;

import java.util.List;
import java.util.Optional;

/**
 * A compute instance of a GPU that is divided by MIG, as it was when it was asked for: instances come and go, and their
 * handles are used again, while the driver runs.
 *
 * @param uuid UUID, {@code MIG-...}
 * @param name product and profile, {@code NVIDIA H100 80GB HBM3 MIG 1g.10gb}; empty if the driver does not tell
 * @param gpuInstance id of the GPU instance that it is part of
 * @param computeInstance id within that
 * @param gpuSlices slices of the GPU that the GPU instance has, of 7 on data-centre GPUs
 * @param computeSlices slices of these that the compute instance has
 * @param multiprocessors streaming multiprocessors that it has
 * @param memoryMebibytes memory of the GPU instance
 * @param memory memory in use, if the driver tells
 * @param processes the processes that compute in it
 */
public record NvmlMigInstance(
        String uuid,
        String name,
        int gpuInstance,
        int computeInstance,
        int gpuSlices,
        int computeSlices,
        int multiprocessors,
        long memoryMebibytes,
        Optional<NvmlMemory> memory,
        List<NvmlProcess> processes) {
    /** Copies the list. */
    public NvmlMigInstance {
        processes = List.copyOf(processes);
    }
}
