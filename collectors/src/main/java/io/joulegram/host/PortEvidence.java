package io.joulegram.host;

import static java.util.Objects.requireNonNull;

import io.joulegram.host.ListeningSockets.PortOwners;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Tells whether a process, or kin of it, listens on the port that it is said to listen on. A port that is named and a
 * socket that listens are each no evidence alone: only together do they tell whose the socket is.
 *
 * <p>Immutable; any thread.
 */
public final class PortEvidence {
    private final ListeningSockets sockets;
    private final NetworkNamespaces namespaces;
    private final ProcessTree tree;
    private final PublishedPorts published;

    /** @param procfs where procfs is mounted, {@code /proc} as a rule */
    public PortEvidence(Path procfs) {
        sockets = new ListeningSockets(procfs);
        namespaces = new NetworkNamespaces(procfs);
        tree = new ProcessTree(procfs);
        published = new PublishedPorts(sockets, namespaces, tree);
    }

    /** What was found out of a process and its port. */
    public enum Kind {
        /** It, or a process of its {@linkplain ProcessTree#kinship kin}, listens there. */
        LISTENS,
        /** Nobody listens there. */
        NOBODY,
        /** Somebody listens there who is no kin of it. */
        ANOTHER,
        /** Somebody listens there whom this user may not see. */
        HIDDEN,
        /** Somebody listens there in a network of the process's own, such as a container's. */
        ELSEWHERE
    }

    /**
     * What was found out, and of whom.
     *
     * @param kind what
     * @param owners the processes that hold the listening socket, lowest first, as far as they are known; they are not
     *     looked for elsewhere
     * @param host where a network of its own can be reached, if that is told
     * @param published the ports of 127.0.0.1 at which Docker publishes a port of such a network, lowest first
     */
    public record Found(Kind kind, List<Integer> owners, Optional<String> host, List<Integer> published) {
        /** Copies the lists. */
        public Found {
            requireNonNull(kind, "kind");
            requireNonNull(host, "host");
            owners = List.copyOf(owners);
            published = List.copyOf(published);
        }
    }

    /**
     * Finds out. Looks at every descriptor of every process if anybody listens on any of the ports; else it reads the
     * tables of sockets alone.
     *
     * @param portByPid the port that each process is said to listen on
     * @return what was found, by process
     * @throws IOException if the table of sockets cannot be read at all
     */
    public Map<Integer, Found> of(Map<Integer, Integer> portByPid) throws IOException {
        Map<Integer, Found> found = new TreeMap<>();
        Map<Integer, Integer> here = new TreeMap<>();
        for (Map.Entry<Integer, Integer> named : portByPid.entrySet()) {
            if (namespaces.isForeign(named.getKey())) {
                found.put(named.getKey(), elsewhere(named.getKey(), named.getValue()));
            } else {
                here.put(named.getKey(), named.getValue());
            }
        }
        Map<Integer, PortOwners> owners = sockets.owners(Set.copyOf(here.values()));
        here.forEach((pid, port) ->
                found.put(pid, here(pid, owners.getOrDefault(port, new PortOwners(port, false, List.of(), false)))));
        return found;
    }

    private Found here(int pid, PortOwners owners) {
        boolean kin = owners.pids().stream()
                .anyMatch(owner -> tree.kinship(pid, owner).isPresent());
        Kind kind = kin
                ? Kind.LISTENS
                : !owners.listening() ? Kind.NOBODY : owners.pids().isEmpty() ? Kind.HIDDEN : Kind.ANOTHER;
        return new Found(kind, owners.pids(), Optional.empty(), List.of());
    }

    /** Whether a process is in a network of its own, such as a container's. */
    public boolean isElsewhere(int pid) {
        return namespaces.isForeign(pid);
    }

    private Found elsewhere(int pid, int port) throws IOException {
        boolean listens;
        try {
            listens = sockets.listensWhere(pid, port);
        } catch (IOException e) {
            // It has ended meanwhile.
            listens = false;
        }
        return listens
                ? new Found(
                        Kind.ELSEWHERE,
                        List.of(),
                        namespaces.reachable(pid).map(InetAddress::getHostAddress),
                        published.of(pid, port))
                : new Found(Kind.NOBODY, List.of(), Optional.empty(), List.of());
    }
}
