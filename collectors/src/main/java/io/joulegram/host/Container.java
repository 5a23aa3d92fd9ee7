package io.joulegram.host;

/**
 * What the path of a container's control group tells of it beside its name. What it does not tell is empty.
 *
 * @param runtime {@code docker}, {@code containerd}, {@code cri-o}, {@code podman} or {@code lxc}
 * @param id all 64 digits of its id
 * @param podUid the UID of the Kubernetes pod that it is of
 */
public record Container(String runtime, String id, String podUid) {}
