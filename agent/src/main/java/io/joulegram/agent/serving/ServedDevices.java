package io.joulegram.agent.serving;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which GPUs serve which server, and how that is known.
 *
 * @param byServer the GPUs of each server, by {@code server} label
 */
public record ServedDevices(Map<String, Link> byServer) {
    /** Nothing is known. */
    public static final ServedDevices NONE = new ServedDevices(Map.of());

    /**
     * The GPUs of one server.
     *
     * @param devices {@code device} labels, in order
     * @param pids the processes that compute for the server, if they are known
     * @param modelByPid the model of each process that serves one alone, as far as its command line names it
     * @param origin {@code config}, {@code processes}, {@code cgroup}, {@code rank}, {@code ray}, {@code only-server}
     *     or {@code none}
     */
    public record Link(List<String> devices, Set<Integer> pids, Map<Integer, String> modelByPid, String origin) {
        /** No GPU is known to serve the server. */
        public static final Link NONE = new Link(List.of(), Set.of(), "none");

        /** One whose processes tell of no model. */
        public Link(List<String> devices, Set<Integer> pids, String origin) {
            this(devices, pids, Map.of(), origin);
        }

        /** Copies the collections. */
        public Link {
            devices = List.copyOf(devices);
            pids = Set.copyOf(pids);
            modelByPid = Map.copyOf(modelByPid);
        }
    }

    /** Copies the map. */
    public ServedDevices {
        byServer = Map.copyOf(byServer);
    }

    /** The GPUs of a server. */
    public Link of(String server) {
        return byServer.getOrDefault(server, Link.NONE);
    }

    /** The servers of each GPU, by {@code device} label. */
    public Map<String, List<String>> serversByGpu() {
        Map<String, List<String>> servers = new TreeMap<>();
        new TreeMap<>(byServer)
                .forEach((server, link) -> link.devices()
                        .forEach(device -> servers.computeIfAbsent(device, key -> new ArrayList<>())
                                .add(server)));
        return servers;
    }
}
