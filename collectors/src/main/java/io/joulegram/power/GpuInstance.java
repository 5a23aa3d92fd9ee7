package io.joulegram.power;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * A part of a GPU that is divided (MIG).
 *
 * @param id ids of the GPU instance and of the compute instance in it, {@code 9/0}
 * @param uuid UUID, {@code MIG-...}
 * @param profile the size as it is ordered, {@code 1g.10gb}
 * @param slices slices of the GPU that it has
 * @param memoryUsedBytes memory in use
 * @param memoryTotalBytes memory that it has
 * @param smRatio share of the last period in which its multiprocessors had work, 0 to 1
 * @param dramRatio share of the bandwidth of its memory that was used, 0 to 1
 * @param processes the processes that compute in it
 */
public record GpuInstance(
        String id,
        String uuid,
        String profile,
        int slices,
        OptionalLong memoryUsedBytes,
        OptionalLong memoryTotalBytes,
        OptionalDouble smRatio,
        OptionalDouble dramRatio,
        List<GpuProcess> processes) {
    /** Copies the list. */
    public GpuInstance {
        processes = List.copyOf(processes);
    }
}
