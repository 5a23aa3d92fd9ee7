package io.joulegram.agent.workloads;

import io.joulegram.host.Container;
import io.joulegram.host.KubernetesContainer;
import java.util.Optional;

/**
 * What is known of a container beside its name.
 *
 * @param container what the path of its control group tells
 * @param kubernetes what Kubernetes calls it; empty if that is not known
 */
record ContainerIdentity(Container container, Optional<KubernetesContainer> kubernetes) {
    /** The same; what Kubernetes calls it stays known when its link is gone before it is. */
    ContainerIdentity knowing(ContainerIdentity earlier) {
        return kubernetes.isPresent() ? this : new ContainerIdentity(container, earlier.kubernetes);
    }
}
