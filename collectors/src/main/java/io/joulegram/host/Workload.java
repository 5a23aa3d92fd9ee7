package io.joulegram.host;

import static java.util.Objects.requireNonNull;

import java.util.Locale;

/**
 * What a process runs for, as the kernel's control groups tell it.
 *
 * @param kind what it is
 * @param name the first 12 digits of a container's id, as {@code docker ps} shows them, or the name of an LXC container;
 *     the number of a Slurm job; the name of a systemd unit, of a user's own unit after that user's slice
 */
public record Workload(Kind kind, String name) {
    /** Kinds of workloads; a process is of one of them at most. */
    public enum Kind {
        /** A container of Docker, containerd, CRI-O, Podman or LXC. */
        CONTAINER,
        /** A batch job of Slurm. */
        SLURM_JOB,
        /** A service or scope of systemd, or all that a user's sessions run. */
        SYSTEMD_UNIT;

        /** The name in labels: the constant in lower case. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @throws NullPointerException if either is null */
    public Workload {
        requireNonNull(kind, "kind");
        requireNonNull(name, "name");
    }
}
