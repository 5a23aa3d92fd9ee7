package io.joulegram.host;

import static java.util.Objects.requireNonNull;

import io.joulegram.host.ListeningSockets.PortOwners;
import io.joulegram.power.GpuProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds which GPUs serve which server of this host: a GPU belongs to the server whose listening process is the nearest
 * kin ({@link ProcessTree#kinship}) of a process that computes on the GPU. Servers in containers with a network of their own
 * are found there, by their address or behind Docker's forwarder of a published port. A server whose API is on another host has
 * the GPUs on which its ranks compute here.
 *
 * <p>Immutable; any thread.
 */
public final class GpuOwnership {
    /** Ray names its workers so (setproctitle). They descend from its daemon, and share nothing with who sent them work. */
    private static final String RAY_WORKER = "ray::";

    private final ListeningSockets sockets;
    private final NetworkNamespaces namespaces;
    private final ProcessTree tree;

    /** @param procfs where procfs is mounted, {@code /proc} as a rule */
    public GpuOwnership(Path procfs) {
        this.sockets = new ListeningSockets(procfs);
        this.namespaces = new NetworkNamespaces(procfs);
        this.tree = new ProcessTree(procfs);
    }

    /** How a server's GPUs were found, the strongest first. */
    public enum Evidence {
        /** By descent: the GPU's processes and the listening one are the same or of one family. */
        PROCESSES,
        /** At least one GPU only by a container, service or batch job that both run in. */
        CGROUP,
        /** By the command line of a {@linkplain GroupRank rank} of a server on another host. */
        RANK,
        /** By elimination: a worker of Ray that is no server's kin, and no other server is without a GPU. */
        RAY,
        /** No GPU was found. */
        NONE;

        /** The name as a label. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One GPU of a server.
     *
     * @param device its {@code device} label
     * @param evidence how it was found, the weakest if in several ways
     * @param pids the processes that compute on it for the server, lowest first
     */
    public record Tie(String device, Evidence evidence, List<Integer> pids) {
        /** Copies the list. */
        public Tie {
            pids = List.copyOf(pids);
        }

        private Tie and(Evidence other, int pid) {
            List<Integer> all = new ArrayList<>(pids);
            all.add(pid);
            return new Tie(
                    device,
                    weaker(evidence, other),
                    all.stream().sorted().distinct().toList());
        }
    }

    /**
     * The GPUs of one server.
     *
     * @param ties its GPUs, in the order they were asked in; empty if none is known to serve it
     * @param owners who listens on the server's port; tells why nothing was found where that is so
     */
    public record ServerGpus(List<Tie> ties, PortOwners owners) {
        /** Copies the list. */
        public ServerGpus {
            ties = List.copyOf(ties);
            requireNonNull(owners, "owners");
        }

        /** The {@code device} labels. */
        public List<String> devices() {
            return ties.stream().map(Tie::device).toList();
        }

        /** How they were found, the weakest if in several ways. */
        public Evidence evidence() {
            return ties.isEmpty()
                    ? Evidence.NONE
                    : ties.stream().map(Tie::evidence).reduce(Evidence.PROCESSES, GpuOwnership::weaker);
        }

        /** The processes that compute for it, on any GPU. */
        public Set<Integer> pids() {
            return ties.stream().flatMap(tie -> tie.pids().stream()).collect(Collectors.toUnmodifiableSet());
        }
    }

    /**
     * Finds the GPUs of servers.
     *
     * @param servers where the servers of this host listen
     * @param elsewhere where those listen whose API is on another host, and that compute here as well
     * @param settled those of both whose GPUs are known by other means: they have none by elimination
     * @param processesByDevice the processes that compute on each GPU, by {@code device} label; its order is kept
     * @return one entry for each server. A GPU that no server was found for is in none; one that computes for two servers
     *     is in both.
     * @throws IOException if the table of sockets cannot be read
     */
    public Map<ServerPort, ServerGpus> find(
            Set<ServerPort> servers,
            Set<ServerPort> elsewhere,
            Set<ServerPort> settled,
            Map<String, List<GpuProcess>> processesByDevice)
            throws IOException {
        Set<Integer> pids = new TreeSet<>();
        processesByDevice.values().forEach(list -> list.forEach(process -> pids.add(process.pid())));
        Map<ServerPort, PortOwners> owners = owners(servers, pids);
        Map<Integer, Map<ServerPort, Evidence>> serversByPid = new TreeMap<>();
        pids.forEach(pid -> serversByPid.put(pid, nearestServers(pid, owners)));
        serversByPid.replaceAll((pid, kin) -> kin.isEmpty() ? serverOfRank(pid, elsewhere) : kin);
        giveRayWorkers(owners, elsewhere, settled, serversByPid);
        Map<ServerPort, List<Tie>> ties = new HashMap<>();
        processesByDevice.forEach((device, processes) -> {
            Map<ServerPort, Tie> tieOfServer = new HashMap<>();
            for (GpuProcess process : processes) {
                serversByPid
                        .getOrDefault(process.pid(), Map.of())
                        .forEach((server, evidence) -> tieOfServer.put(
                                server,
                                tieOfServer
                                        .getOrDefault(server, new Tie(device, evidence, List.of()))
                                        .and(evidence, process.pid())));
            }
            tieOfServer.forEach((server, tie) ->
                    ties.computeIfAbsent(server, key -> new ArrayList<>()).add(tie));
        });
        Map<ServerPort, ServerGpus> result = new HashMap<>();
        owners.forEach((server, owner) ->
                result.put(server, new ServerGpus(ties.getOrDefault(server, List.of()), owner)));
        elsewhere.forEach(server ->
                result.put(server, new ServerGpus(ties.getOrDefault(server, List.of()), nobody(server))));
        return result;
    }

    private static PortOwners nobody(ServerPort server) {
        return new PortOwners(server.port(), false, List.of(), false);
    }

    /** The words of the command line that started a process; empty if it is gone. */
    public List<String> command(int pid) {
        return tree.command(pid);
    }

    private Map<ServerPort, PortOwners> owners(Set<ServerPort> servers, Set<Integer> gpuPids) throws IOException {
        Map<Integer, PortOwners> here =
                sockets.owners(servers.stream().map(ServerPort::port).collect(Collectors.toSet()));
        List<Integer> elsewhere = namespaces.foreign(gpuPids);
        Map<ServerPort, PortOwners> owners = new HashMap<>();
        for (ServerPort server : servers) {
            PortOwners own = here.getOrDefault(server.port(), nobody(server));
            Optional<PortOwners> contained = inNamespaces(server, elsewhere);
            for (int pid : contained.isPresent() ? List.<Integer>of() : own.pids()) {
                Optional<ServerPort> behind = NetworkNamespaces.forwardsTo(tree.command(pid));
                if (behind.isPresent()) {
                    contained = inNamespaces(behind.get(), elsewhere);
                }
            }
            owners.put(server, contained.orElse(own));
        }
        return owners;
    }

    private Optional<PortOwners> inNamespaces(ServerPort server, List<Integer> namespacePids) throws IOException {
        Optional<InetAddress> address = NetworkNamespaces.literal(server.host());
        for (int pid : address.isPresent() ? namespacePids : List.<Integer>of()) {
            if (namespaces.has(pid, address.get())) {
                return Optional.of(sockets.ownersWhere(pid, server.port()));
            }
        }
        return Optional.empty();
    }

    /** The servers that a process works for: those of the nearest kin, several only if they are equally near. */
    private Map<ServerPort, Evidence> nearestServers(int pid, Map<ServerPort, PortOwners> owners) {
        Map<ServerPort, Kinship> kinships = new HashMap<>();
        owners.forEach((server, owner) -> owner.pids().stream()
                .flatMap(ownerPid -> tree.kinship(pid, ownerPid).stream())
                .min(Comparator.naturalOrder())
                .ifPresent(kinship -> kinships.put(server, kinship)));
        Optional<Kinship> nearest = kinships.values().stream().min(Comparator.naturalOrder());
        Map<ServerPort, Evidence> servers = new HashMap<>();
        kinships.forEach((server, kinship) -> {
            if (nearest.filter(kinship::equals).isPresent()) {
                servers.put(server, kinship.kind() == Kinship.Kind.CGROUP ? Evidence.CGROUP : Evidence.PROCESSES);
            }
        });
        return servers;
    }

    /** Whether a process computes for a program whose first rank is on another host: by its command line and its ancestors'. */
    public Optional<GroupRank> rank(int pid) {
        return GroupRank.of(
                Stream.concat(Stream.of(pid), tree.ancestors(pid).stream().map(HostProcess::pid))
                        .map(tree::command)
                        .toList());
    }

    /**
     * The server on another host that a process computes for: the one at the address of its first rank; where none is at it, as
     * hosts may have several, the only one there is, if the process is of an inference server.
     */
    private Map<ServerPort, Evidence> serverOfRank(int pid, Set<ServerPort> elsewhere) {
        Optional<GroupRank> rank = elsewhere.isEmpty() ? Optional.empty() : rank(pid);
        if (rank.isEmpty()) {
            return Map.of();
        }
        Set<ServerPort> atHead = elsewhere.stream()
                .filter(server -> rank.get().isLedFrom(server.host()))
                .collect(Collectors.toSet());
        Set<ServerPort> candidates = atHead.isEmpty() && rank.get().serves() ? elsewhere : atHead;
        return candidates.size() == 1 ? Map.of(candidates.iterator().next(), Evidence.RANK) : Map.of();
    }

    /** Whether Ray calls a process its worker. */
    public boolean isRayWorker(int pid) {
        return tree.process(pid)
                .filter(process -> process.name().startsWith(RAY_WORKER))
                .isPresent();
    }

    private void giveRayWorkers(
            Map<ServerPort, PortOwners> owners,
            Set<ServerPort> elsewhere,
            Set<ServerPort> settled,
            Map<Integer, Map<ServerPort, Evidence>> serversByPid) {
        Set<ServerPort> withGpu = Stream.concat(
                        settled.stream(), serversByPid.values().stream().flatMap(servers -> servers.keySet().stream()))
                .collect(Collectors.toSet());
        Stream<ServerPort> listening = owners.entrySet().stream()
                .filter(entry -> entry.getValue().listening())
                .map(Map.Entry::getKey);
        List<ServerPort> without = Stream.concat(listening, elsewhere.stream())
                .filter(server -> !withGpu.contains(server))
                .toList();
        if (without.size() == 1) {
            serversByPid.replaceAll((pid, servers) ->
                    servers.isEmpty() && isRayWorker(pid) ? Map.of(without.get(0), Evidence.RAY) : servers);
        }
    }

    private static Evidence weaker(Evidence a, Evidence b) {
        return a.compareTo(b) >= 0 ? a : b;
    }
}
