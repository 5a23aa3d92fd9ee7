package io.joulegram.agent.workloads;

import io.joulegram.host.Container;
import io.joulegram.host.KubernetesContainer;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of a container beside its name.
 *
 * @param container what the path of its control group tells
 * @param kubernetes what Kubernetes calls it; empty if that is not known
 * @param podLabels those labels of its pod that were asked for
 */
record ContainerIdentity(Container container, Optional<KubernetesContainer> kubernetes, Map<String, String> podLabels) {
    ContainerIdentity {
        podLabels = Map.copyOf(podLabels);
    }

    /** The same; what Kubernetes told of it stays known when it tells no more. */
    ContainerIdentity knowing(ContainerIdentity earlier) {
        return new ContainerIdentity(
                container,
                kubernetes.isPresent() ? kubernetes : earlier.kubernetes,
                podLabels.isEmpty() ? earlier.podLabels : podLabels);
    }
}
