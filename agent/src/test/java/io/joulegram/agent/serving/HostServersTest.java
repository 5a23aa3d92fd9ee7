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
        return new HostServers(
                new ServerDiscovery(
                        HttpClient.newHttpClient(), EngineCatalog.builtIn(), usualPorts, Duration.ofSeconds(10)),
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
