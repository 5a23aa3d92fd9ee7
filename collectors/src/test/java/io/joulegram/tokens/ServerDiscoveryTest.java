package io.joulegram.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.joulegram.tokens.FakeInferenceServer.Fault;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServerDiscoveryTest {
    private final List<FakeInferenceServer> servers = new ArrayList<>();

    @AfterEach
    void close() {
        servers.forEach(FakeInferenceServer::close);
    }

    private FakeInferenceServer start(Dialect dialect) {
        FakeInferenceServer server = FakeInferenceServer.start(dialect);
        server.engine("m", 0);
        servers.add(server);
        return server;
    }

    private List<ServerTarget> discover(Duration timeout, Set<Integer> ownPorts) {
        List<Integer> ports = servers.stream().map(FakeInferenceServer::port).toList();
        return new ServerDiscovery(HttpClient.newHttpClient(), EngineCatalog.builtIn(), ports, timeout)
                .discover(ownPorts);
    }

    @Test
    void findsServersOfKnownEnginesInTheOrderOfThePorts() {
        FakeInferenceServer vllm = start(Dialect.VLLM);
        start(Dialect.TGI).fault(Fault.HTML);
        start(Dialect.SGLANG).down();
        FakeInferenceServer trtllm = start(Dialect.TRTLLM);

        assertThat(discover(Duration.ofSeconds(10), Set.of()))
                .containsExactly(target(vllm, "vllm"), target(trtllm, "trtllm"));
    }

    private static ServerTarget target(FakeInferenceServer server, String engine) {
        return new ServerTarget(
                "127.0.0.1:" + server.port(), server.uri(), Optional.of(engine), Optional.empty(), List.of());
    }

    @Test
    void neverAsksItsOwnPorts() {
        FakeInferenceServer own = start(Dialect.VLLM);

        assertThat(discover(Duration.ofSeconds(10), Set.of(own.port()))).isEmpty();
        assertThat(own.requestsTaken()).isZero();
    }

    @Test
    void aPortThatHangsDoesNotHideTheOthers() {
        start(Dialect.VLLM).fault(Fault.HANG);
        start(Dialect.VLLM).fault(Fault.SLOW_DRIP);
        FakeInferenceServer good = start(Dialect.LLAMACPP);

        assertThat(discover(Duration.ofSeconds(2), Set.of())).containsExactly(target(good, "llamacpp"));
    }

    @Test
    void leavesOutTheWorkersOfADynamoFrontend() {
        FakeInferenceServer worker = start(Dialect.DYNAMO_WORKER);
        assertThat(discover(Duration.ofSeconds(10), Set.of())).containsExactly(target(worker, "vllm"));

        FakeInferenceServer frontend = start(Dialect.DYNAMO);
        assertThat(discover(Duration.ofSeconds(10), Set.of())).containsExactly(target(frontend, "dynamo"));
    }

    @Test
    void asksMorePortsAndTellsWhyOneIsNoServer() throws ScrapeException {
        FakeInferenceServer usual = start(Dialect.VLLM);
        FakeInferenceServer odd = FakeInferenceServer.start(Dialect.LLAMACPP);
        odd.engine("m", 0);
        FakeInferenceServer page = FakeInferenceServer.start(Dialect.TGI);
        page.fault(Fault.HTML);
        ServerDiscovery discovery = new ServerDiscovery(
                HttpClient.newHttpClient(), EngineCatalog.builtIn(), List.of(usual.port()), Duration.ofSeconds(10));
        try (odd;
                page) {
            assertThat(discovery.discover(Set.of(), Set.of(odd.port(), page.port()), List.of()))
                    .containsExactly(target(usual, "vllm"), target(odd, "llamacpp"));
            assertThat(discovery.discover(Set.of(odd.port()), Set.of(odd.port()), List.of()))
                    .containsExactly(target(usual, "vllm"));
            assertThat(discovery.ask(odd.port())).isEqualTo(target(odd, "llamacpp"));
            assertThatThrownBy(() -> discovery.ask(page.port())).isInstanceOf(ScrapeException.class);
        }
    }

    @Test
    void leavesOutTheWorkersOfADynamoFrontendThatIsKnown() {
        start(Dialect.DYNAMO_WORKER);
        ServerTarget frontend = new ServerTarget(
                "127.0.0.1:9", URI.create("http://127.0.0.1:9"), Optional.of("dynamo"), Optional.empty(), List.of());
        List<Integer> ports = servers.stream().map(FakeInferenceServer::port).toList();

        assertThat(new ServerDiscovery(
                                HttpClient.newHttpClient(), EngineCatalog.builtIn(), ports, Duration.ofSeconds(10))
                        .discover(Set.of(), Set.of(), List.of(frontend)))
                .isEmpty();
    }

    @Test
    void knowsTheUsualPorts() {
        assertThat(EngineCatalog.builtIn().usualPorts()).contains(8000, 30000, 8080, 3000, 23333, 8002);
    }
}
