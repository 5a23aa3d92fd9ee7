package io.joulegram.agent.workloads;

import io.joulegram.host.Workload;
import java.util.Comparator;

/**
 * Whom energy is booked to: a workload, or one of the three that stand for what is none's.
 *
 * @param kind the label {@code kind}
 * @param name the label {@code workload}
 */
record Claimant(String kind, String name) {
    /** By kind, then by name. */
    static final Comparator<Claimant> BY_NAME =
            Comparator.comparing(Claimant::kind).thenComparing(Claimant::name);

    private static final String NONE = "none";

    /** What the hardware draws for nobody: processors that nothing ran on, GPUs that nobody holds. */
    static final Claimant IDLE = new Claimant(NONE, "idle");

    /** Workloads beyond those that have series of their own. */
    static final Claimant OTHER = new Claimant(NONE, "other");

    /** What was used, but by no workload that is known. */
    static final Claimant UNATTRIBUTED = new Claimant(NONE, "unattributed");

    static Claimant of(Workload workload) {
        return new Claimant(workload.kind().label(), workload.name());
    }

    boolean isWorkload() {
        return !kind.equals(NONE);
    }
}
