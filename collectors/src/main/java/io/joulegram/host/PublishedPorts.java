package io.joulegram.host;

import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
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
        TreeSet<Integer> ports = new TreeSet<>();
        for (int forwarder : forwarders()) {
            List<String> words = tree.command(forwarder);
            boolean toIt = NetworkNamespaces.forwardsTo(words)
                    .filter(to -> to.port() == port)
                    .flatMap(to -> NetworkNamespaces.literal(to.host()))
                    .filter(address -> namespaces.has(pid, address))
                    .isPresent();
            OptionalInt published = toIt ? NetworkNamespaces.publishedPort(words) : OptionalInt.empty();
            if (published.isPresent() && listens(forwarder, published.getAsInt())) {
                ports.add(published.getAsInt());
            }
        }
        return List.copyOf(ports);
    }

    private int[] forwarders() {
        return tree.pids().stream()
                .filter(pid -> tree.process(pid)
                        .filter(process -> process.name().equals(NetworkNamespaces.FORWARDER))
                        .isPresent())
                .flatMapToInt(IntStream::of)
                .toArray();
    }

    private boolean listens(int forwarder, int port) throws IOException {
        ListeningSockets.PortOwners owners = sockets.owners(Set.of(port)).get(port);
        return owners != null && owners.pids().contains(forwarder);
    }
}
