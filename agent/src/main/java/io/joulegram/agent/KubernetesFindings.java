package io.joulegram.agent;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.kubernetes.DynamicGpu;
import io.joulegram.agent.kubernetes.HeldDevice;
import io.joulegram.agent.kubernetes.KubeletSocket;
import io.joulegram.host.KubernetesContainer;
import io.joulegram.host.KubernetesContainers;
import io.joulegram.power.GpuInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Tells what Kubernetes tells of this node, and why it does not tell more. */
final class KubernetesFindings {
    private static final int MOST_CONTAINERS = 16;

    private final AgentConfig config;
    private final Findings findings;
    private final HttpClients clients = new HttpClients();

    KubernetesFindings(AgentConfig config, Findings findings) {
        this.config = config;
        this.findings = findings;
    }

    /**
     * Asks all that the daemon would ask. Says nothing on a host that is no node of Kubernetes.
     *
     * @param gpus the GPUs of this host
     */
    void examine(List<GpuInfo> gpus) {
        Path logs = config.workloads().containerLogs();
        int links = new KubernetesContainers(logs).byId().size();
        if (links > 0) {
            findings.found("names of pods", "of " + links + " containers in " + logs);
        }
        config.workloads().kubeletSocket().ifPresent(socket -> examineKubelet(socket, links > 0, gpus));
        KubernetesAccess.of(config.workloads(), config.path(), clients).ifPresent(api -> {
            try {
                int containers = api.pods().byId().size();
                if (containers > 0) {
                    findings.found("Kubernetes' API", "tells of " + containers + " containers of this node");
                } else {
                    findings.missing(
                            "Kubernetes' API",
                            "tells of no container of this node",
                            "workloads.kubernetes.node: the name that `kubectl get nodes` has");
                }
            } catch (IOException e) {
                findings.missing("Kubernetes' API", String.valueOf(e.getMessage()), "");
            }
        });
    }

    private void examineKubelet(Path socket, boolean node, List<GpuInfo> gpus) {
        if (!Files.exists(socket)) {
            if (node) {
                findings.missing(
                        "kubelet",
                        "there is no socket " + socket + ", which tells the GPUs of pods",
                        "in a pod, mount /var/lib/kubelet/pod-resources of the host, read-only");
            }
            return;
        }
        try {
            List<HeldDevice> held = new KubeletSocket(socket).heldDevices();
            findings.found("kubelet", held.size() + " devices are held by containers");
            Map<String, String> byContainer = new TreeMap<>(held.stream()
                    .collect(Collectors.groupingBy(
                            device -> name(device.container()),
                            Collectors.mapping(device -> named(device, gpus), Collectors.joining(", ")))));
            byContainer.entrySet().stream()
                    .limit(MOST_CONTAINERS)
                    .forEach(entry -> findings.found(entry.getKey(), "holds " + entry.getValue()));
            tellOfUnknown(held, gpus);
        } catch (IOException e) {
            findings.missing("kubelet", String.valueOf(e.getMessage()), "run as root, whom the socket is open to");
        }
    }

    /** Of dynamic resource allocation by which GPU it is, as its name does not tell everyone. */
    private static String named(HeldDevice device, List<GpuInfo> gpus) {
        String id = device.driver().map(driver -> driver + "/").orElse("") + device.id();
        return gpu(device, gpus)
                .map(gpu -> id + " (" + (isPart(device) ? "of " : "") + "GPU " + gpu.device() + ")")
                .orElse(id);
    }

    private static boolean isPart(HeldDevice device) {
        return DynamicGpu.of(device).flatMap(DynamicGpu::part).isPresent();
    }

    private static Optional<GpuInfo> gpu(HeldDevice device, List<GpuInfo> gpus) {
        return DynamicGpu.of(device)
                .flatMap(named -> gpus.stream().filter(named::isOf).findFirst());
    }

    private void tellOfUnknown(List<HeldDevice> held, List<GpuInfo> gpus) {
        String unknown = held.stream()
                .filter(device ->
                        device.driver().isPresent() && gpu(device, gpus).isEmpty())
                .map(device -> named(device, gpus))
                .distinct()
                .limit(MOST_CONTAINERS)
                .collect(Collectors.joining(", "));
        if (!unknown.isEmpty()) {
            findings.missing(
                    "dynamic resource allocation",
                    unknown + " name no GPU that is known here; whose a GPU is goes by the processes on it",
                    "");
        }
    }

    private static String name(KubernetesContainer container) {
        return container.namespace() + "/" + container.pod() + "/" + container.container();
    }
}
