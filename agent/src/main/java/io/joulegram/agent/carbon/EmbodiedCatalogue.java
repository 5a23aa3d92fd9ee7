package io.joulegram.agent.carbon;

import java.util.Optional;

/** Embodied carbon of products by name, for hardware that is not there. Immutable. */
public final class EmbodiedCatalogue {
    private final GpuFootprints gpus = GpuFootprints.load();

    /** The making of one GPU, by a name such as {@code H100 SXM 80GB}; empty if it is not in the catalogue. */
    public Optional<Footprint> gpu(String name) {
        return gpus.find(name, 0, 0);
    }
}
