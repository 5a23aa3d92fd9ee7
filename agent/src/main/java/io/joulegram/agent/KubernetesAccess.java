package io.joulegram.agent;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.kubernetes.KubernetesApi;
import io.joulegram.host.HostInventory;
import java.util.Optional;

/** How the API of the cluster is asked, as it is configured. */
final class KubernetesAccess {
    private KubernetesAccess() {}

    /** The API; empty if it is not to be asked. */
    static Optional<KubernetesApi> of(AgentConfig.Workloads config, AgentConfig.Paths path, HttpClients clients) {
        return config.kubernetes()
                .map(cluster -> new KubernetesApi(
                        clients.of(cluster.url(), cluster.authorities()),
                        cluster.url(),
                        cluster.node()
                                .or(() -> HostInventory.hostname(path.procfs()))
                                .orElse("localhost"),
                        cluster.tokenFile(),
                        cluster.labels()));
    }
}
