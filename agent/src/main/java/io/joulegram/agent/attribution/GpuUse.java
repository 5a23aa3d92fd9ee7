package io.joulegram.agent.attribution;

import java.util.List;
import java.util.Optional;

/**
 * What is known of how a GPU is used.
 *
 * @param shares how its servers share it; empty if only their tokens tell
 * @param instances its parts, if it is divided
 * @param slices how many slices it has in all; at least those of its parts
 */
public record GpuUse(Optional<GpuShares> shares, List<InstanceUse> instances, int slices) {
    /** Copies the list. */
    public GpuUse {
        instances = List.copyOf(instances);
    }

    /** Whether the driver tells who is at work, and nobody is: memory that is held tells nothing of that. */
    boolean isSeenIdle() {
        boolean told = shares.filter(GpuShares::tellsWork).isPresent()
                || instances.stream().anyMatch(instance -> instance.method().equals(GpuShares.GPM));
        return told
                && shares.filter(GpuShares::isActive).isEmpty()
                && instances.stream().noneMatch(instance -> instance.active() > 0);
    }

    /**
     * A part of a divided GPU.
     *
     * @param instance its id, {@code 9/0}
     * @param profile its size, {@code 1g.10gb}
     * @param method {@code gpm}, or {@code memory} if nothing tells how busy it is
     * @param active how much it did, 0 or more
     * @param slices slices of the GPU that it has
     */
    public record InstanceUse(String instance, String profile, String method, double active, int slices) {}
}
