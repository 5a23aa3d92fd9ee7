package io.joulegram.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.host.GpuOwnership.Evidence;
import io.joulegram.host.GpuOwnership.ServerGpus;
import io.joulegram.host.GpuOwnership.Tie;
import io.joulegram.power.GpuProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
        assertThat(servers().get(at(8000))).extracting(ServerGpus::evidence).isEqualTo(Evidence.PROCESSES);
    }

    @Test
    void aGpuOfAnotherProgramIsInNoServer() throws IOException {
        procfs.process(300, 1, "train");
        gpu("0", 300);

        ServerGpus server = servers().get(at(8000));
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
        assertThat(servers().get(at(8000))).extracting(ServerGpus::evidence).isEqualTo(Evidence.CGROUP);
    }

    @Test
    void theWeakestEvidenceIsTold() throws IOException {
        procfs.cgroup(100, SERVICE_A).process(110, 100, "Worker").cgroup(110, SERVICE_A);
        procfs.process(310, 1, "ray::Worker").cgroup(310, SERVICE_A);
        gpu("0", 110);
        gpu("1", 310);

        assertThat(servers().get(at(8000))).extracting(ServerGpus::evidence).isEqualTo(Evidence.CGROUP);
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

        Map<ServerPort, ServerGpus> servers = servers(at(9000), at(9001));
        assertThat(servers.get(at(9001))).extracting(ServerGpus::devices).isEqualTo(List.of("0"));
        assertThat(servers.get(at(9000))).extracting(ServerGpus::devices).isEqualTo(List.of());
    }

    @Test
    void aProcessThatEndedLeadsNowhere() throws IOException {
        gpu("0", 999);

        assertThat(find(8000)).isEmpty();
    }

    @Test
    void aHiddenOwnerIsTold() throws IOException {
        procfs.listens(7000, 77);

        ServerGpus server = servers(at(7000)).get(at(7000));
        assertThat(server).isNotNull();
        assertThat(server.evidence()).isEqualTo(Evidence.NONE);
        assertThat(server.owners().ownersHidden()).isTrue();
    }

    @Test
    void aGroupOfWorkersLeadsToAllItsGpusWhateverTheyAreCalled() throws IOException {
        procfs.process(110, 100, "VLLM::EngineCor");
        for (int rank = 0; rank < 4; rank++) {
            procfs.process(111 + rank, 110, "VLLM::Worker_(TP) " + rank);
            gpu(String.valueOf(rank), 111 + rank);
        }

        assertThat(find(8000)).isEqualTo(List.of("0", "1", "2", "3"));
        assertThat(servers().get(at(8000)))
                .extracting(ServerGpus::ties)
                .isEqualTo(List.of(
                        new Tie("0", Evidence.PROCESSES, List.of(111)),
                        new Tie("1", Evidence.PROCESSES, List.of(112)),
                        new Tie("2", Evidence.PROCESSES, List.of(113)),
                        new Tie("3", Evidence.PROCESSES, List.of(114))));
    }

    @Test
    void workersOfRayAreOfTheOnlyServerWithoutAGpu() throws IOException {
        procfs.process(110, 100, "Worker");
        procfs.process(50, 1, "raylet", 50)
                .process(51, 50, "ray::RayWorkerW")
                .process(52, 50, "ray::RayWorkerW")
                .process(60, 1, "train");
        gpu("0", 110);
        gpu("1", 51);
        gpu("2", 52, 60);

        assertThat(find(8000)).isEqualTo(List.of("0"));
        assertThat(find(9000)).isEqualTo(List.of("1", "2"));
        ServerGpus ray = servers().get(at(9000));
        assertThat(ray).isNotNull();
        assertThat(ray.evidence()).isEqualTo(Evidence.RAY);
        assertThat(ray.pids()).containsExactlyInAnyOrder(51, 52);
    }

    @Test
    void workersOfRayThatMayBeOfTwoServersAreOfNone() throws IOException {
        procfs.process(50, 1, "raylet", 50).process(51, 50, "ray::RayWorkerW");
        gpu("0", 51);

        assertThat(find(8000)).isEmpty();
        assertThat(find(9000)).isEmpty();
    }

    @Test
    void ranksOfAServerOnAnotherHostLeadToItsGpus() throws IOException {
        rank(300, "vllm serve m --nnodes 2 --node-rank 1 --master-addr 10.0.0.1 --headless", "0");
        rank(310, "python3 -m sglang.launch_server --nnodes 2 --node-rank 1 --dist-init-addr 10.0.0.2:5000", "1");
        procfs.process(110, 100, "Worker").process(400, 1, "train");
        gpu("2", 110);
        gpu("3", 400);
        ServerPort first = new ServerPort("10.0.0.1", 8000);
        ServerPort second = new ServerPort("10.0.0.2", 30_000);

        Map<ServerPort, ServerGpus> servers = with(first, second);
        assertThat(servers.get(first))
                .extracting(ServerGpus::ties)
                .isEqualTo(List.of(new Tie("0", Evidence.RANK, List.of(301))));
        assertThat(servers.get(second)).extracting(ServerGpus::devices).isEqualTo(List.of("1"));
        assertThat(servers.get(at(8000))).extracting(ServerGpus::devices).isEqualTo(List.of("2"));
    }

    @Test
    void aRankWhoseHeadIsAtAnotherAddressIsOfTheOnlyServerElsewhere() throws IOException {
        rank(300, "vllm serve m --headless --data-parallel-address 192.168.7.1", "0");
        ServerPort one = new ServerPort("10.0.0.1", 8000);
        ServerPort other = new ServerPort("10.0.0.2", 8000);

        rank(320, "torchrun --node_rank 1 --master_addr 192.168.7.1 train.py", "1");

        assertThat(with(one).get(one)).extracting(ServerGpus::devices).isEqualTo(List.of("0"));
        ServerPort there = new ServerPort("192.168.7.1", 8000);
        assertThat(with(there, one).get(there)).extracting(ServerGpus::devices).isEqualTo(List.of("0", "1"));
        assertThat(with(one, other).values()).allMatch(gpus -> gpus.devices().isEmpty());
        assertThat(with().values()).allMatch(gpus -> gpus.devices().isEmpty());
    }

    @Test
    void aServerOfThisHostAtThePortOfOneElsewhereKeepsItsGpu() throws IOException {
        procfs.process(110, 100, "Worker");
        gpu("0", 110);
        ServerPort elsewhere = new ServerPort("10.0.0.1", 8000);

        Map<ServerPort, ServerGpus> servers = with(elsewhere);
        assertThat(servers.get(at(8000))).extracting(ServerGpus::devices).isEqualTo(List.of("0"));
        assertThat(servers.get(elsewhere)).extracting(ServerGpus::evidence).isEqualTo(Evidence.NONE);
    }

    @Test
    void workersOfRayAreOfTheServerElsewhereIfItAloneIsWithoutAGpu() throws IOException {
        procfs.process(50, 1, "raylet", 50).process(51, 50, "ray::RayWorkerW");
        procfs.process(110, 100, "Worker").process(210, 200, "Worker");
        gpu("0", 51);
        gpu("1", 110);
        ServerPort elsewhere = new ServerPort("10.0.0.1", 8000);
        assertThat(with(elsewhere).get(elsewhere))
                .extracting(ServerGpus::devices)
                .isEqualTo(List.of());

        gpu("2", 210);
        assertThat(with(elsewhere).get(elsewhere))
                .extracting(ServerGpus::ties)
                .isEqualTo(List.of(new Tie("0", Evidence.RAY, List.of(51))));
    }

    @Test
    void aServerWhoseGpusAreConfiguredLeavesRaysWorkersToTheOther() throws IOException {
        procfs.process(50, 1, "raylet", 50).process(51, 50, "ray::RayWorkerW");
        gpu("0", 51);
        ServerPort elsewhere = new ServerPort("10.0.0.1", 8000);
        Set<ServerPort> here = Set.of(at(8000));
        GpuOwnership ownership = new GpuOwnership(root);

        assertThat(ownership.find(here, Set.of(elsewhere), Set.of(), gpus).get(elsewhere))
                .extracting(ServerGpus::ties)
                .isEqualTo(List.of());
        assertThat(ownership.find(here, Set.of(elsewhere), here, gpus).get(elsewhere))
                .extracting(ServerGpus::ties)
                .isEqualTo(List.of(new Tie("0", Evidence.RAY, List.of(51))));
    }

    /** A launcher of this command line, and its worker on a GPU. */
    private void rank(int pid, String command, String device) {
        procfs.process(pid, 1, "python3", pid)
                .write(pid + "/cmdline", command.replace(' ', '\0'))
                .process(pid + 1, pid, "VLLM::Worker_TP");
        gpu(device, pid + 1);
    }

    private Map<ServerPort, ServerGpus> with(ServerPort... elsewhere) throws IOException {
        return new GpuOwnership(root).find(Set.of(at(8000), at(9000)), Set.of(elsewhere), Set.of(), gpus);
    }

    @Test
    void serversOfContainersAreToldApartByTheirAddresses() throws IOException {
        pod(500, "10.244.1.7", 0xfd01);
        pod(600, "10.244.1.8", 0xfd02);
        gpu("0", 501);
        gpu("1", 601);
        ServerPort first = new ServerPort("10.244.1.7", 8000);
        ServerPort second = new ServerPort("10.244.1.8", 8000);
        ServerPort sixth = new ServerPort("[fd00::fd02]", 8000);
        ServerPort elsewhere = new ServerPort("10.244.9.9", 8000);

        Map<ServerPort, ServerGpus> servers = servers(first, second, sixth, at(8000), elsewhere);

        assertThat(servers.get(first)).extracting(ServerGpus::devices).isEqualTo(List.of("0"));
        assertThat(servers.get(second)).extracting(ServerGpus::devices).isEqualTo(List.of("1"));
        assertThat(servers.get(sixth)).extracting(ServerGpus::devices).isEqualTo(List.of("1"));
        assertThat(servers.get(at(8000))).extracting(ServerGpus::devices).isEqualTo(List.of());
    }

    @Test
    void aPublishedPortLeadsIntoItsContainer() throws IOException {
        pod(500, "172.17.0.2", 0xfd01);
        pod(600, "172.17.0.3", 0xfd02);
        gpu("0", 501);
        gpu("1", 601);
        forwarder(700, 8081, "172.17.0.3");

        assertThat(servers(at(8081)).get(at(8081)))
                .extracting(ServerGpus::devices)
                .isEqualTo(List.of("1"));
    }

    @Test
    void aForwarderThatTellsNonsenseLeadsNowhere() throws IOException {
        pod(500, "172.17.0.2", 0xfd01);
        gpu("0", 501);
        for (String command : List.of(
                "",
                "docker-proxy",
                "docker-proxy -container-ip",
                "docker-proxy -container-ip evil.example -container-port 8000",
                "docker-proxy -container-ip 172.17.0.2 -container-port -1",
                "docker-proxy -container-ip 172.17.0.2 -container-port 99999")) {
            procfs.process(700, 1, "docker-proxy", 700).write("700/cmdline", command.replace(' ', '\0'));
            procfs.listens(8081, 8081);
            if (command.isEmpty()) {
                procfs.holds(700, 4, 8081);
            }
            assertThat(servers(at(8081)).get(at(8081)))
                    .as(command)
                    .extracting(ServerGpus::devices)
                    .isEqualTo(List.of());
        }
    }

    /** A container with a network of its own, a server that listens on port 8000 in it, and the server's worker. */
    private void pod(int pid, String address, int last) throws IOException {
        procfs.process(pid, 1, "vllm", pid).process(pid + 1, pid, "Worker");
        namespace(pid + 1, pid, address, last);
        namespace(pid, pid, address, last);
        procfs.listensWhere(pid + 1, 8000, pid).holds(pid, 4, pid);
    }

    private void namespace(int pid, int id, String address, int last) throws IOException {
        procfs.namespace(pid, "net:[" + id + "]")
                .write(
                        pid + "/net/fib_trie",
                        "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 127.0.0.1\n        /32 host LOCAL\n        |-- "
                                + address + "\n           /32 host LOCAL\n        |-- 10.244.9.9\n"
                                + "           /32 link BROADCAST\n")
                .write(
                        pid + "/net/if_inet6",
                        String.format(Locale.ROOT, "fd00%024d%04x 02 40 00 80     eth0\n", 0, last));
    }

    private void forwarder(int pid, int port, String address) {
        procfs.process(pid, 1, "docker-proxy", pid)
                .write(
                        pid + "/cmdline",
                        ("/usr/bin/docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port " + port + " -container-ip "
                                        + address + " -container-port 8000 ")
                                .replace(' ', '\0'))
                .listens(port, port)
                .holds(pid, 4, port);
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

    private static ServerPort at(int port) {
        return new ServerPort("127.0.0.1", port);
    }

    private Map<ServerPort, ServerGpus> servers() throws IOException {
        return servers(at(8000), at(9000));
    }

    private Map<ServerPort, ServerGpus> servers(ServerPort... ports) throws IOException {
        return new GpuOwnership(root).find(Set.of(ports), Set.of(), Set.of(), gpus);
    }

    private List<String> find(int port) throws IOException {
        ServerGpus server = servers().get(at(port));
        return server == null ? List.of("missing") : server.devices();
    }
}
