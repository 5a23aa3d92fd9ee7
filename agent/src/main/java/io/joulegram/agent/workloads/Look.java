package io.joulegram.agent.workloads;

import io.joulegram.agent.kubernetes.KubernetesFacts;
import io.joulegram.host.CpuUse;
import io.joulegram.host.KubernetesContainer;
import io.joulegram.host.Workload;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What one look at the host told.
 *
 * @param atNanos when, on the clock of {@link System#nanoTime()}
 * @param use who had the processors since the look before; empty if that is not known
 * @param workloadByPid what the processes on GPUs run for
 * @param kubernetes what Kubernetes tells of the containers of this node
 */
record Look(long atNanos, Optional<CpuUse> use, Map<Integer, Workload> workloadByPid, KubernetesFacts kubernetes) {
    Look {
        workloadByPid = Map.copyOf(workloadByPid);
    }

    /** The containers that run, by what Kubernetes calls them. */
    Map<KubernetesContainer, Claimant> claimantByName() {
        Map<KubernetesContainer, Claimant> claimants = new HashMap<>();
        use.ifPresent(told -> told.containers().forEach((workload, container) -> {
            KubernetesContainer name = kubernetes.pods().byId().get(container.id());
            if (name != null) {
                claimants.put(name, Claimant.of(workload));
            }
        }));
        return claimants;
    }
}
