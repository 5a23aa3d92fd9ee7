package io.joulegram.agent.serving;

import io.joulegram.agent.serving.ServedDevices.Link;
import io.joulegram.host.GpuOwnership;
import io.joulegram.host.GpuOwnership.Evidence;
import io.joulegram.host.GpuOwnership.ServerGpus;
import io.joulegram.host.ServerPort;
import io.joulegram.power.GpuProcess;
import io.joulegram.tokens.ServerTarget;
import java.io.IOException;
import java.net.URI;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the GPUs that serve each server: those in the configuration; else those whose computing processes are kin of the
 * process that listens on the server's port, or ranks of the server if its API is on another host; else, if there is but one
 * server and the processes do not tell, all GPUs.
 *
 * <p>Used by one thread.
 */
public final class GpuLinks {
    private static final Logger LOG = LoggerFactory.getLogger(GpuLinks.class);

    private final GpuOwnership ownership;
    private boolean failedBefore;

    /** @param ownership finds GPUs by the processes on them */
    public GpuLinks(GpuOwnership ownership) {
        this.ownership = ownership;
    }

    /**
     * Finds the GPUs of all servers.
     *
     * @param models the models that servers have loaded, by {@code server} label
     * @param processesByDevice the processes that compute on each GPU, by {@code device} label; in the order of devices
     */
    public ServedDevices find(
            Collection<ServerTarget> servers,
            Map<String, Set<String>> models,
            Map<String, List<GpuProcess>> processesByDevice) {
        Map<ServerPort, ServerGpus> owned = owned(servers, processesByDevice);
        Map<String, Link> links = new TreeMap<>();
        for (ServerTarget server : servers) {
            Link link = link(server, owned, servers.size(), processesByDevice);
            Map<Integer, String> modelByPid = modelByPid(link.pids(), models.getOrDefault(server.name(), Set.of()));
            links.put(server.name(), new Link(link.devices(), link.pids(), modelByPid, link.origin()));
        }
        return new ServedDevices(links);
    }

    /**
     * A server of several models, such as llama.cpp as a router, may have a process for each, with its name on the command
     * line.
     */
    private Map<Integer, String> modelByPid(Set<Integer> pids, Set<String> models) {
        Map<Integer, String> modelByPid = new HashMap<>();
        for (int pid : models.size() > 1 ? pids : Set.<Integer>of()) {
            Set<String> named = new HashSet<>(ownership.command(pid));
            named.retainAll(models);
            if (named.size() == 1) {
                modelByPid.put(pid, named.iterator().next());
            }
        }
        return modelByPid;
    }

    private static Link link(
            ServerTarget server,
            Map<ServerPort, ServerGpus> owned,
            int serverCount,
            Map<String, List<GpuProcess>> processesByDevice) {
        ServerGpus gpus = owned.get(port(server));
        if (!server.devices().isEmpty()) {
            return new Link(server.devices(), gpus == null ? Set.of() : gpus.pids(), "config");
        }
        if (gpus != null && gpus.evidence() != Evidence.NONE) {
            return new Link(gpus.devices(), gpus.pids(), gpus.evidence().label());
        }
        return serverCount == 1 && !processesByDevice.isEmpty()
                ? new Link(List.copyOf(processesByDevice.keySet()), Set.of(), "only-server")
                : Link.NONE;
    }

    private Map<ServerPort, ServerGpus> owned(
            Collection<ServerTarget> servers, Map<String, List<GpuProcess>> processesByDevice) {
        if (servers.isEmpty() || processesByDevice.values().stream().allMatch(List::isEmpty)) {
            return Map.of();
        }
        try {
            Map<ServerPort, ServerGpus> owned = find(ownership, servers, processesByDevice);
            failedBefore = false;
            return owned;
        } catch (IOException e) {
            if (!failedBefore) {
                LOG.warn("who listens on which port cannot be read: {}", String.valueOf(e.getMessage()));
                failedBefore = true;
            }
            return Map.of();
        }
    }

    /**
     * The GPUs of servers by the processes on them, whatever is configured.
     *
     * @throws IOException if the table of sockets cannot be read
     */
    public static Map<ServerPort, ServerGpus> find(
            GpuOwnership ownership, Collection<ServerTarget> servers, Map<String, List<GpuProcess>> processesByDevice)
            throws IOException {
        return ownership.find(
                ports(servers, server -> !server.isElsewhere()),
                ports(servers, ServerTarget::isElsewhere),
                ports(servers, server -> !server.devices().isEmpty()),
                processesByDevice);
    }

    private static Set<ServerPort> ports(Collection<ServerTarget> servers, Predicate<ServerTarget> which) {
        return servers.stream().filter(which).map(GpuLinks::port).collect(Collectors.toSet());
    }

    /** Where a server listens. */
    public static ServerPort port(ServerTarget server) {
        URI uri = server.baseUri();
        int port = uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
        return new ServerPort(String.valueOf(uri.getHost()), port);
    }
}
