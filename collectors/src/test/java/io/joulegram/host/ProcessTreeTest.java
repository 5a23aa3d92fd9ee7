package io.joulegram.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.host.Kinship.Kind;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessTreeTest {
    private static final String ID = "0123456789abcdef".repeat(4);

    @TempDir
    Path root;

    private MadeProcfs procfs;
    private ProcessTree tree;

    @BeforeEach
    void make() {
        procfs = new MadeProcfs(root).process(1, 0, "systemd", 1);
        tree = new ProcessTree(root);
    }

    @Test
    void aProcessIsReadFromItsStat() {
        procfs.process(42, 7, "python3", 40, 987654);

        assertThat(tree.process(42)).contains(new HostProcess(42, "python3", 7, 40, 987654));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a) S 1 2 3 (b", "tmux: server", ")", "(sd-pam)", ""})
    void aNameMayHoldAnything(String name) {
        procfs.process(42, 7, name, 40, 987654);

        assertThat(tree.process(42)).contains(new HostProcess(42, name, 7, 40, 987654));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "42", "42 (x", "42 (x) S 1", "42 (x) S a b c d e f g h i j k l m n o p q r s t u"})
    void aStatThatIsNoneIsNoProcess(String stat) {
        procfs.write("42/stat", stat);

        assertThat(tree.process(42)).isEmpty();
    }

    @Test
    void anOverlongStatIsNoProcess() {
        procfs.write("42/stat", "42 (" + "x".repeat(5000) + ") S 1 1 1");

        assertThat(tree.process(42)).isEmpty();
    }

    @Test
    void ancestorsEndAtTheFirstProcess() {
        procfs.process(10, 1, "a").process(20, 10, "b").process(30, 20, "c");

        assertThat(tree.ancestors(30)).extracting(HostProcess::pid).containsExactly(20, 10, 1);
        assertThat(tree.ancestors(99)).isEmpty();
    }

    @Test
    void aYoungerParentIsAnotherProcessOfThatNumber() {
        procfs.process(10, 1, "reused", 7, 5000).process(20, 10, "child", 7, 4000);

        assertThat(tree.ancestors(20)).isEmpty();
    }

    @Test
    void aCircleEnds() {
        procfs.process(10, 20, "a", 7, 5).process(20, 10, "b", 7, 5);

        assertThat(tree.ancestors(10)).hasSizeLessThan(200);
    }

    @Test
    void vllmsWorkersAreOfTheWorkloadOfTheApiServer() {
        procfs.process(100, 1, "vllm", 100).process(110, 100, "VLLM::EngineCor", 100);
        procfs.process(120, 110, "VLLM::Worker_TP", 100);

        assertThat(tree.kinship(120, 100)).contains(new Kinship(Kind.LINEAGE, 2));
        assertThat(tree.kinship(100, 120)).contains(new Kinship(Kind.LINEAGE, 2));
        assertThat(tree.kinship(120, 120)).contains(new Kinship(Kind.LINEAGE, 0));
    }

    @Test
    void tgisRouterAndShardsAreJoinedByTheirLauncher() {
        procfs.process(50, 1, "bash", 50).process(60, 50, "text-generation", 50);
        procfs.process(61, 60, "router", 50).process(62, 60, "python3", 50).process(63, 62, "python3", 50);

        assertThat(tree.kinship(63, 61)).contains(new Kinship(Kind.COMMON_ANCESTOR, 2));
    }

    @ParameterizedTest
    @CsvSource({"1, systemd, 1", "50, bash, 50", "50, bash, 7", "50, sh, 7", "50, sshd, 50", "50, supervisord, 50"})
    void whatStartsUnrelatedProgramsJoinsNothing(int pid, String name, int session) {
        procfs.process(pid, pid == 1 ? 0 : 1, name, session);
        procfs.process(61, pid, "vllm").process(62, pid, "train");

        assertThat(tree.sameWorkload(61, 62)).isFalse();
    }

    @Test
    void anInitThatHoldsASocketIsNotKin() {
        procfs.process(61, 1, "vllm");

        assertThat(tree.sameWorkload(61, 1)).isFalse();
    }

    @Test
    void aServerThatIsProcess1OfItsContainerIsKin() {
        procfs.process(1, 0, "python3", 1).process(61, 1, "VLLM::Worker", 1);

        assertThat(tree.kinship(61, 1)).contains(new Kinship(Kind.LINEAGE, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0::/system.slice/docker-%ID%.scope",
                "0::/system.slice/docker-%ID%.scope/nested/deeper",
                "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice/cri-containerd-%ID%.scope",
                "0::/machine.slice/libpod-%ID%.scope/container",
                "0::/../%ID%",
                "0::/system.slice/vllm.service",
                "0::/user.slice/user-1000.slice/user@1000.service/app.slice/vllm.service",
                "0::/user.slice/user-1000.slice/user@1000.service/app.slice/run-r1f2.scope",
                "0::/system.slice/slurmstepd.scope/job_123/step_0/user/task_0",
                "12:memory:/docker/%ID%\n3:cpu:/docker/%ID%\n1:name=systemd:/docker/%ID%",
                "9:memory:/slurm/uid_1000/job_77/step_0\n1:name=systemd:/system.slice/slurmd.service\n0::/",
            })
    void oneContainerServiceOrJobIsOneWorkload(String groups) {
        String lines = groups.replace("%ID%", ID) + "\n";
        procfs.process(61, 1, "api")
                .cgroup(61, lines)
                .process(62, 1, "ray::Worker")
                .cgroup(62, lines);

        assertThat(tree.kinship(61, 62)).contains(new Kinship(Kind.CGROUP, 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0::/",
                "0::/system.slice",
                "0::/init.scope",
                "0::/user.slice/user-1000.slice/session-3.scope",
                "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-terminal-12.scope",
                "0::/user.slice/user-1000.slice/user@1000.service/tmux-spawn-1.scope",
                "0::/system.slice/docker.service",
                "0::/system.slice/kubelet.service",
                "0::/system.slice/ssh.service",
                "0::/machine.slice/libpod-conmon-%ID%.scope",
                "4:memory:/user.slice\n1:name=systemd:/user.slice/user-0.slice/session-1.scope",
                "nonsense",
                "",
            })
    void aSessionOrTheRootIsNotAWorkload(String groups) {
        String lines = groups.replace("%ID%", ID) + "\n";
        procfs.process(61, 1, "a").cgroup(61, lines).process(62, 1, "b").cgroup(62, lines);

        assertThat(tree.sameWorkload(61, 62)).isFalse();
    }

    @Test
    void twoServicesAreTwoWorkloads() {
        procfs.process(61, 1, "a").cgroup(61, "0::/system.slice/vllm-a.service\n");
        procfs.process(62, 1, "b").cgroup(62, "0::/system.slice/vllm-b.service\n");

        assertThat(tree.sameWorkload(61, 62)).isFalse();
    }

    @Test
    void theInnermostWorkloadCounts() {
        procfs.process(61, 1, "a").cgroup(61, "0::/docker/" + ID + "/system.slice/vllm.service/worker\n");

        assertThat(tree.workloadCgroup(61)).contains("/docker/" + ID + "/system.slice/vllm.service");
        assertThat(tree.cgroupPath(61)).contains("/docker/" + ID + "/system.slice/vllm.service/worker");
    }

    @Test
    void theCgroupPathIsOfVersion2ThenOfSystemd() {
        procfs.process(61, 1, "a").cgroup(61, "4:memory:/m\n1:name=systemd:/s\n0::/two\n");
        procfs.process(62, 1, "b").cgroup(62, "4:memory:/m\n1:name=systemd:/s\n0::/\n");

        assertThat(tree.cgroupPath(61)).contains("/two");
        assertThat(tree.cgroupPath(62)).contains("/s");
    }

    @Test
    void aVanishedProcessIsOfNoWorkload() {
        procfs.process(61, 1, "a");

        assertThat(tree.sameWorkload(61, 999)).isFalse();
        assertThat(tree.sameWorkload(999, 999)).isFalse();
        assertThat(tree.cgroupPath(999)).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void thisProcessDescendsFromItsParent() {
        ProcessHandle self = ProcessHandle.current();
        ProcessTree real = new ProcessTree(Path.of("/proc"));

        assertThat(real.process((int) self.pid()))
                .hasValueSatisfying(process -> assertThat(process.parentPid())
                        .isEqualTo(
                                self.parent().map(ProcessHandle::pid).orElse(0L).intValue()));
        assertThat(real.kinship((int) self.pid(), (int) self.pid())).contains(new Kinship(Kind.LINEAGE, 0));
    }
}
