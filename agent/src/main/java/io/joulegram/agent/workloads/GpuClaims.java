package io.joulegram.agent.workloads;

import io.joulegram.agent.attribution.GpuShares;
import io.joulegram.agent.attribution.GpuUse;
import io.joulegram.agent.attribution.IdleFloors;
import io.joulegram.agent.serving.GpuEvidence;
import io.joulegram.agent.serving.ServedDevices;
import io.joulegram.host.Workload;
import io.joulegram.power.GpuActivity;
import io.joulegram.power.GpuProcess;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who claims a GPU's energy in a slice of time, by the rules that servers share a GPU by: all of it where one workload
 * alone holds it; else what it would draw idle by the memory that each holds, the rest by what each did. Its making goes
 * by the memory held. Where no process of a workload is seen on it, it is those containers' that the kubelet has given it
 * to, idle or not. Owned by the bookkeeping thread.
 */
final class GpuClaims {
    private final IdleFloors idleFloors = new IdleFloors();
    private final Map<String, Claimant> claimantByKey = new HashMap<>();
    private Map<String, GpuUse> useByGpu = Map.of();
    private Set<String> unheld = Set.of();
    private Map<String, List<Claim>> allocated = Map.of();

    /**
     * A slice begins.
     *
     * @param observedByGpu what the driver of each GPU tells, by {@code device} label
     * @param workloadByPid what the processes on them run for; those that are in no workload are not in it
     * @param allocatedByGpu the claims of those that the kubelet has given a GPU, which hold where its driver does not
     *     tell who uses it
     */
    void beginSlice(
            Map<String, GpuEvidence.Observed> observedByGpu,
            Map<Integer, Workload> workloadByPid,
            Map<String, List<Claim>> allocatedByGpu) {
        allocated = allocatedByGpu;
        Map<String, Set<Integer>> pids = new HashMap<>();
        Map<String, Set<String>> devices = new HashMap<>();
        Set<String> free = new HashSet<>();
        claimantByKey.clear();
        observedByGpu.forEach((device, observed) -> {
            for (GpuProcess process : observed.processes()) {
                Workload workload = workloadByPid.get(process.pid());
                if (workload != null) {
                    String key = workload.kind().label() + "/" + workload.name();
                    claimantByKey.put(key, Claimant.of(workload));
                    pids.computeIfAbsent(key, absent -> new HashSet<>()).add(process.pid());
                    devices.computeIfAbsent(key, absent -> new HashSet<>()).add(device);
                }
            }
            // A driver that does not tell what processes do does not tell that there are none either.
            if (observed.processes().isEmpty() && tellsProcesses(observed.activity())) {
                free.add(device);
            }
        });
        Map<String, ServedDevices.Link> links = new HashMap<>();
        pids.forEach((key, held) -> links.put(
                key, new ServedDevices.Link(List.copyOf(devices.getOrDefault(key, Set.of())), held, "cgroup")));
        useByGpu = GpuEvidence.of(new ServedDevices(links), observedByGpu);
        unheld = free;
    }

    private static boolean tellsProcesses(@Nullable GpuActivity activity) {
        return activity != null
                && (activity.divided() || activity.smRatioByPid().isPresent());
    }

    /** The claims on a GPU's energy in the slice that began; the weights sum to more than 0. */
    List<Claim> of(String device, long microjoules, long elapsedNanos) {
        GpuUse use = useByGpu.get(device);
        Optional<GpuShares> shares = use == null ? Optional.empty() : use.shares();
        if (use == null || shares.isEmpty()) {
            Claimant nobody = unheld.contains(device) ? Claimant.IDLE : Claimant.UNATTRIBUTED;
            return allocated.getOrDefault(device, List.of(Claim.whole(nobody, ShareMethod.NONE)));
        }
        double idle = idleFloors.idleMicrojoules(device, use, microjoules, elapsedNanos);
        return claims(shares.get(), microjoules > 0 ? idle / microjoules : 0);
    }

    private List<Claim> claims(GpuShares shares, double idleRatio) {
        GpuShares.Division division = shares.divide(idleRatio);
        List<Claim> claims = new ArrayList<>();
        division.byName()
                .forEach((key, share) -> claims.add(new Claim(
                        claimantByKey.getOrDefault(key, Claimant.UNATTRIBUTED),
                        shares.method(),
                        share,
                        shares.resident().getOrDefault(key, 0.0))));
        claims.add(new Claim(Claimant.UNATTRIBUTED, shares.method(), division.ofNobody(), shares.residentOfNobody()));
        return claims;
    }
}
