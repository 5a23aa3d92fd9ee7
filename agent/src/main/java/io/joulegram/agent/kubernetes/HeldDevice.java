package io.joulegram.agent.kubernetes;

import io.joulegram.host.KubernetesContainer;

/**
 * A device that the kubelet has given to a container.
 *
 * @param container which
 * @param id the device as its plugin names it: the UUID of a GPU or of an instance of one, a PCI address
 */
public record HeldDevice(KubernetesContainer container, String id) {}
