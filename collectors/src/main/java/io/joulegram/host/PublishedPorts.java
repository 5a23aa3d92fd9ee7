package io.joulegram.host;

import io.joulegram.host.ListeningSockets.PortOwners;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The ports of containers that Docker publishes on this host. Each has a forwarder ({@code docker-proxy}), whose command line
 * tells what it forwards, and which listens on this host; a command line alone is no evidence.
 *
 * <p>Immutable; any thread.
 */
final class PublishedPorts {
    private final ListeningSockets sockets;
    private final NetworkNamespaces namespaces;
    private final ProcessTree tree;

    PublishedPorts(ListeningSockets sockets, NetworkNamespaces namespaces, ProcessTree tree) {
        this.sockets = sockets;
        this.namespaces = namespaces;
        this.tree = tree;
    }

    /**
     * Where a port of a process's network is published. Reads the names of all processes.
     *
     * @param pid a process of that network
     * @param port its port there
     * @return the ports of this host, lowest first; empty if it is not published, or not seen to be
     * @throws IOException if the table of sockets cannot be read at all
     */
    List<Integer> of(int pid, int port) throws IOException {
        Map<Integer, Integer> forwarderByPort = new TreeMap<>();
        for (int forwarder : forwarders()) {
            List<String> words = tree.command(forwarder);
            boolean toIt = NetworkNamespaces.forwardsTo(words)
                    .filter(to -> to.port() == port)
                    .flatMap(to -> NetworkNamespaces.literal(to.host()))
                    .filter(address -> namespaces.has(pid, address))
                    .isPresent();
            if (toIt) {
                NetworkNamespaces.publishedPort(words)
                        .ifPresent(published -> forwarderByPort.put(published, forwarder));
            }
        }
        return forwarderByPort.isEmpty() ? List.of() : listeningOn(forwarderByPort);
    }

    private int[] forwarders() {
        return tree.pids().stream()
                .filter(pid -> tree.process(pid)
                        .filter(process -> process.name().equals(NetworkNamespaces.FORWARDER))
                        .isPresent())
                .flatMapToInt(IntStream::of)
                .toArray();
    }

    private List<Integer> listeningOn(Map<Integer, Integer> forwarderByPort) throws IOException {
        Map<Integer, PortOwners> owners = sockets.owners(forwarderByPort.keySet());
        return forwarderByPort.entrySet().stream()
                .filter(entry -> Optional.ofNullable(owners.get(entry.getKey()))
                        .filter(owner -> owner.pids().contains(entry.getValue()))
                        .isPresent())
                .map(Map.Entry::getKey)
                .toList();
    }
}
