package io.joulegram.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.host.MadeProcfs;
import io.joulegram.tokens.Dialect;
import io.joulegram.tokens.EngineCatalog;
import io.joulegram.tokens.FakeInferenceServer;
import io.joulegram.tokens.ServerDiscovery;
import io.joulegram.tokens.ServerTarget;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServingFindingsTest {
    @TempDir
    Path root;

    private final FakeInferenceServer server = FakeInferenceServer.start(Dialect.LLAMACPP);
    private final String port = String.valueOf(server.port());
    private MadeProcfs procfs;
    private List<ServerTarget> configured = List.of();
    private List<ServerTarget> found = List.of();

    @BeforeEach
    void make() {
        server.engine("m", 0);
        procfs = new MadeProcfs(root)
                .process(1, 0, "systemd", 1)
                .process(42, 1, "llama-server", 42)
                .command(42, "llama-server", "--port", port);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private String told(Integer... usualPorts) {
        StringWriter text = new StringWriter();
        ServerDiscovery discovery = new ServerDiscovery(
                HttpClient.newHttpClient(), EngineCatalog.builtIn(), List.of(usualPorts), Duration.ofSeconds(10));
        found = new ServingFindings(new Findings(new PrintWriter(text)), discovery, List.of(usualPorts), root)
                .examine(Set.of(), configured);
        return text.toString();
    }

    private void listens(int pid) {
        procfs.listens(server.port(), 5).holds(pid, 3, 5);
    }

    @Test
    void aServerThatIsFoundIsToldWithWhatNamesItsPort() {
        listens(42);

        assertThat(told())
                .isEqualTo(
                        "  ok       llama.cpp, process 42: port " + port + ", named by --port on its command line\n");
        assertThat(found).extracting(ServerTarget::name).containsExactly("127.0.0.1:" + port);
        procfs.command(42, "llama-server").write("42/environ", "LLAMA_ARG_PORT=" + port + "\0");
        assertThat(told(server.port())).contains("port " + port + ", named by LLAMA_ARG_PORT in its environment\n");
    }

    @Test
    void oneThatTellsNoMetricsIsToldWithWhatMendsIt() {
        listens(42);
        server.fault(FakeInferenceServer.Fault.STATUS_500);

        assertThat(told())
                .contains("  missing  llama.cpp, process 42: port " + port)
                .contains("500")
                .contains("fix: start it with --metrics");
        assertThat(found).isEmpty();
    }

    @Test
    void oneThatListensOnAnotherAddressIsTold() {
        listens(42);
        server.close();

        assertThat(told()).contains("fix: name it by --server URL, if it listens on another address than 127.0.0.1");
    }

    @Test
    void oneThatDoesNotListenYetIsTold() {
        assertThat(told()).contains(": nobody listens there yet\n");
        assertThat(server.requestsTaken()).isZero();
    }

    @Test
    void aPortOfAnotherOrOfNobodyThatIsSeenIsNotAsked() {
        procfs.listens(server.port(), 5);
        assertThat(told())
                .contains(": who listens there is not told\n           fix: run as root or with CAP_SYS_PTRACE");
        procfs.process(77, 1, "train", 77).holds(77, 3, 5);
        assertThat(told()).contains(": pids [77] listen there, who are no kin of it; not asked");
        assertThat(server.requestsTaken()).isZero();
    }

    @Test
    void oneWithTlsIsToldHowToNameIt() {
        procfs.command(42, "llama-server", "--ssl-cert-file", "a.pem", "--port", port);
        listens(42);

        assertThat(told()).contains("fix: name it by --server https://NAME:" + port);
        assertThat(server.requestsTaken()).isZero();
    }

    @Test
    void oneThatIsConfiguredIsNotAskedASecondTime() {
        procfs.command(42, "llama-server", "--ssl-cert-file", "a.pem", "--port", port);
        listens(42);
        configured = List.of(new ServerTarget(
                "s", URI.create("https://llm.example:" + port), Optional.empty(), Optional.empty(), List.of()));

        assertThat(told())
                .isEqualTo("  ok       llama.cpp, process 42: port " + port
                        + ", named by --port on its command line; a server is configured with this port\n");
        assertThat(server.requestsTaken()).isZero();
    }

    @Test
    void oneInANetworkOfItsOwnIsToldByItsAddress() {
        procfs.namespace(42, "net:[2]").listensWhere(42, server.port(), 5).holds(42, 3, 5);
        procfs.write("42/net/fib_trie", "     |-- 172.17.0.2\n        /32 host LOCAL\n");
        procfs.ownNamespace("net:[1]");

        assertThat(told()).contains("name it by --server http://172.17.0.2:" + port);
        assertThat(server.requestsTaken()).isZero();
    }
}
