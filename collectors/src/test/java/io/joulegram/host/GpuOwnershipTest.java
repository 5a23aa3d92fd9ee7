package io.joulegram.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.host.GpuOwnership.Evidence;
import io.joulegram.host.GpuOwnership.ServerGpus;
import io.joulegram.power.GpuProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GpuOwnershipTest {
    private static final String SERVICE_A = "0::/system.slice/a.service\n";

    @TempDir
    Path root;

    private final Map<String, List<GpuProcess>> gpus = new LinkedHashMap<>();
    private MadeProcfs procfs;

    @BeforeEach
    void make() {
        procfs = new MadeProcfs(root).process(1, 0, "systemd", 1);
        server(100, 8000);
        server(200, 9000);
    }

    @Test
    void theWorkersOfAServerLeadToItsGpus() throws IOException {
        procfs.process(110, 100, "EngineCore").process(111, 110, "Worker").process(112, 110, "Worker");
        procfs.process(210, 200, "Worker");
        gpu("0", 111);
        gpu("1", 112);
        gpu("2", 210);
        gpu("3");

        assertThat(find(8000)).isEqualTo(List.of("0", "1"));
        assertThat(find(9000)).isEqualTo(List.of("2"));
        assertThat(servers().get(8000)).extracting(ServerGpus::evidence).isEqualTo(Evidence.PROCESSES);
    }

    @Test
    void aGpuOfAnotherProgramIsInNoServer() throws IOException {
        procfs.process(300, 1, "train");
        gpu("0", 300);

        ServerGpus server = servers().get(8000);
        assertThat(server).isNotNull();
        assertThat(server.devices()).isEmpty();
        assertThat(server.evidence()).isEqualTo(Evidence.NONE);
        assertThat(server.owners().pids()).containsExactly(100);
    }

    @Test
    void aGpuOfTwoServersIsInBoth() throws IOException {
        procfs.process(110, 100, "Worker").process(210, 200, "Worker");
        gpu("0", 110, 210);

        assertThat(find(8000)).isEqualTo(List.of("0"));
        assertThat(find(9000)).isEqualTo(List.of("0"));
    }

    @Test
    void aServiceJoinsWhatDescentDoesNot() throws IOException {
        procfs.cgroup(100, SERVICE_A).process(310, 1, "ray::Worker").cgroup(310, SERVICE_A);
        gpu("0", 310);

        assertThat(find(8000)).isEqualTo(List.of("0"));
        assertThat(servers().get(8000)).extracting(ServerGpus::evidence).isEqualTo(Evidence.CGROUP);
    }

    @Test
    void theWeakestEvidenceIsTold() throws IOException {
        procfs.cgroup(100, SERVICE_A).process(110, 100, "Worker").cgroup(110, SERVICE_A);
        procfs.process(310, 1, "ray::Worker").cgroup(310, SERVICE_A);
        gpu("0", 110);
        gpu("1", 310);

        assertThat(servers().get(8000)).extracting(ServerGpus::evidence).isEqualTo(Evidence.CGROUP);
    }

    @Test
    void descentBeatsACommonService() throws IOException {
        procfs.cgroup(100, SERVICE_A)
                .cgroup(200, SERVICE_A)
                .process(110, 100, "Worker")
                .cgroup(110, SERVICE_A);
        gpu("0", 110);

        assertThat(find(8000)).isEqualTo(List.of("0"));
        assertThat(find(9000)).isEmpty();
    }

    @Test
    void aServerBehindAProxyThatStartedItKeepsItsGpu() throws IOException {
        procfs.process(210, 200, "llama-server").holds(210, 5, 3).listens(9001, 3);
        gpu("0", 210);

        Map<Integer, ServerGpus> servers = new GpuOwnership(root).find(Set.of(9000, 9001), gpus);
        assertThat(servers.get(9001)).extracting(ServerGpus::devices).isEqualTo(List.of("0"));
        assertThat(servers.get(9000)).extracting(ServerGpus::devices).isEqualTo(List.of());
    }

    @Test
    void aProcessThatEndedLeadsNowhere() throws IOException {
        gpu("0", 999);

        assertThat(find(8000)).isEmpty();
    }

    @Test
    void aHiddenOwnerIsTold() throws IOException {
        procfs.listens(7000, 77);

        ServerGpus server = new GpuOwnership(root).find(Set.of(7000), gpus).get(7000);
        assertThat(server).isNotNull();
        assertThat(server.evidence()).isEqualTo(Evidence.NONE);
        assertThat(server.owners().ownersHidden()).isTrue();
    }

    private void server(int pid, int port) {
        procfs.process(pid, 1, "server", pid).listens(port, port).holds(pid, 4, port);
    }

    private void gpu(String device, int... pids) {
        gpus.put(
                device,
                Arrays.stream(pids)
                        .mapToObj(pid -> new GpuProcess(pid, OptionalLong.empty()))
                        .toList());
    }

    private Map<Integer, ServerGpus> servers() throws IOException {
        return new GpuOwnership(root).find(Set.of(8000, 9000), gpus);
    }

    private List<String> find(int port) throws IOException {
        ServerGpus server = servers().get(port);
        return server == null ? List.of("missing") : server.devices();
    }
}
