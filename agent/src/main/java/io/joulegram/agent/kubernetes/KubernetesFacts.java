package io.joulegram.agent.kubernetes;

import io.joulegram.host.KubernetesContainer;
import java.util.List;
import java.util.Map;

/**
 * What Kubernetes tells of the containers of this node.
 *
 * @param heldDevices the devices that they hold
 * @param pods what the API of the cluster tells
 */
public record KubernetesFacts(List<HeldDevice> heldDevices, Pods pods) {
    /** Nothing is known. */
    public static final KubernetesFacts NONE = new KubernetesFacts(List.of(), Pods.NONE);

    /** Copies the list. */
    public KubernetesFacts {
        heldDevices = List.copyOf(heldDevices);
    }

    /**
     * Containers of pods.
     *
     * @param byId their names, by all digits of their ids
     * @param labelsById those labels of their pods that were asked for, by the same
     */
    public record Pods(Map<String, KubernetesContainer> byId, Map<String, Map<String, String>> labelsById) {
        /** None is known. */
        public static final Pods NONE = new Pods(Map.of(), Map.of());

        /** Copies the maps. */
        public Pods {
            byId = Map.copyOf(byId);
            labelsById = Map.copyOf(labelsById);
        }
    }
}
