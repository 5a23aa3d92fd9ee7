package io.joulegram.power;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who used a GPU in the last period, as far as its driver tells.
 *
 * @param divided whether the GPU is divided into instances (MIG)
 * @param slices how many slices it can be divided into; 0 if it is not divided
 * @param instances these, in the order of the driver
 * @param smRatioByPid share of the period in which kernels of a process ran, 0 to 1, by process id; processes that did
 *     nothing are left out. Empty if the driver does not tell, as on a divided GPU
 */
public record GpuActivity(
        boolean divided, int slices, List<GpuInstance> instances, Optional<Map<Integer, Double>> smRatioByPid) {
    /** Copies the collections. */
    public GpuActivity {
        instances = List.copyOf(instances);
        smRatioByPid = smRatioByPid.map(Map::copyOf);
    }
}
