package io.joulegram.agent;

import io.joulegram.host.ProcessTree;
import io.joulegram.host.Workload;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Tells of workloads whose processor time no control group counts, as Slurm's jobs where it gathers that by other means. */
final class UncountedWorkloads {
    private static final int MOST_NAMED = 5;

    private final Map<Workload.Kind, Set<String>> names = new EnumMap<>(Workload.Kind.class);

    /** Looks for them now. */
    UncountedWorkloads(ProcessTree processes) {
        Set<Workload> uncounted = new HashSet<>();
        Set<Workload> counted = new HashSet<>();
        for (int pid : processes.pids()) {
            Optional<Workload> without = processes.uncountedWorkload(pid);
            without.or(() -> processes.workload(pid)).ifPresent((without.isPresent() ? uncounted : counted)::add);
        }
        // What starts a job, as slurmstepd, is in fewer control groups than the job itself.
        uncounted.removeAll(counted);
        for (Workload workload : uncounted) {
            names.computeIfAbsent(workload.kind(), kind -> new TreeSet<>()).add(workload.name());
        }
    }

    /** Whether there are none. */
    boolean isEmpty() {
        return names.isEmpty();
    }

    /** Tells which there are, and what would have them counted. */
    void tell(Findings findings) {
        names.forEach((kind, some) -> findings.missing(
                "processors of " + some.size() + " " + kind.label() + " (" + first(some) + ")",
                "no control group counts their time, so it is unattributed",
                fix(kind)));
    }

    private static String first(Set<String> some) {
        return some.stream().limit(MOST_NAMED).collect(Collectors.joining(", "))
                + (some.size() > MOST_NAMED ? ", ..." : "");
    }

    private static String fix(Workload.Kind kind) {
        return switch (kind) {
            case SLURM_JOB -> "JobAcctGatherType=jobacct_gather/cgroup in slurm.conf";
            case SYSTEMD_UNIT -> "DefaultCPUAccounting=yes in system.conf of systemd, and start them again";
            case CONTAINER -> "let its runtime use the controller cpuacct";
        };
    }
}
