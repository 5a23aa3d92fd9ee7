package io.joulegram.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/** A procfs made of plain files, in the layout and the formats of Linux 6. */
public final class MadeProcfs {
    private static final String TCP_HEADER =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    private final Path root;

    public MadeProcfs(Path root) {
        this.root = root;
        write("net/tcp", TCP_HEADER);
    }

    Path root() {
        return root;
    }

    public MadeProcfs write(String file, String text) {
        return put(file, text, StandardOpenOption.TRUNCATE_EXISTING);
    }

    private MadeProcfs put(String file, String text, StandardOpenOption mode) {
        try {
            Path path = root.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, text, StandardOpenOption.CREATE, mode);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A process that is the leader of no session and in the root control group. */
    public MadeProcfs process(int pid, int parent, String name) {
        return process(pid, parent, name, 7);
    }

    public MadeProcfs process(int pid, int parent, String name, int session) {
        return process(pid, parent, name, session, 1000L + pid);
    }

    public MadeProcfs process(int pid, int parent, String name, int session, long startTicks) {
        write(
                pid + "/stat",
                pid + " (" + name + ") S " + parent + " " + pid + " " + session
                        + " 0 -1 4194560 12345 0 3 0 250 50 0 0 20 0 12 0 " + startTicks
                        + " 1234567890 98765 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 3 0 0 0 0 0\n");
        return write(pid + "/cgroup", "0::/\n");
    }

    /** The words of the command line that started a process. */
    public MadeProcfs command(int pid, String... words) {
        return write(pid + "/cmdline", String.join("\0", words) + "\0");
    }

    public MadeProcfs cgroup(int pid, String lines) {
        return write(pid + "/cgroup", lines);
    }

    public MadeProcfs listens(int port, long inode) {
        return socket("net/tcp", "0100007F", port, "0A", inode);
    }

    /** In the network namespace of a process. */
    public MadeProcfs listensWhere(int pid, int port, long inode) {
        return write(pid + "/net/tcp", TCP_HEADER).socket(pid + "/net/tcp", "00000000", port, "0A", inode);
    }

    public MadeProcfs namespace(int pid, String id) {
        return symbolicLink(pid + "/ns", "net", id);
    }

    /** The network namespace of whoever reads this procfs. */
    public MadeProcfs ownNamespace(String id) {
        return symbolicLink("self/ns", "net", id);
    }

    MadeProcfs listensOnVersion6(int port, long inode) {
        return socket("net/tcp6", "00000000000000000000000000000000", port, "0A", inode);
    }

    MadeProcfs connected(int port, long inode) {
        return socket("net/tcp", "0100007F", port, "01", inode);
    }

    private MadeProcfs socket(String table, String address, int port, String state, long inode) {
        return put(
                table,
                String.format(
                        Locale.ROOT,
                        "   0: %s:%04X 00000000:0000 %s 00000000:00000000 00:00000000 00000000  1000        0 %d 1"
                                + " 0000000000000000 100 0 0 10 0\n",
                        address,
                        port,
                        state,
                        inode),
                StandardOpenOption.APPEND);
    }

    public MadeProcfs holds(int pid, int descriptor, long inode) {
        return link(pid, descriptor, "socket:[" + inode + "]");
    }

    MadeProcfs link(int pid, int descriptor, String target) {
        return symbolicLink(pid + "/fd", Integer.toString(descriptor), target);
    }

    private MadeProcfs symbolicLink(String directory, String name, String target) {
        try {
            Files.createSymbolicLink(
                    Files.createDirectories(root.resolve(directory)).resolve(name), Path.of(target));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
