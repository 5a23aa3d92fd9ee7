package io.joulegram.agent.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads how the accounts of this host's workloads are kept, and who tells their names. */
final class WorkloadsReader {
    private final Scope root;
    private final Path directory;

    /** @param directory against which paths are resolved */
    WorkloadsReader(Scope root, Path directory) {
        this.root = root;
        this.directory = directory;
    }

    AgentConfig.Workloads read() {
        return new AgentConfig.Workloads(
                root.get(Keys.WORKLOADS_ENABLED),
                root.get(Keys.WORKLOADS_INTERVAL),
                root.get(Keys.WORKLOADS_MAX),
                root.get(Keys.WORKLOADS_KEEP),
                root.get(Keys.WORKLOADS_CONTAINER_LOGS),
                root.get(Keys.WORKLOADS_KUBELET_SOCKET),
                kubernetes());
    }

    private Optional<AgentConfig.Kubernetes> kubernetes() {
        List<String> labels = root.values(Keys.WORKLOADS_KUBERNETES_LABELS, Keys.WORKLOADS_KUBERNETES_LABEL);
        Path authorityFile = directory.resolve(root.get(Keys.WORKLOADS_KUBERNETES_CA_FILE));
        Path token = directory.resolve(root.get(Keys.WORKLOADS_KUBERNETES_TOKEN_FILE));
        Optional<String> node = root.get(Keys.WORKLOADS_KUBERNETES_NODE);
        Optional<URI> url = root.get(Keys.WORKLOADS_KUBERNETES_URL);
        if (url.isEmpty()) {
            return Optional.empty();
        }
        if (labels.size() > Keys.MOST_KUBERNETES_LABELS) {
            root.report(
                    Keys.WORKLOADS_KUBERNETES_LABELS,
                    "has " + labels.size() + " labels; allowed: " + Keys.MOST_KUBERNETES_LABELS + " at most");
        }
        return Optional.of(new AgentConfig.Kubernetes(
                url.get(), root.certificates(Keys.WORKLOADS_KUBERNETES_CA_FILE, authorityFile), token, node, labels));
    }
}
