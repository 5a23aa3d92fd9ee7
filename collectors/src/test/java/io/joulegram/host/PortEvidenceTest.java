package io.joulegram.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.joulegram.host.PortEvidence.Found;
import io.joulegram.host.PortEvidence.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortEvidenceTest {
    @TempDir
    Path root;

    private MadeProcfs procfs;

    @BeforeEach
    void make() {
        procfs = new MadeProcfs(root).process(1, 0, "systemd", 1).process(100, 1, "vllm", 100);
    }

    private Found found(int pid, int port) throws IOException {
        return new PortEvidence(root).of(Map.of(pid, port)).getOrDefault(pid, nothing());
    }

    private static Found nothing() {
        return new Found(Kind.HIDDEN, List.of(-1), Optional.empty(), List.of());
    }

    @Test
    void aProcessListensItselfOrByItsChild() throws IOException {
        procfs.listens(9123, 5).holds(100, 3, 5);
        procfs.process(200, 1, "launcher", 200).process(201, 200, "router");
        procfs.listensOnVersion6(9124, 6).holds(201, 3, 6);

        assertThat(found(100, 9123)).isEqualTo(new Found(Kind.LISTENS, List.of(100), Optional.empty(), List.of()));
        assertThat(found(200, 9124)).isEqualTo(new Found(Kind.LISTENS, List.of(201), Optional.empty(), List.of()));
    }

    @Test
    void anOptionWithoutASocketIsNoEvidence() throws IOException {
        procfs.connected(9123, 5).holds(100, 3, 5);

        assertThat(found(100, 9123)).isEqualTo(new Found(Kind.NOBODY, List.of(), Optional.empty(), List.of()));
    }

    @Test
    void aSocketOfAStrangerIsNoEvidence() throws IOException {
        procfs.process(300, 1, "train", 300).listens(9123, 5).holds(300, 3, 5);

        assertThat(found(100, 9123)).isEqualTo(new Found(Kind.ANOTHER, List.of(300), Optional.empty(), List.of()));
    }

    @Test
    void aSocketThatNobodyIsSeenToHoldIsHidden() throws IOException {
        procfs.listens(9123, 5);

        assertThat(found(100, 9123).kind()).isEqualTo(Kind.HIDDEN);
    }

    @Test
    void aPortOfAnotherNetworkIsNotTakenForTheSamePortHere() throws IOException {
        procfs.ownNamespace("net:[1]").namespace(1, "net:[1]");
        procfs.namespace(100, "net:[2]")
                .listensWhere(100, 9123, 5)
                .holds(100, 3, 5)
                .write(
                        "100/net/fib_trie",
                        "     |-- 127.0.0.1\n        /32 host LOCAL\n        |-- 172.17.0.2\n           /32 host LOCAL\n");
        procfs.process(300, 1, "train", 300).listens(9123, 6).holds(300, 3, 6);
        procfs.listens(9124, 7);

        assertThat(found(100, 9123))
                .isEqualTo(new Found(Kind.ELSEWHERE, List.of(), Optional.of("172.17.0.2"), List.of()));
        assertThat(found(100, 9124).kind()).isEqualTo(Kind.NOBODY);
    }

    @Test
    void aPublishedPortOfAnotherNetworkIsKnownByTheForwarderThatListens() throws IOException {
        procfs.ownNamespace("net:[1]").namespace(1, "net:[1]");
        procfs.namespace(100, "net:[2]")
                .listensWhere(100, 8000, 5)
                .holds(100, 3, 5)
                .write("100/net/fib_trie", "        |-- 172.17.0.2\n           /32 host LOCAL\n");
        forwarder(200, 9123, "172.17.0.2", 8000);
        assertThat(found(100, 8000).published()).as("nobody listens").isEmpty();
        procfs.listens(9123, 7);
        assertThat(found(100, 8000).published()).as("who listens is not told").isEmpty();
        procfs.holds(200, 3, 7);
        assertThat(found(100, 8000).published()).containsExactly(9123);
        forwarder(200, 9123, "172.17.0.3", 8000);
        assertThat(found(100, 8000).published()).as("another container's").isEmpty();
        forwarder(200, 9123, "172.17.0.2", 8001);
        assertThat(found(100, 8000).published()).as("another port").isEmpty();
        forwarder(200, "tcp", "10.0.0.5", 9123, "172.17.0.2", 8000);
        assertThat(found(100, 8000).published()).as("not at 127.0.0.1").isEmpty();
        forwarder(200, "udp", "0.0.0.0", 9123, "172.17.0.2", 8000);
        assertThat(found(100, 8000).published()).as("not TCP").isEmpty();
        forwarder(200, "tcp", "127.0.0.1", 9123, "172.17.0.2", 8000);
        assertThat(found(100, 8000).published()).containsExactly(9123);
    }

    private void forwarder(int pid, int port, String container, int containerPort) {
        forwarder(pid, "tcp", "0.0.0.0", port, container, containerPort);
    }

    private void forwarder(int pid, String protocol, String address, int port, String container, int containerPort) {
        procfs.process(pid, 1, "docker-proxy", 200)
                .command(
                        pid,
                        "/usr/bin/docker-proxy",
                        "-proto",
                        protocol,
                        "-host-ip",
                        address,
                        "-host-port",
                        String.valueOf(port),
                        "-container-ip",
                        container,
                        "-container-port",
                        String.valueOf(containerPort));
    }

    @Test
    void aTableThatCannotBeReadIsTold() throws IOException {
        Files.delete(root.resolve("net/tcp"));

        assertThatThrownBy(() -> found(100, 9123)).isInstanceOf(IOException.class);
    }

    @Test
    void ofAnEnvironmentTheVariableThatIsAskedForIsTold() {
        procfs.write("100/environ", "APORT=1\0PORT=9123\0PORT=2\0SECRET=x\0");
        ProcessTree tree = new ProcessTree(root);

        assertThat(tree.variable(100, "PORT")).contains("9123");
        assertThat(tree.variable(100, "POR")).isEmpty();
        assertThat(tree.variable(1, "PORT")).isEmpty();
        procfs.write("100/environ", "PORT=9123\0" + "x".repeat(2 << 20));
        assertThat(tree.variable(100, "PORT")).isEmpty();
        assertThat(tree.pids()).containsExactly(1, 100);
    }
}
