package io.joulegram.agent.workloads;

import io.joulegram.host.CpuUse;
import io.joulegram.host.KubernetesContainer;
import io.joulegram.host.Workload;
import java.util.Map;
import java.util.Optional;

/**
 * What one look at the host told.
 *
 * @param atNanos when, on the clock of {@link System#nanoTime()}
 * @param use who had the processors since the look before; empty if that is not known
 * @param workloadByPid what the processes on GPUs run for
 * @param kubernetesById what Kubernetes calls containers, by all digits of their ids
 */
record Look(
        long atNanos,
        Optional<CpuUse> use,
        Map<Integer, Workload> workloadByPid,
        Map<String, KubernetesContainer> kubernetesById) {
    Look {
        workloadByPid = Map.copyOf(workloadByPid);
        kubernetesById = Map.copyOf(kubernetesById);
    }
}
