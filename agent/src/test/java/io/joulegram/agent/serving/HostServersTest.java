package io.joulegram.agent.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.joulegram.host.MadeProcfs;
import io.joulegram.tokens.Dialect;
import io.joulegram.tokens.EngineCatalog;
import io.joulegram.tokens.FakeInferenceServer;
import io.joulegram.tokens.ScrapeException;
import io.joulegram.tokens.ServerDiscovery;
import io.joulegram.tokens.ServerTarget;
import io.joulegram.tokens.TokenServer;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostServersTest {
    private static final int PID = 4242;

    @TempDir
    Path root;

    private final FakeInferenceServer server = FakeInferenceServer.start(Dialect.VLLM);
    private MadeProcfs procfs;
    private HostServers host;
    private long nowNanos;

    @BeforeEach
    void make() {
        server.engine("m", 0);
        procfs = new MadeProcfs(root).process(1, 0, "systemd", 1);
        host = host(List.of());
    }

    @AfterEach
    void close() {
        server.close();
    }

    private HostServers host(List<Integer> usualPorts) {
        return host(usualPorts, usualPorts);
    }

    private HostServers host(List<Integer> askedAnyway, List<Integer> usualPorts) {
        return new HostServers(
                new ServerDiscovery(
                        HttpClient.newHttpClient(), EngineCatalog.builtIn(), askedAnyway, Duration.ofSeconds(10)),
                usualPorts,
                root,
                () -> nowNanos);
    }

    private void startsAs(String... command) {
        procfs.process(PID, 1, "vllm", 7, 50).command(PID, command);
    }

    private void startsAsVllm() {
        startsAs("vllm", "serve", "m", "--port", String.valueOf(server.port()));
    }

    private void listens() {
        procfs.listens(server.port(), 5).holds(PID, 3, 5);
    }

    private List<String> found(ServerTarget... known) {
        return host.find(Set.of(), List.of(known)).stream()
                .map(ServerTarget::name)
                .toList();
    }

    private ServerTarget target() {
        return Servers.target(server.port());
    }

    @Test
    void aServerIsFoundWhereItSaysAndListens() {
        startsAsVllm();
        listens();

        assertThat(found()).containsExactly("127.0.0.1:" + server.port());
    }

    /** A server on port 8000 of a container. */
    private void startsInAContainer() {
        procfs.ownNamespace("net:[1]").namespace(1, "net:[1]");
        startsAs("vllm", "serve", "m");
        procfs.namespace(PID, "net:[2]")
                .listensWhere(PID, 8000, 6)
                .write(PID + "/net/fib_trie", "        |-- 172.17.0.2\n           /32 host LOCAL\n");
    }

    private void isPublishedBy(int forwarder, int port) {
        procfs.process(forwarder, 1, "docker-proxy", 200)
                .command(
                        forwarder,
                        "/usr/bin/docker-proxy",
                        "-host-port",
                        String.valueOf(port),
                        "-container-ip",
                        "172.17.0.2",
                        "-container-port",
                        "8000");
    }

    @Test
    void aServerInAContainerIsFoundWhereDockerPublishesIt() {
        startsInAContainer();
        isPublishedBy(200, server.port());
        host = host(List.of(), List.of(8000));
        // The port of this host that has the number of the container's is another server's.
        ServerTarget other = Servers.target(8000);
        assertThat(found(other)).isEmpty();
        assertThat(server.requestsTaken()).isZero();
        procfs.listens(server.port(), 5).holds(200, 3, 5);
        nowNanos += 60_000_000_000L;

        assertThat(found(other)).containsExactly("127.0.0.1:" + server.port());
        nowNanos += 60_000_000_000L;
        long taken = server.requestsTaken();
        assertThat(found(other, target())).isEmpty();
        assertThat(server.requestsTaken()).isEqualTo(taken);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aServerThatIsPublishedTwiceIsFoundOnce(boolean isUsual) {
        startsInAContainer();
        isPublishedBy(200, server.port());
        isPublishedBy(201, 65_000);
        procfs.listens(server.port(), 5).holds(200, 3, 5).listens(65_000, 7).holds(201, 3, 7);
        host = host(List.of(), isUsual ? List.of(8000, 65_000) : List.of(8000));

        assertThat(found()).hasSize(isUsual ? 0 : 1);
        assertThat(server.requestsTaken() > 0).isEqualTo(!isUsual);
    }

    @Test
    void aPortThatIsNamedAloneIsNotAsked() {
        startsAsVllm();

        assertThat(found()).isEmpty();
        assertThat(server.requestsTaken()).isZero();
    }

    @Test
    void aPortThatListensAloneIsNotAsked() {
        startsAs("python3", "train.py", "--port", String.valueOf(server.port()));
        listens();

        assertThat(found()).isEmpty();
        assertThat(server.requestsTaken()).isZero();
    }

    @Test
    void aPortOfAnotherProcessIsNotAsked() {
        startsAsVllm();
        procfs.process(77, 1, "train", 77).listens(server.port(), 5).holds(77, 3, 5);

        assertThat(found()).isEmpty();
        assertThat(server.requestsTaken()).isZero();
        procfs.holds(PID, 3, 5);
        assertThat(found()).isEmpty();
        nowNanos += TimeUnit.SECONDS.toNanos(8);
        assertThat(found()).hasSize(1);
    }

    @Test
    void aServerThatWasNamedOnItsPortIsNotLookedFor() {
        startsAsVllm();
        listens();

        assertThat(found(target())).isEmpty();
        assertThat(server.requestsTaken()).isZero();
    }

    @Test
    void ownPortsAndPortsWithTlsAreNotAsked() {
        startsAsVllm();
        listens();
        assertThat(host.find(Set.of(server.port()), List.of())).isEmpty();
        startsAs("vllm", "serve", "--ssl-certfile", "a.pem", "--port", String.valueOf(server.port()));

        assertThat(found()).isEmpty();
        assertThat(server.requestsTaken()).isZero();
    }

    @Test
    void aServerThatLoadsItsModelIsFoundLater() {
        startsAsVllm();
        listens();
        server.fault(FakeInferenceServer.Fault.STATUS_500);
        assertThat(found()).isEmpty();
        server.fault(FakeInferenceServer.Fault.NONE);
        long taken = server.requestsTaken();
        nowNanos += TimeUnit.SECONDS.toNanos(7);
        assertThat(found()).isEmpty();
        assertThat(server.requestsTaken()).isEqualTo(taken);
        nowNanos += TimeUnit.SECONDS.toNanos(1);

        assertThat(found()).containsExactly("127.0.0.1:" + server.port());
    }

    @Test
    void aServerThatIsWatchedIsNotAskedAgain() {
        startsAsVllm();
        listens();
        found();
        long taken = server.requestsTaken();
        nowNanos += TimeUnit.MINUTES.toNanos(10);

        assertThat(found(target())).isEmpty();
        assertThat(server.requestsTaken()).isEqualTo(taken);
    }

    @Test
    void aPortIsNotAskedOnceTheProcessHasEndedThatNamedItUntilAnotherDoes() {
        startsAsVllm();
        listens();
        found();
        TokenServer guarded = host.guarded(Servers.failingAt(target()));
        assertThatCode(guarded::scrape).doesNotThrowAnyException();

        procfs.process(PID, 1, "train", 7, 60).command(PID, "python3", "train.py");
        nowNanos += TimeUnit.MINUTES.toNanos(1);
        found(target());
        assertThatThrownBy(guarded::scrape)
                .isInstanceOf(ScrapeException.class)
                .hasMessage("process 4242, which named this port, has ended");

        procfs.process(PID, 1, "vllm", 7, 70).command(PID, "vllm", "serve", "--port", String.valueOf(server.port()));
        found(target());
        assertThatCode(guarded::scrape).doesNotThrowAnyException();
    }

    @Test
    void aServerThatWasNamedOrIsOnAUsualPortIsNotGuarded() {
        host = host(List.of(server.port()));
        startsAsVllm();
        listens();
        assertThat(found()).containsExactly("127.0.0.1:" + server.port());
        found(target());
        startsAs("python3", "train.py");

        assertThatCode(host.guarded(Servers.failingAt(target()))::scrape).doesNotThrowAnyException();
    }
}
