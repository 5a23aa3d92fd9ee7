package io.joulegram.host;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;

/**
 * Which processes listen on TCP ports of this host, or of the network namespace that this procfs shows.
 *
 * <p>The kernel tells listening sockets by inode ({@code net/tcp} and {@code net/tcp6}, see proc_net_tcp.txt in the
 * kernel's documentation), and descriptors of processes as links to {@code socket:[inode]}; this joins the two. It looks
 * at every descriptor of every process, so it is meant to be asked about once a minute, for all ports at once.
 *
 * <p>Immutable; any thread.
 */
public final class ListeningSockets {
    /** More than a million sockets; {@code net/tcp} lists those that listen first. */
    private static final long MAX_TABLE_BYTES = 192L << 20;

    private static final int MAX_PROCESSES = 100_000;
    private static final int MAX_LINKS = 2_000_000;

    /** {@code TCP_LISTEN} of include/net/tcp_states.h. */
    private static final String LISTEN = "0A";

    private static final int LOCAL_ADDRESS = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;

    private static final Pattern SPACES = Pattern.compile(" +");
    private static final String SOCKET_LINK = "socket:[";

    private final Procfs procfs;

    /** @param procfs where procfs is mounted, {@code /proc} as a rule */
    public ListeningSockets(Path procfs) {
        this.procfs = new Procfs(requireNonNull(procfs, "procfs"));
    }

    /**
     * Who listens on a port, on any address of it.
     *
     * @param port the TCP port
     * @param listening whether any socket listens on it
     * @param pids the processes that hold a listening socket of it, lowest first; several if it was inherited
     * @param ownersHidden whether a socket listens whose process was not found: it belongs to another user (then root
     *     or {@code CAP_SYS_PTRACE} is needed), or to a process that this procfs does not show
     */
    public record PortOwners(int port, boolean listening, List<Integer> pids, boolean ownersHidden) {
        /** Copies the list. */
        public PortOwners {
            pids = List.copyOf(pids);
        }
    }

    /**
     * Finds the owners of ports.
     *
     * @param ports TCP ports
     * @return one entry for each port
     * @throws IOException if the table of sockets cannot be read at all
     */
    public Map<Integer, PortOwners> owners(Set<Integer> ports) throws IOException {
        return owners("net", ports);
    }

    /** Whether anybody listens on a port in the network namespace of a process. Looks at no other process. */
    boolean listensWhere(int pid, int port) throws IOException {
        return !listeningInodes(pid + "/net", listening -> listening == port).isEmpty();
    }

    /** Finds the owners of a port in the network namespace of a process. */
    PortOwners ownersWhere(int pid, int port) throws IOException {
        return owners(pid + "/net", Set.of(port)).getOrDefault(port, new PortOwners(port, false, List.of(), false));
    }

    private Map<Integer, PortOwners> owners(String tables, Set<Integer> ports) throws IOException {
        Map<Long, Integer> portByInode = listeningInodes(tables, ports::contains);
        Map<Long, Set<Integer>> pidsByInode = portByInode.isEmpty() ? Map.of() : holders(portByInode.keySet());
        Map<Integer, PortOwners> result = new TreeMap<>();
        for (int port : ports) {
            Set<Integer> pids = new TreeSet<>();
            boolean listening = false;
            boolean hidden = false;
            for (Map.Entry<Long, Integer> socket : portByInode.entrySet()) {
                if (socket.getValue() == port) {
                    Set<Integer> holders = pidsByInode.getOrDefault(socket.getKey(), Set.of());
                    listening = true;
                    hidden |= holders.isEmpty();
                    pids.addAll(holders);
                }
            }
            result.put(port, new PortOwners(port, listening, new ArrayList<>(pids), hidden));
        }
        return result;
    }

    /**
     * Finds the ports that each process listens on, as far as this user may see.
     *
     * @return ports in rising order by process, without those that listen on none
     * @throws IOException if the table of sockets cannot be read at all
     */
    public Map<Integer, Set<Integer>> portsByPid() throws IOException {
        Map<Long, Integer> portByInode = listeningInodes("net", port -> port > 0);
        Map<Integer, Set<Integer>> portsByPid = new TreeMap<>();
        holders(portByInode.keySet())
                .forEach((inode, pids) -> pids.forEach(pid -> portsByPid
                        .computeIfAbsent(pid, absent -> new TreeSet<>())
                        .add(portByInode.getOrDefault(inode, 0))));
        return portsByPid;
    }

    private Map<Long, Integer> listeningInodes(String tables, IntPredicate ports) throws IOException {
        Map<Long, Integer> portByInode = new HashMap<>();
        readTable(tables + "/tcp", ports, portByInode);
        if (Files.exists(procfs.path(tables + "/tcp6"))) {
            readTable(tables + "/tcp6", ports, portByInode);
        }
        return portByInode;
    }

    private void readTable(String file, IntPredicate ports, Map<Long, Integer> portByInode) throws IOException {
        procfs.lines(file, MAX_TABLE_BYTES, line -> {
            String[] fields = SPACES.split(line.strip(), INODE + 2);
            if (fields.length > INODE && fields[STATE].equals(LISTEN)) {
                int port = portOf(fields[LOCAL_ADDRESS]);
                if (ports.test(port)) {
                    inodeOf(fields[INODE], port, portByInode);
                }
            }
        });
    }

    private static int portOf(String address) {
        try {
            return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1), 16);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static void inodeOf(String field, int port, Map<Long, Integer> portByInode) {
        try {
            portByInode.put(Long.parseLong(field), port);
        } catch (NumberFormatException e) {
            // Not a line of the table as the kernel has written it since 2.4; it names no socket that could be found.
            return;
        }
    }

    private Map<Long, Set<Integer>> holders(Set<Long> inodes) throws IOException {
        Map<Long, Set<Integer>> pidsByInode = new HashMap<>();
        int linksLeft = MAX_LINKS;
        for (int pid : procfs.pids(MAX_PROCESSES)) {
            linksLeft -= addSockets(pid, inodes, pidsByInode, linksLeft);
        }
        return pidsByInode;
    }

    private int addSockets(int pid, Set<Long> inodes, Map<Long, Set<Integer>> pidsByInode, int maxLinks) {
        int links = 0;
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(procfs.path(pid + "/fd"))) {
            for (Path descriptor : descriptors) {
                if (links >= maxLinks) {
                    break;
                }
                links++;
                long inode = socketInode(descriptor);
                if (inodes.contains(inode)) {
                    pidsByInode.computeIfAbsent(inode, key -> new HashSet<>()).add(pid);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Ended meanwhile, or another user's. A socket that nobody else holds is then told as hidden.
            return links;
        }
        return links;
    }

    private static long socketInode(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith(SOCKET_LINK)
                    ? Long.parseLong(target, SOCKET_LINK.length(), target.length() - 1, 10)
                    : -1;
        } catch (IOException | NumberFormatException | UnsupportedOperationException e) {
            return -1;
        }
    }
}
