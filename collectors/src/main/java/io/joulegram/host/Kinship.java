package io.joulegram.host;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;

/**
 * Why two processes are taken to be of one workload. The closest sorts first.
 *
 * @param kind the kind of evidence
 * @param distance generations between the first process and the ancestor that joins the two; 0 without one
 */
public record Kinship(Kind kind, int distance) implements Comparable<Kinship> {
    /** Kinds of evidence, from the strongest. */
    public enum Kind {
        /** They are the same process, or one descends from the other. */
        LINEAGE,
        /** A process that is no shell, no session and no init started both. */
        COMMON_ANCESTOR,
        /** They run in the same container, service or batch job. */
        CGROUP
    }

    private static final Comparator<Kinship> CLOSEST_FIRST =
            Comparator.comparing(Kinship::kind).thenComparingInt(Kinship::distance);

    /** @throws NullPointerException if the kind is null */
    public Kinship {
        requireNonNull(kind, "kind");
    }

    @Override
    public int compareTo(Kinship other) {
        return CLOSEST_FIRST.compare(this, other);
    }
}
