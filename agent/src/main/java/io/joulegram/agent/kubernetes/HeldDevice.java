package io.joulegram.agent.kubernetes;

import static java.util.Objects.requireNonNull;

import io.joulegram.host.KubernetesContainer;
import java.util.Optional;

/**
 * A device that the kubelet has given to a container.
 *
 * @param container which
 * @param id the device as whoever gives it names it: the UUID of a GPU or of an instance of one, a PCI address, {@code
 *     gpu-3} of NVIDIA's driver of dynamic resource allocation
 * @param driver the driver of dynamic resource allocation that gave it, {@code gpu.nvidia.com}; empty if a device plugin
 *     did
 */
public record HeldDevice(KubernetesContainer container, String id, Optional<String> driver) {
    /** Refuses null. */
    public HeldDevice {
        requireNonNull(container, "container");
        requireNonNull(id, "id");
        requireNonNull(driver, "driver");
    }

    /** One that a device plugin gave. */
    public HeldDevice(KubernetesContainer container, String id) {
        this(container, id, Optional.empty());
    }
}
