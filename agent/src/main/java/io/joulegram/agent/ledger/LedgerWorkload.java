package io.joulegram.agent.ledger;

/**
 * A workload of a host, or one of those that stand for what is none's.
 *
 * @param kind {@code container}, {@code slurm_job}, {@code systemd_unit} or {@code none}
 * @param name the label {@code workload}
 * @param podNamespace namespace of a container's pod; empty if it is in none, or that is not known
 * @param podName name of its pod; empty if that is not known
 * @param containerName its name in the pod; empty if that is not known
 */
public record LedgerWorkload(String kind, String name, String podNamespace, String podName, String containerName) {
    /** The kind of what is no workload's. */
    public static final String NONE = "none";

    /** A workload of which no pod is known. */
    public static LedgerWorkload of(String kind, String name) {
        return new LedgerWorkload(kind, name, "", "", "");
    }
}
