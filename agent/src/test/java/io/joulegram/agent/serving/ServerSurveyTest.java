package io.joulegram.agent.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.joulegram.host.GpuOwnership;
import io.joulegram.host.MadeProcfs;
import io.joulegram.power.GpuProcess;
import io.joulegram.tokens.Dialect;
import io.joulegram.tokens.EngineCatalog;
import io.joulegram.tokens.FakeInferenceServer;
import io.joulegram.tokens.ServerDiscovery;
import io.joulegram.tokens.ServerTarget;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServerSurveyTest {
    @TempDir
    Path root;

    private final Map<String, List<GpuProcess>> gpus = new ConcurrentSkipListMap<>();
    private Optional<ServerSurvey> running = Optional.empty();

    @AfterEach
    void end() {
        running.ifPresent(ServerSurvey::close);
    }

    private ServerSurvey survey(ServerTarget... targets) {
        return survey(Optional.empty(), targets);
    }

    private ServerSurvey survey(Optional<HostServers> found, ServerTarget... targets) {
        ServerSurvey survey = new ServerSurvey(
                List.of(targets),
                target -> new ServerWatch(Servers.failingAt(target), Duration.ofMillis(50), event -> {}),
                found,
                new GpuOwnership(root),
                () -> new TreeMap<>(gpus),
                Set::of);
        running = Optional.of(survey);
        survey.start();
        return survey;
    }

    private void gpu(String device, Integer... pids) {
        gpus.put(
                device,
                Arrays.stream(pids)
                        .map(pid -> new GpuProcess(pid, OptionalLong.empty()))
                        .toList());
    }

    private MadeProcfs procfs() {
        return new MadeProcfs(root)
                .process(1, 0, "systemd", 1)
                .process(100, 1, "server", 100)
                .listens(8000, 8000)
                .holds(100, 4, 8000)
                .process(200, 1, "server", 200)
                .listens(9000, 9000)
                .holds(200, 4, 9000);
    }

    @Test
    void findsTheGpusOfTwoServersWhenTheirWorkersShowUp() {
        procfs().process(110, 100, "Worker").process(210, 200, "Worker");
        gpu("0");
        gpu("1");
        ServerSurvey survey = survey(Servers.target(8000), Servers.target(9000));
        assertThat(survey.devices().of("127.0.0.1:8000").devices()).isEmpty();
        gpu("0", 110);
        gpu("1", 210);

        await().untilAsserted(() -> assertThat(survey.devices().serversByGpu())
                .isEqualTo(Map.of("0", List.of("127.0.0.1:8000"), "1", List.of("127.0.0.1:9000"))));
        assertThat(survey.devices().of("127.0.0.1:8000").origin()).isEqualTo("processes");
    }

    @Test
    void aServerThatIsNamedIsNotFoundASecondTime() {
        try (FakeInferenceServer named = FakeInferenceServer.start(Dialect.VLLM);
                FakeInferenceServer other = FakeInferenceServer.start(Dialect.VLLM)) {
            named.engine("m", 0);
            other.engine("m", 0);
            List<Integer> usualPorts = List.of(named.port(), other.port());
            HostServers host = new HostServers(
                    new ServerDiscovery(
                            HttpClient.newHttpClient(), EngineCatalog.builtIn(), usualPorts, Duration.ofSeconds(10)),
                    usualPorts,
                    root,
                    System::nanoTime);
            ServerTarget target = new ServerTarget(
                    "chat",
                    URI.create("http://localhost:" + named.port()),
                    Optional.empty(),
                    Optional.empty(),
                    List.of());
            ServerSurvey survey = survey(Optional.of(host), target);

            // Both are found in one go, the named one first.
            await().until(() -> survey.servers().size() > 1);
            assertThat(survey.servers())
                    .extracting(watch -> watch.target().name())
                    .containsExactlyInAnyOrder("chat", "127.0.0.1:" + other.port());
        }
    }

    @Test
    void followsAGpuToAnotherServer() {
        procfs().process(110, 100, "Worker").process(210, 200, "Worker");
        gpu("0", 110);
        ServerSurvey survey = survey(Servers.target(8000), Servers.target(9000));
        await().untilAsserted(() ->
                assertThat(survey.devices().serversByGpu()).isEqualTo(Map.of("0", List.of("127.0.0.1:8000"))));
        gpu("0", 210);

        await().untilAsserted(() ->
                assertThat(survey.devices().serversByGpu()).isEqualTo(Map.of("0", List.of("127.0.0.1:9000"))));
    }

    @Test
    void findsAServerThatOpensItsPortAfterItsWorkersHaveTakenTheGpu() {
        MadeProcfs procfs = procfs().process(300, 1, "server", 300).process(310, 300, "Worker");
        gpu("0", 310);
        ServerSurvey survey = survey(Servers.target(8000), Servers.target(7000));
        await().until(() -> survey.devices().byServer().size() == 2);
        procfs.listens(7000, 7000).holds(300, 4, 7000);

        await().untilAsserted(() ->
                assertThat(survey.devices().serversByGpu()).isEqualTo(Map.of("0", List.of("127.0.0.1:7000"))));
    }

    @Test
    void takesTheGpusThatAreConfiguredAndAllOfThemForAnOnlyServer() {
        procfs();
        gpu("0");
        gpu("1");
        ServerSurvey only = survey(Servers.target(8000));
        await().untilAsserted(() ->
                assertThat(only.devices().of("127.0.0.1:8000").devices()).containsExactly("0", "1"));
        assertThat(only.devices().of("127.0.0.1:8000").origin()).isEqualTo("only-server");
        only.close();
        ServerSurvey named = survey(Servers.target(8000, "1"), Servers.target(9000));

        await().untilAsserted(() ->
                assertThat(named.devices().of("127.0.0.1:8000").devices()).containsExactly("1"));
        assertThat(named.devices().of("127.0.0.1:8000").origin()).isEqualTo("config");
        assertThat(named.devices().of("127.0.0.1:9000").devices()).isEmpty();
    }

    @Test
    void findsTheGpusOfTheRanksOfAServerOnAnotherHost() {
        procfs().process(300, 1, "vllm", 300)
                .write("300/cmdline", "vllm serve m --headless --master-addr 10.0.0.1".replace(' ', '\0'))
                .process(310, 300, "Worker");
        gpu("0", 310);
        gpu("1");
        ServerSurvey survey = survey(Servers.target(8000), Servers.elsewhere("10.0.0.1:8000"));
        await().untilAsserted(() ->
                assertThat(survey.devices().serversByGpu()).isEqualTo(Map.of("0", List.of("10.0.0.1:8000"))));
        assertThat(survey.devices().of("10.0.0.1:8000").origin()).isEqualTo("rank");
        assertThat(survey.devices().of("10.0.0.1:8000").pids()).containsExactly(310);
        survey.close();
        // The rank may as well be of the one whose GPUs are configured, and that is at none of the addresses that are
        // told.
        ServerSurvey two = survey(Servers.elsewhere("10.0.0.2:8000", "0"), Servers.elsewhere("10.0.0.3:8000"));

        await().untilAsserted(() -> assertThat(two.devices().byServer()).hasSize(2));
        assertThat(two.devices().serversByGpu()).isEqualTo(Map.of("0", List.of("10.0.0.2:8000")));
        two.close();
        ServerSurvey only = survey(Servers.elsewhere("10.0.0.2:8000"));
        await().untilAsserted(() ->
                assertThat(only.devices().of("10.0.0.2:8000").devices()).containsExactly("0"));
    }

    @Test
    void tellsWhichProcessOfARouterServesWhichModel() {
        procfs().process(110, 100, "llama-server")
                .write("110/cmdline", "llama-server\0--port\0" + "41000\0--alias\0org/a:Q4\0")
                .process(111, 100, "llama-server")
                .write("111/cmdline", "llama-server\0--alias\0b\0-m\0org/a:Q4.gguf\0")
                .process(112, 100, "llama-server")
                .write("112/cmdline", "llama-server\0b\0org/a:Q4\0")
                .process(113, 100, "llama-server");
        gpu("0", 110, 111, 112, 113);
        GpuLinks links = new GpuLinks(new GpuOwnership(root));
        ServerTarget server = Servers.target(8000);

        assertThat(links.find(List.of(server), Map.of(server.name(), Set.of("org/a:Q4", "b")), gpus)
                        .of(server.name())
                        .modelByPid())
                .isEqualTo(Map.of(110, "org/a:Q4", 111, "b"));
        assertThat(links.find(List.of(server), Map.of(server.name(), Set.of("b")), gpus)
                        .of(server.name())
                        .modelByPid())
                .isEmpty();
    }
}
