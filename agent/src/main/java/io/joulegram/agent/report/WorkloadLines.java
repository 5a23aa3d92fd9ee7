package io.joulegram.agent.report;

import io.joulegram.agent.ledger.Bucket;
import io.joulegram.agent.ledger.LedgerWorkload;
import io.joulegram.agent.ledger.WorkloadUse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Sums up the lines of the workloads of hosts. Those of one name on several hosts, as those of a Slurm job, are one. */
final class WorkloadLines {
    private static final int MOST = 30;
    private static final String UNATTRIBUTED = "unattributed";

    private final Tally all = new Tally();
    private final Map<String, Tally> byName = new TreeMap<>();
    private final Map<String, Tally> ofNobody = new TreeMap<>();

    void add(Bucket bucket, Pricing pricing) {
        for (WorkloadUse use : bucket.workloads()) {
            LedgerWorkload workload = use.workload();
            boolean nobody = workload.kind().equals(LedgerWorkload.NONE);
            // What is left of the whole is more than this, and holds it.
            if (!(nobody && workload.name().equals(UNATTRIBUTED))) {
                all.addWorkload(use, bucket, pricing);
                (nobody ? ofNobody : byName)
                        .computeIfAbsent(nobody ? "(" + workload.name() + ")" : name(workload), absent -> new Tally())
                        .addWorkload(use, bucket, pricing);
            }
        }
    }

    /** A container by the names of its pod where they are known, which stay when it is started anew. */
    private static String name(LedgerWorkload workload) {
        return workload.kind() + " "
                + (workload.podName().isEmpty()
                        ? workload.name()
                        : workload.podNamespace() + "/" + workload.podName() + "/" + workload.containerName());
    }

    /** The lines, and, last, what is left of the whole; empty without any. */
    List<Line> lines(Line whole) {
        List<Line> lines = new ArrayList<>();
        byName.forEach((name, tally) -> lines.add(tally.workloadLine(name, whole)));
        lines.sort(Comparator.comparingDouble(Line::joules).reversed());
        ofNobody.forEach((name, tally) -> lines.add(tally.workloadLine(name, whole)));
        if (!lines.isEmpty()) {
            lines.add(whole.without(ReportBuilder.NOT_ATTRIBUTED, all.workloadLine("workloads", whole)));
        }
        return lines;
    }

    /** As many lines as are read: those that used most, one for the others, and those that are no workload's. */
    static List<Line> foremost(List<Line> lines) {
        long own = lines.stream().filter(line -> !isNobodys(line)).count();
        if (own <= MOST) {
            return lines;
        }
        List<Line> few = new ArrayList<>(lines.subList(0, MOST));
        lines.subList(MOST, (int) own).stream()
                .reduce(Line::plus)
                .ifPresent(others -> few.add(others.named("(" + (own - MOST) + " workloads that used less)")));
        few.addAll(lines.subList((int) own, lines.size()));
        return few;
    }

    private static boolean isNobodys(Line line) {
        return line.name().startsWith("(");
    }
}
