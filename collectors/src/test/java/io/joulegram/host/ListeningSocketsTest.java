package io.joulegram.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.joulegram.host.ListeningSockets.PortOwners;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ListeningSocketsTest {
    @TempDir
    Path root;

    private MadeProcfs procfs;

    @BeforeEach
    void make() {
        procfs = new MadeProcfs(root);
    }

    @Test
    void aListeningSocketBelongsToTheProcessThatHoldsIt() throws IOException {
        procfs.listens(8000, 501).listens(9000, 502);
        procfs.process(40, 1, "python3")
                .link(40, 0, "/dev/null")
                .holds(40, 3, 777)
                .holds(40, 4, 501);
        procfs.process(41, 1, "other").holds(41, 3, 502);

        assertThat(owners(8000)).isEqualTo(new PortOwners(8000, true, List.of(40), false));
    }

    @Test
    void severalPortsAreFoundInOneGo() throws IOException {
        procfs.listens(8000, 501).listens(9000, 502);
        procfs.process(40, 1, "a").holds(40, 4, 501).process(41, 1, "b").holds(41, 4, 502);

        assertThat(new ListeningSockets(root).owners(Set.of(8000, 9000, 9001)))
                .isEqualTo(Map.of(
                        8000, new PortOwners(8000, true, List.of(40), false),
                        9000, new PortOwners(9000, true, List.of(41), false),
                        9001, new PortOwners(9001, false, List.of(), false)));
    }

    @Test
    void anInheritedSocketHasAllItsHolders() throws IOException {
        procfs.listens(8000, 501);
        procfs.process(41, 40, "worker")
                .holds(41, 4, 501)
                .process(40, 1, "main")
                .holds(40, 4, 501);

        assertThat(owners(8000).pids()).containsExactly(40, 41);
    }

    @Test
    void aSocketOfVersion6CountsToo() throws IOException {
        procfs.listensOnVersion6(30000, 601).process(50, 1, "sglang").holds(50, 9, 601);

        assertThat(owners(30000).pids()).containsExactly(50);
    }

    @Test
    void aConnectionFromThePortIsNoListener() throws IOException {
        procfs.connected(8000, 501).process(40, 1, "client").holds(40, 4, 501);

        assertThat(owners(8000)).isEqualTo(new PortOwners(8000, false, List.of(), false));
    }

    @Test
    void aSocketWhoseHolderCannotBeSeenIsToldAsHidden() throws IOException {
        // A file in place of the directory fails for every user, root included.
        procfs.listens(8000, 501).process(40, 1, "secret").write("40/fd", "");

        assertThat(owners(8000)).isEqualTo(new PortOwners(8000, true, List.of(), true));
    }

    @Test
    void oneHiddenSocketOfTwoIsTold() throws IOException {
        procfs.listens(8000, 501)
                .listensOnVersion6(8000, 502)
                .process(40, 1, "seen")
                .holds(40, 4, 501);

        assertThat(owners(8000)).isEqualTo(new PortOwners(8000, true, List.of(40), true));
    }

    @Test
    void linesThatAreNoSocketsAreIgnored() throws IOException {
        procfs.write("net/tcp", "garbage\n\n 1: zz:ZZZZ 0 0A 0 0 0 0 0 x\n 2: 0:1F40 0:0 0A 0 0 0 0 0 notanumber 1\n");
        procfs.listens(8000, 501).process(40, 1, "a").holds(40, 4, 501).link(40, 5, "socket:[x]");

        assertThat(owners(8000).pids()).containsExactly(40);
    }

    @Test
    void withoutATableOfSocketsThereIsAnError() {
        assertThatThrownBy(() -> new ListeningSockets(root.resolve("nowhere")).owners(Set.of(1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("net/tcp");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void thisProcessIsFoundBehindItsOwnPort() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = server.getLocalPort();

            assertThat(owners(Path.of("/proc"), port).pids())
                    .contains((int) ProcessHandle.current().pid());
        }
    }

    private PortOwners owners(int port) throws IOException {
        return owners(root, port);
    }

    private static PortOwners owners(Path procfs, int port) throws IOException {
        PortOwners owners = new ListeningSockets(procfs).owners(Set.of(port)).get(port);
        assertThat(owners).isNotNull();
        return owners;
    }

    @Test
    void allPortsAreToldByProcess() throws IOException {
        procfs.listens(8000, 1).listens(9000, 2).listensOnVersion6(9000, 3).connected(7000, 4);
        procfs.process(10, 1, "a").holds(10, 3, 1).holds(10, 4, 2).holds(10, 5, 4);
        procfs.process(20, 1, "b").holds(20, 3, 3).process(30, 1, "c");

        assertThat(new ListeningSockets(root).portsByPid()).isEqualTo(Map.of(10, Set.of(8000, 9000), 20, Set.of(9000)));
    }
}
