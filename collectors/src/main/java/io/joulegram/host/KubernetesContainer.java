package io.joulegram.host;

/**
 * What Kubernetes calls a container.
 *
 * @param namespace the namespace of its pod
 * @param pod the name of its pod
 * @param container its name in the pod
 */
public record KubernetesContainer(String namespace, String pod, String container) {}
