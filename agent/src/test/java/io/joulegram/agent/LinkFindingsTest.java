package io.joulegram.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigLoader;
import io.joulegram.agent.kubernetes.KubeletStandIn;
import io.joulegram.host.MadeControlGroups;
import io.joulegram.host.MadeProcfs;
import io.joulegram.power.GpuInfo;
import io.joulegram.power.GpuProcess;
import io.joulegram.tokens.CountingHost;
import io.joulegram.tokens.ServerTarget;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinkFindingsTest {
    private static final String ID = "0123456789abcdef".repeat(4);
    private static final int PORT = 8000;
    private static final int API = 10;
    private static final int WORKER = 12;

    @TempDir
    Path root;

    private MadeProcfs procfs;

    /** vLLM's API server, its engine, a worker of that on the GPU; and somebody's training. */
    @BeforeEach
    void make() {
        procfs = new MadeProcfs(root.resolve("proc"))
                .process(1, 0, "systemd", 1)
                .process(API, 1, "vllm")
                .process(11, API, "VLLM::EngineCor")
                .process(WORKER, 11, "VLLM::Worker_TP")
                .process(50, 1, "train")
                .listens(PORT, 777)
                .holds(API, 3, 777);
    }

    private static Map<String, List<GpuProcess>> gpus(Integer... pids) {
        Map<String, List<GpuProcess>> processes = new TreeMap<>();
        processes.put(
                "0",
                List.of(pids).stream()
                        .map(pid -> new GpuProcess(pid, OptionalLong.empty()))
                        .toList());
        return processes;
    }

    private static ServerTarget server(int port, String... devices) {
        return new ServerTarget(
                "s" + port,
                URI.create("http://127.0.0.1:" + port),
                Optional.empty(),
                Optional.empty(),
                List.of(devices));
    }

    private String told(String yaml, List<ServerTarget> servers, Map<String, List<GpuProcess>> gpus) throws Exception {
        return told(yaml, servers, gpus, List.of());
    }

    private String told(
            String yaml, List<ServerTarget> servers, Map<String, List<GpuProcess>> gpus, List<GpuInfo> infos)
            throws Exception {
        Path file = Files.writeString(
                root.resolve("joulegram.yaml"),
                "path:\n  procfs: " + root.resolve("proc") + "\n  sysfs: " + root.resolve("sys") + "\n" + yaml);
        AgentConfig config = new ConfigLoader(Map.of()).load(file, List.of());
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        LinkFindings findings = new LinkFindings(config, new Findings(out));
        findings.examineServers(servers, gpus);
        findings.examineWorkloads(gpus, infos);
        out.flush();
        return text.toString();
    }

    private String servers(List<ServerTarget> servers, Map<String, List<GpuProcess>> gpus) throws Exception {
        return told("", servers, gpus);
    }

    @Test
    void workersOfTheListeningProcessAreNamed() throws Exception {
        assertThat(servers(List.of(server(PORT)), gpus(WORKER)))
                .contains("ok       s8000 on GPUs: 0, by the processes on it, which descend from the listening one or"
                        + " with it: pid 12 (VLLM::Worker_TP)\n");
    }

    @Test
    void aSharedControlGroupIsNamed() throws Exception {
        procfs.process(60, 1, "ray::Worker")
                .cgroup(60, "0::/system.slice/docker-" + ID + ".scope\n")
                .cgroup(API, "0::/system.slice/docker-" + ID + ".scope\n");

        assertThat(servers(List.of(server(PORT)), gpus(60)))
                .contains("s8000 on GPUs: 0, by the control group that the listening process shares with those on it:"
                        + " pid 60 (ray::Worker)\n");
    }

    @Test
    void eachGpuOfAGroupHasItsOwnEvidence() throws Exception {
        procfs.process(13, 11, "VLLM::Worker_TP");
        Map<String, List<GpuProcess>> gpus = gpus(WORKER);
        gpus.putAll(Map.of("1", gpus(13).getOrDefault("0", List.of())));

        assertThat(servers(List.of(server(PORT)), gpus))
                .contains("s8000 on GPUs: 0, by the processes on it", ": pid 12 (VLLM::Worker_TP)\n")
                .contains("s8000 on GPUs: 1, by the processes on it", ": pid 13 (VLLM::Worker_TP)\n");
    }

    @Test
    void aServerThatComputesOnOtherHostsAsWellIsToldSo() throws Exception {
        String group = "missing  s8000 on other hosts: ";
        assertThat(servers(List.of(server(PORT)), gpus(WORKER))).doesNotContain(group);
        procfs.command(API, "vllm", "serve", "m", "--nnodes", "2", "--node-rank", "0");
        assertThat(servers(List.of(server(PORT)), gpus(WORKER)))
                .contains(group
                        + "it computes there, too, by --nnodes 2; its figures per token here are of this host's energy"
                        + " alone\n")
                .contains("servers: [{url: \"http://HOST:8000\", name: NAME, tokens: elsewhere}]");
        procfs.command(API, "vllm", "serve", "m", "-tp", "4");
        assertThat(servers(List.of(server(PORT)), gpus(WORKER)))
                .contains(group + "it was started for 4 GPUs, of which 1 are here;");
        procfs.command(API, "vllm", "serve", "m", "-tp", "1");
        assertThat(servers(List.of(server(PORT)), gpus(WORKER))).doesNotContain(group);
    }

    @Test
    void workersOfRayAreNamedAsWhatTheyAre() throws Exception {
        procfs.process(70, 1, "raylet", 70).process(71, 70, "ray::RayWorkerW");

        assertThat(servers(List.of(server(PORT)), gpus(71)))
                .contains(
                        "s8000 on GPUs: 0, by elimination: workers of Ray are on it, which are no server's kin, and no other"
                                + " server is without a GPU: pid 71 (ray::RayWorkerW)\n");
    }

    @Test
    void aConfigurationThatLeavesAGpuOutIsContradicted() throws Exception {
        assertThat(servers(List.of(server(PORT, "1")), gpus(WORKER)))
                .contains("ok       s8000 on GPUs: 1, as configured\n")
                .contains("missing  s8000 on GPU 0: its processes compute there, too: pid 12 (VLLM::Worker_TP)\n")
                .contains("fix: add 0 to servers[].devices, or leave them out\n");
    }

    @Test
    void whyThereIsNoLinkIsToldWithWhatMendsIt() throws Exception {
        List<ServerTarget> two = List.of(server(PORT), server(8001));
        assertThat(servers(two, gpus(50)))
                .contains(
                        "missing  s8000 on GPUs: pid 10 (vllm) listens on port 8000, and no process on a GPU is its kin"
                                + " or shares its control group\n           fix: name the GPUs by servers[].devices\n")
                .contains("missing  s8001 on GPUs: nobody listens on port 8001 in " + root.resolve("proc") + "\n");
        assertThat(servers(two, gpus())).contains("s8000 on GPUs: no driver tells of a process on any GPU\n");

        procfs.listens(8001, 778);
        assertThat(servers(two, gpus(50)))
                .contains("s8001 on GPUs: who listens on port 8001 is another user's process, or not in ")
                .contains("fix: run as root or with CAP_SYS_PTRACE; ");
    }

    @Test
    void processesOfNoServerAreToldWithThePortsOfTheirKin() throws Exception {
        procfs.process(51, 50, "train-worker").listens(29_500, 900).holds(50, 3, 900);

        assertThat(servers(List.of(server(PORT)), gpus(WORKER, 51)))
                .contains("ok       s8000 on GPUs: 0, ")
                .contains(
                        "missing  gpu 0 pid 51 (train-worker): serves no server that is known; its kin listen on"
                                + " [29500]\n           fix: if one of these is an inference server's, name it by --server URL\n");
        assertThat(servers(List.of(), gpus(99)))
                .contains("missing  gpu 0 pid 99: serves no server that is known\n")
                .doesNotContain("its kin");
    }

    @Test
    void ranksOfAServerElsewhereAreNamedOrToldWhatToConfigure() throws Exception {
        procfs.process(80, 1, "vllm", 80)
                .write("80/cmdline", "vllm serve m --headless --node-rank 1 --master-addr fd00::1".replace(' ', '\0'))
                .process(81, 80, "VLLM::Worker_TP")
                .process(70, 1, "raylet", 70)
                .process(71, 70, "ray::RayWorkerW");
        ServerTarget elsewhere = new ServerTarget(
                "chat",
                URI.create("http://[fd00::1]:8000"),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                CountingHost.ELSEWHERE);

        assertThat(servers(List.of(server(PORT), elsewhere), gpus(WORKER, 81)))
                .contains(
                        "ok       chat on GPUs: 0, by the command line of the processes on it, which are of a server whose"
                                + " API is on another host: pid 81 (VLLM::Worker_TP)\n");
        assertThat(servers(List.of(server(PORT), elsewhere), gpus(WORKER))).contains("""
                  missing  chat on GPUs: no process on a GPU of this host tells that it computes for it
                           fix: name the GPUs by servers[].devices
                """);
        assertThat(servers(List.of(server(PORT)), gpus(WORKER, 81, 71)))
                .contains(
                        "missing  gpu 0 pid 81 (VLLM::Worker_TP): computes for a server whose API is on another host, and"
                                + " its energy is unattributed\n           fix: servers: [{url: \"http://[fd00::1]:8000\","
                                + " name: NAME, tokens: elsewhere}], with the NAME that the agent there gives it\n")
                .contains(
                        "missing  gpu 0 pid 71 (ray::RayWorkerW): is a worker of Ray and serves no server that is known")
                .contains("fix: if the server's API is on another host: servers: [{url: \"http://HEAD:PORT\"");
    }

    @Test
    void aPortThatAnUnknownProgramNamesIsNotTakenForAServersButTold() throws Exception {
        procfs.process(51, 50, "train-worker").listens(29_500, 900).holds(50, 3, 900);
        procfs.command(50, "python3", "train.py", "--port", "29500");

        assertThat(servers(List.of(server(PORT)), gpus(WORKER, 51)))
                .contains("its kin listen on [29500]\n           fix: if [29500], which it names by --port, is an");
    }

    @Test
    void otherEvidenceIsNamed() throws Exception {
        assertThat(servers(List.of(server(PORT, "0")), gpus(50))).contains("s8000 on GPUs: 0, as configured\n");
        assertThat(servers(List.of(server(PORT)), gpus(50)))
                .contains("s8000 on GPUs: 0, as it is the only server; the processes do not tell\n");
        assertThat(servers(List.of(server(PORT)), Map.of())).doesNotContain("on GPUs");
    }

    @Test
    void workloadsAreCountedAndThoseOnGpusNamed() throws Exception {
        MadeControlGroups.version2(root.resolve("sys"))
                .used("system.slice/docker-" + ID + ".scope", 1)
                .used("system.slice/a.service", 1)
                .used("system.slice/b.service", 1);
        procfs.cgroup(WORKER, "0::/system.slice/docker-" + ID + ".scope\n");

        assertThat(told("workloads.enabled: true\n", List.of(), gpus(WORKER, 50, 99)))
                .contains(
                        "ok       processors: control groups of version 2 count the time of 1 container, 2 systemd_unit\n")
                .contains("ok       gpu 0 pid 12 (VLLM::Worker_TP): container 0123456789ab\n")
                .contains("missing  gpu 0 pid 50 (train): runs in no container, job or unit\n")
                .contains("missing  gpu 0 pid 99: is not in " + root.resolve("proc")
                        + "\n           fix: in a container");
    }

    @Test
    void whatTheKubeletTellsIsToldAndWhatItDoesNot() throws Exception {
        MadeControlGroups.version2(root.resolve("sys")).used("system.slice/a.service", 1);
        Path logs = Files.createDirectory(root.resolve("logs"));
        Path socket = root.resolve("kubelet.sock");
        String config = "workloads: {enabled: true, container-logs: " + logs + ", kubelet-socket: " + socket + "}\n";
        assertThat(told(config, List.of(), Map.of())).doesNotContain("kubelet");

        Files.createFile(logs.resolve("vllm-0_llm_server-" + ID + ".log"));
        assertThat(told(config, List.of(), Map.of()))
                .contains("ok       names of pods: of 1 containers in " + logs + "\n")
                .contains("missing  kubelet: there is no socket " + socket);

        byte[] pods = KubeletStandIn.response(KubeletStandIn.pod("llm", "vllm-0", "server", "GPU-aa", "GPU-bb"));
        try (KubeletStandIn kubelet = KubeletStandIn.telling(socket, pods)) {
            assertThat(kubelet).isNotNull();
            assertThat(told(config, List.of(), Map.of()))
                    .contains("ok       kubelet: 2 devices are held by containers\n")
                    .contains("ok       llm/vllm-0/server: holds GPU-aa, GPU-bb\n");
        }
    }

    @Test
    void whatIsGivenDynamicallyIsToldWithItsGpuAndWhatIsNotKnown() throws Exception {
        MadeControlGroups.version2(root.resolve("sys")).used("system.slice/a.service", 1);
        Path socket = root.resolve("kubelet.sock");
        String config = "workloads: {enabled: true, kubelet-socket: " + socket + "}\n";
        GpuInfo gpu = new GpuInfo("0", "GPU-aa", "H100", "", "580", 0, 0, OptionalInt.of(3));
        byte[] pods = KubeletStandIn.response(KubeletStandIn.claiming(
                "llm",
                "vllm-0",
                "server",
                KubeletStandIn.claimed("gpu.nvidia.com", "gpu-3"),
                KubeletStandIn.claimed("gpu.nvidia.com", "gpu-3-mig-1g10gb-19-4"),
                KubeletStandIn.claimed("gpu.nvidia.com", "gpu-0"),
                KubeletStandIn.claimed("gpu.amd.com", "gpu-1-129")));
        try (KubeletStandIn kubelet = KubeletStandIn.telling(socket, pods)) {
            assertThat(kubelet).isNotNull();
            assertThat(told(config, List.of(), Map.of(), List.of(gpu)))
                    .contains(
                            "llm/vllm-0/server: holds gpu.nvidia.com/gpu-3 (GPU 0), "
                                    + "gpu.nvidia.com/gpu-3-mig-1g10gb-19-4 (of GPU 0), gpu.nvidia.com/gpu-0, gpu.amd.com/gpu-1-129\n")
                    .contains(
                            "missing  dynamic resource allocation: gpu.nvidia.com/gpu-0, gpu.amd.com/gpu-1-129 name no GPU");
        }
    }

    /** As Slurm 22.05 makes them with {@code proctrack/cgroup}, and {@code jobacct_gather/linux} for the first. */
    @Test
    void jobsWhoseProcessorTimeIsNotCountedAreTold() throws Exception {
        String others =
                "6:freezer:/slurm_vm/uid_0/job_%1$d/step_batch\n4:memory:/\n3:cpuset:/slurm_vm/uid_0/job_%1$d/step_batch\n";
        String root2 = "1:cpu:/\n0::/\n";
        MadeControlGroups groups =
                MadeControlGroups.version1(root.resolve("sys"), "cpuacct").write("cpuacct.usage", "1\n");
        procfs.process(70, 1, "sh").cgroup(70, others.formatted(5) + "2:cpuacct:/\n" + root2);
        String uncounted = told("workloads.enabled: true\n", List.of(), Map.of());
        procfs.process(72, 1, "slurmstepd").cgroup(72, others.formatted(6) + "2:cpuacct:/\n" + root2);
        procfs.process(71, 1, "sh")
                .cgroup(71, others.formatted(6) + "2:cpuacct:/slurm_vm/uid_0/job_6/step_batch/task_0\n" + root2);
        groups.used("slurm_vm/uid_0/job_6", 1);

        assertThat(uncounted)
                .contains(
                        "missing  processors of 1 slurm_job (5): no control group counts their time, so it is unattributed\n")
                .contains("fix: JobAcctGatherType=jobacct_gather/cgroup in slurm.conf\n")
                .doesNotContain("mount the host's /sys");
        assertThat(told("workloads.enabled: true\n", List.of(), Map.of()))
                .contains("missing  processors of 1 slurm_job (5):")
                .contains("ok       processors: control groups of version 1 count the time of 1 slurm_job\n");
    }

    @Test
    void hostsWithoutControlGroupsAreToldWhatIsMissing() throws Exception {
        assertThat(told("workloads.enabled: true\n", List.of(), Map.of()))
                .contains("missing  processors: no control groups that count processor time in "
                        + root.resolve("sys/fs/cgroup"));
        MadeControlGroups.version2(root.resolve("sys"));
        assertThat(told("workloads.enabled: true\n", List.of(), Map.of()))
                .contains("missing  processors: control groups of version 2 have no workload in them\n");
        assertThat(told("", List.of(), Map.of())).contains("fix: workloads.enabled: true\n");
    }
}
