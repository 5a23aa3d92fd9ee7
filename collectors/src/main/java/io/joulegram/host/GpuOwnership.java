package io.joulegram.host;

import static java.util.Objects.requireNonNull;

import io.joulegram.host.ListeningSockets.PortOwners;
import io.joulegram.power.GpuProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds which GPUs serve which server of this host: a GPU belongs to the server whose listening process is the nearest
 * kin ({@link ProcessTree#kinship}) of a process that computes on the GPU.
 *
 * <p>Immutable; any thread.
 */
public final class GpuOwnership {
    private final ListeningSockets sockets;
    private final ProcessTree tree;

    /** @param procfs where procfs is mounted, {@code /proc} as a rule */
    public GpuOwnership(Path procfs) {
        this.sockets = new ListeningSockets(procfs);
        this.tree = new ProcessTree(procfs);
    }

    /** How a server's GPUs were found. */
    public enum Evidence {
        /** By descent: the GPU's processes and the listening one are the same or of one family. */
        PROCESSES,
        /** At least one GPU only by a container, service or batch job that both run in. */
        CGROUP,
        /** No GPU was found. */
        NONE;

        /** The name as a label. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The GPUs of one server.
     *
     * @param devices {@code device} labels, in the order they were asked in; empty if none is known to serve it
     * @param evidence how they were found, the weakest if in several ways
     * @param pids the processes that compute for it, on any GPU
     * @param owners who listens on the server's port; tells why nothing was found where that is so
     */
    public record ServerGpus(List<String> devices, Evidence evidence, Set<Integer> pids, PortOwners owners) {
        /** Copies the collections. */
        public ServerGpus {
            devices = List.copyOf(devices);
            pids = Set.copyOf(pids);
            requireNonNull(evidence, "evidence");
            requireNonNull(owners, "owners");
        }
    }

    /**
     * Finds the GPUs of servers.
     *
     * @param serverPorts the ports that the servers listen on
     * @param processesByDevice the processes that compute on each GPU, by {@code device} label; its order is kept
     * @return one entry for each port. A GPU that no server was found for is in none; one that computes for two servers
     *     is in both.
     * @throws IOException if the table of sockets cannot be read
     */
    public Map<Integer, ServerGpus> find(Set<Integer> serverPorts, Map<String, List<GpuProcess>> processesByDevice)
            throws IOException {
        Map<Integer, PortOwners> owners = sockets.owners(serverPorts);
        Map<Integer, Map<Integer, Evidence>> serversByPid = new HashMap<>();
        Map<Integer, List<String>> devicesByPort = new HashMap<>();
        Map<Integer, Evidence> evidenceByPort = new HashMap<>();
        Map<Integer, Set<Integer>> pidsByPort = new HashMap<>();
        processesByDevice.forEach((device, processes) -> {
            Set<Integer> ports = new HashSet<>();
            for (GpuProcess process : processes) {
                serversByPid
                        .computeIfAbsent(process.pid(), pid -> nearestServers(pid, owners))
                        .forEach((port, evidence) -> {
                            ports.add(port);
                            pidsByPort
                                    .computeIfAbsent(port, key -> new HashSet<>())
                                    .add(process.pid());
                            evidenceByPort.merge(port, evidence, GpuOwnership::weaker);
                        });
            }
            ports.forEach(port -> devicesByPort
                    .computeIfAbsent(port, key -> new ArrayList<>())
                    .add(device));
        });
        Map<Integer, ServerGpus> result = new TreeMap<>();
        owners.forEach((port, owner) -> result.put(
                port,
                new ServerGpus(
                        devicesByPort.getOrDefault(port, List.of()),
                        evidenceByPort.getOrDefault(port, Evidence.NONE),
                        pidsByPort.getOrDefault(port, Set.of()),
                        owner)));
        return result;
    }

    /** The servers that a process works for: those of the nearest kin, several only if they are equally near. */
    private Map<Integer, Evidence> nearestServers(int pid, Map<Integer, PortOwners> owners) {
        Map<Integer, Kinship> kinships = new HashMap<>();
        owners.forEach((port, owner) -> owner.pids().stream()
                .flatMap(ownerPid -> tree.kinship(pid, ownerPid).stream())
                .min(Comparator.naturalOrder())
                .ifPresent(kinship -> kinships.put(port, kinship)));
        Optional<Kinship> nearest = kinships.values().stream().min(Comparator.naturalOrder());
        Map<Integer, Evidence> servers = new HashMap<>();
        kinships.forEach((port, kinship) -> {
            if (nearest.filter(kinship::equals).isPresent()) {
                servers.put(port, kinship.kind() == Kinship.Kind.CGROUP ? Evidence.CGROUP : Evidence.PROCESSES);
            }
        });
        return servers;
    }

    private static Evidence weaker(Evidence a, Evidence b) {
        return a.compareTo(b) >= 0 ? a : b;
    }
}
