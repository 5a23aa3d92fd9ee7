package io.joulegram.agent.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.attribution.DeviceSlice;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.export.Snapshot.WorkloadEnergy;
import io.joulegram.agent.export.Snapshot.WorkloadInfo;
import io.joulegram.agent.export.Snapshot.WorkloadsState;
import io.joulegram.agent.kubernetes.HeldDevice;
import io.joulegram.agent.kubernetes.KubernetesFacts;
import io.joulegram.agent.ledger.LedgerWorkload;
import io.joulegram.agent.ledger.WorkloadUse;
import io.joulegram.agent.serving.GpuEvidence;
import io.joulegram.host.KubernetesContainer;
import io.joulegram.host.MadeControlGroups;
import io.joulegram.host.MadeProcfs;
import io.joulegram.power.Component;
import io.joulegram.power.GpuInfo;
import io.joulegram.power.GpuProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkloadAccountsTest {
    private static final String ID = "0123456789abcdef".repeat(4);
    private static final String UID = "4f0c1b7e-8a55-4c3e-9d6e-1b2a3c4d5e6f";
    private static final String GROUP =
            "kubepods.slice/kubepods-pod" + UID.replace('-', '_') + ".slice/cri-containerd-" + ID + ".scope";
    private static final int PID = 4242;
    private static final GpuInfo GPU =
            new GpuInfo("0", "GPU-6d3a", "NVIDIA H100", "00000000:3B:00.0", "580", 1L << 30, 700);

    private KubernetesFacts kubernetes = KubernetesFacts.NONE;

    @TempDir
    Path root;

    private MadeProcfs procfs;
    private MadeControlGroups groups;
    private WorkloadAccounts accounts;

    @BeforeEach
    void make() throws IOException {
        procfs = new MadeProcfs(root.resolve("proc")).process(PID, 1, "vllm").cgroup(PID, "0::/" + GROUP + "\n");
        groups = MadeControlGroups.version2(root.resolve("sys"));
        Files.createDirectory(root.resolve("logs"));
        Files.createFile(root.resolve("logs/vllm-0_llm_server-" + ID + ".log"));
        accounts = new WorkloadAccounts(
                new AgentConfig.Paths(root.resolve("sys"), root.resolve("proc")),
                new AgentConfig.Workloads(
                        true,
                        Duration.ofSeconds(5),
                        100,
                        Duration.ofMinutes(10),
                        root.resolve("logs"),
                        Optional.empty(),
                        Optional.empty()),
                20,
                () -> Set.of(PID),
                () -> kubernetes);
    }

    @AfterEach
    void close() {
        accounts.close();
    }

    private void look(long busyTicks, long idleTicks, long usedMillis) {
        procfs.write("stat", "cpu  " + busyTicks + " 0 0 " + idleTicks + " 0 0 0 0 0 0\n");
        groups.used(GROUP, usedMillis);
        accounts.look();
    }

    private void slice(long endNanos, long cpuMicrojoules, long gpuMicrojoules) {
        accounts.beginSlice(
                List.of(GPU),
                Map.of("0", new GpuEvidence.Observed(List.of(new GpuProcess(PID, OptionalLong.of(1L << 30))), null)));
        accounts.endSlice(
                endNanos,
                1_000_000_000L,
                List.of(
                        new DeviceSlice(Component.GPU, "0", gpuMicrojoules),
                        new DeviceSlice(Component.CPU, "0", cpuMicrojoules)),
                List.of(),
                OptionalDouble.empty());
    }

    @Test
    void energyIsBookedToTheContainerAndNamedAsKubernetesDoes() {
        look(100, 100, 1_000);
        long firstNanos = System.nanoTime();
        slice(firstNanos, 50, 0);
        slice(firstNanos + 1, 1_000, 700);
        look(150, 150, 1_250);
        WorkloadsState open = accounts.state(System.nanoTime());
        assertThat(open.pendingMicrojoules()).isEqualTo(Map.of(Component.CPU, 1_000L, Component.GPU, 700L));

        slice(System.nanoTime(), 1_000, 300);

        WorkloadsState state = accounts.state(System.nanoTime());
        assertThat(state.energy())
                .contains(
                        new WorkloadEnergy("container", "0123456789ab", Component.GPU, "exclusive", 1_000),
                        new WorkloadEnergy("container", "0123456789ab", Component.CPU, "cpu_time", 500),
                        new WorkloadEnergy("none", "unattributed", Component.CPU, "cpu_time", 500),
                        new WorkloadEnergy("none", "unattributed", Component.CPU, "none", 50),
                        new WorkloadEnergy("none", "idle", Component.CPU, "cpu_time", 1_000))
                .hasSize(5);
        assertThat(state.infos())
                .containsExactly(new WorkloadInfo(
                        "container", "0123456789ab", "containerd", ID, UID, "llm", "vllm-0", "server", Map.of()));
        assertThat(state.grams()).allMatch(grams -> grams.operational().isEmpty());
        assertThat(accounts.takeUnfiled())
                .containsExactly(
                        new WorkloadUse(
                                new LedgerWorkload("container", "0123456789ab", "llm", "vllm-0", "server"),
                                Map.of(Component.GPU, 1_000L, Component.CPU, 500L),
                                0),
                        new WorkloadUse(LedgerWorkload.of("none", "idle"), Map.of(Component.CPU, 1_000L), 0),
                        new WorkloadUse(LedgerWorkload.of("none", "unattributed"), Map.of(Component.CPU, 550L), 0));
        assertThat(accounts.takeUnfiled()).isEmpty();
    }

    /** As where the driver's processes are not those of this PID namespace. */
    @Test
    void whereNoProcessIsSeenAGpuIsTheContainersThatTheKubeletHasGivenItTo() {
        kubernetes = new KubernetesFacts(
                List.of(new HeldDevice(new KubernetesContainer("llm", "vllm-0", "server"), "GPU-6d3a")),
                KubernetesFacts.Pods.NONE);
        look(100, 100, 1_000);
        look(150, 150, 1_250);
        accounts.beginSlice(
                List.of(GPU),
                Map.of("0", new GpuEvidence.Observed(List.of(new GpuProcess(7, OptionalLong.of(1L << 30))), null)));
        accounts.endSlice(
                System.nanoTime(),
                1_000_000_000L,
                List.of(new DeviceSlice(Component.GPU, "0", 600)),
                List.of(),
                OptionalDouble.empty());

        assertThat(accounts.state(System.nanoTime()).energy())
                .containsExactly(new WorkloadEnergy("container", "0123456789ab", Component.GPU, "allocation", 600));
    }

    @Test
    void slicesEndAtTheLooks() {
        long before = System.nanoTime();
        assertThat(accounts.nextCutNanos(before, before + 9)).isEqualTo(before + 9);

        look(100, 100, 1_000);

        long cut = accounts.nextCutNanos(before, before + 3_600_000_000_000L);
        assertThat(cut - before).isPositive();
        assertThat(System.nanoTime() - cut).isPositive();
        assertThat(accounts.nextCutNanos(before, before + 1)).isEqualTo(before + 1);
        assertThat(accounts.nextCutNanos(cut, cut + 7)).isEqualTo(cut + 7);
    }

    @Test
    void aHostWithoutControlGroupsHasEnergyOfNobody() throws IOException {
        procfs.write("stat", "none");
        accounts.look();

        slice(System.nanoTime(), 100, 10);

        assertThat(accounts.state(System.nanoTime()).energy())
                .containsExactlyInAnyOrder(
                        new WorkloadEnergy("container", "0123456789ab", Component.GPU, "exclusive", 10),
                        new WorkloadEnergy("none", "unattributed", Component.CPU, "none", 100));
    }

    @Test
    void whatWasScrapedAndIsOldIsRetired() {
        look(100, 100, 1_000);
        slice(System.nanoTime(), 0, 5);
        procfs.cgroup(PID, "0::/\n");
        groups.remove(GROUP);
        procfs.write("stat", "cpu  200 0 0 200 0 0 0 0 0 0\n");
        accounts.look();
        accounts.beginSlice(List.of(GPU), Map.of());
        accounts.endSlice(System.nanoTime(), 1, List.of(), List.of(), OptionalDouble.empty());
        long later = System.nanoTime() + Duration.ofMinutes(11).toNanos();
        assertThat(accounts.state(later).energy()).hasSize(1);

        accounts.noteScrape(System.nanoTime());

        assertThat(accounts.state(later).energy()).isEmpty();
        assertThat(accounts.state(later).retiredMicrojoules()).isEqualTo(Map.of(Component.GPU, 5L));
    }
}
