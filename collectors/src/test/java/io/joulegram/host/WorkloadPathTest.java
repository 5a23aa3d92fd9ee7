package io.joulegram.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.host.Workload.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadPathTest {
    private static final String ID = "0123456789abcdef".repeat(4);
    private static final String OTHER = "fedcba9876543210".repeat(4);
    private static final String UID = "4f0c1b7e-8a55-4c3e-9d6e-1b2a3c4d5e6f";
    private static final String UID_ = UID.replace('-', '_');

    private static String path(String template) {
        return template.replace("%ID%", ID)
                .replace("%OTHER%", OTHER)
                .replace("%UID%", UID)
                .replace("%UID_%", UID_);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "/docker/%ID%, docker, ''",
                "/docker/%ID%/nested/deeper, docker, ''",
                "/system.slice/docker-%ID%.scope, docker, ''",
                "/docker/%ID%/system.slice/vllm.service, docker, ''",
                "/kubepods/burstable/pod%UID%/%ID%, '', %UID%",
                "/kubepods/pod%UID%/crio-%ID%, cri-o, %UID%",
                "/kubepods/besteffort/pod0a1b2c3d4e5f60718293a4b5c6d7e8f9/%ID%, '', 0a1b2c3d4e5f60718293a4b5c6d7e8f9",
                "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod%UID_%.slice/cri-containerd-%ID%.scope, containerd, %UID%",
                "/kubepods.slice/kubepods-pod%UID_%.slice/crio-%ID%.scope, cri-o, %UID%",
                "/kubepods.slice/kubepods-pod%UID_%.slice/crio-%ID%.scope/container, cri-o, %UID%",
                "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod%UID_%.slice/docker-%ID%.scope, docker, %UID%",
                "/system.slice/containerd.service/kubepods-burstable-pod%UID_%.slice:cri-containerd:%ID%, containerd, %UID%",
                "/docker/%OTHER%/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod%UID_%.slice/cri-containerd-%ID%.scope, containerd, %UID%",
                "/machine.slice/libpod-%ID%.scope/container, podman, ''",
                "/libpod_parent/libpod-%ID%, podman, ''",
                "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-%ID%.scope, podman, ''",
                "/system.slice/vllm.service/libpod-payload-%ID%, podman, ''",
                "/batch/gpu/libpod-%ID%, podman, ''",
                "/libpod_parent/%OTHER%/libpod-%ID%, podman, ''",
                "/batch/gpu/%OTHER%/libpod-%ID%, podman, ''",
                "/machine.slice/machine-libpod_pod_%OTHER%.slice/libpod-%ID%.scope, podman, ''",
                "/user.slice/user-1000.slice/user@1000.service/user.slice/user-libpod_pod_%OTHER%.slice/libpod-%ID%.scope, podman, ''",
                "/system.slice/nerdctl-%ID%.scope, containerd, ''",
                "/k8s.io/%ID%, containerd, ''",
                "/default/%ID%, '', ''",
                "/user.slice/user-1001.slice/user@1001.service/app.slice/%ID%, '', ''",
                "/user.slice/user-1001.slice/user@1001.service/mine/libpod-%ID%, podman, ''",
                "/batch/gpu/%ID%, '', ''",
                "/process_api/0123456789abcdef0123456789abcdef/batch.slice/%ID%, '', ''",
                "/slurm_vm/uid_0/job_905/step_0/%ID%, '', ''",
                "/docker/%ID%/conmon, docker, ''",
                "/ecs/0123456789abcdef0123456789abcdef/%ID%, '', ''",
                "/../%ID%, '', ''",
                "/../cri-containerd-%ID%.scope, containerd, ''",
            })
    void namesAContainerByTheFirstDigitsOfItsId(String template, String runtime, String podUid) {
        assertThat(WorkloadPath.of(path(template)))
                .contains(new WorkloadPath(
                        new Workload(Kind.CONTAINER, "0123456789ab"),
                        Optional.of(new Container(runtime, ID, path(podUid)))));
    }

    @ParameterizedTest
    @CsvSource({
        "/lxc/web01, CONTAINER, web01",
        "/lxc/101/ns/system.slice/nginx.service, CONTAINER, 101",
        "/lxc.payload.web01/system.slice/nginx.service, CONTAINER, web01",
        "/slurm/uid_1000/job_77/step_0, SLURM_JOB, 77",
        "/slurm_gpu01/uid_1000/job_78/step_batch/task_0, SLURM_JOB, 78",
        "/system.slice/slurmstepd.scope/job_123/step_0/user/task_0, SLURM_JOB, 123",
        "/system.slice/gpu01_slurmstepd.scope/job_124/step_extern/user/task_special, SLURM_JOB, 124",
        "/docker/%ID%/slurm/uid_0/job_5/step_0, SLURM_JOB, 5",
        "/system.slice/slurmstepd.scope/job_123/step_0/user/docker-%ID%.scope, CONTAINER, 0123456789ab",
        "/system.slice/vllm.service, SYSTEMD_UNIT, vllm.service",
        "/system.slice/vllm.service/worker, SYSTEMD_UNIT, vllm.service",
        "/system.slice/docker.service, SYSTEMD_UNIT, docker.service",
        "/system.slice/slurmd.service, SYSTEMD_UNIT, slurmd.service",
        "/system.slice/system-getty.slice/getty@tty1.service, SYSTEMD_UNIT, getty@tty1.service",
        "/system.slice/run-r0123.scope, SYSTEMD_UNIT, run-r0123.scope",
        "/system.slice/slurmstepd.scope/system, SYSTEMD_UNIT, slurmstepd.scope",
        "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/vcpu0, SYSTEMD_UNIT, machine-qemu\\x2d1\\x2dvm.scope",
        "/machine.slice/libpod-conmon-%ID%.scope, SYSTEMD_UNIT, libpod-conmon-%ID%.scope",
        "/machine.slice/machine-libpod_pod_%OTHER%.slice/libpod-conmon-%ID%.scope, SYSTEMD_UNIT, libpod-conmon-%ID%.scope",
        "/system.slice/vllm.service/runtime, SYSTEMD_UNIT, vllm.service",
        "/init.scope, SYSTEMD_UNIT, init.scope",
        "/user.slice/user-1000.slice/session-3.scope, SYSTEMD_UNIT, user-1000.slice",
        "/user.slice/user-1000.slice/user@1000.service/init.scope, SYSTEMD_UNIT, user-1000.slice",
        "/user.slice/user-1000.slice/user@1000.service/app.slice/app-firefox-12.scope, SYSTEMD_UNIT, user-1000.slice",
        "/user.slice/user-1000.slice/user@1000.service/app.slice/vllm.service, SYSTEMD_UNIT, user-1000.slice/vllm.service",
    })
    void namesOthersByWhatPeopleCallThem(String template, Kind kind, String name) {
        assertThat(WorkloadPath.of(path(template)).map(WorkloadPath::workload))
                .contains(new Workload(kind, path(name)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "//",
                "/..",
                "/system.slice",
                "/user.slice",
                "/kubepods.slice/kubepods-burstable.slice",
                "/kubepods/burstable/pod%UID%",
                "/lxc",
                "/lxc.monitor.web01",
                "/libpod_parent/conmon",
                "/libpod_parent/%ID%",
                "/libpod_parent/%ID%/conmon",
                "/batch/gpu/conmon",
                "/batch/gpu/%ID%/conmon",
                "/machine.slice/machine-libpod_pod_%ID%.slice",
                "/home/job_12",
                "/slurm/uid_1000/job_x",
                "/slurm/uid_1000/job_1234567890123456789",
                "/system.slice/with space.service",
                "/system.slice/\u0007bell.service",
                "/%ID%%ID%",
                "/docker/0123456789AB",
            })
    void theRestNamesNone(String template) {
        assertThat(WorkloadPath.of(path(template))).isEmpty();
    }

    @Test
    void whatIsOverlongNamesNone() {
        assertThat(WorkloadPath.of("/system.slice/" + "a".repeat(193) + ".service"))
                .isEmpty();
        assertThat(WorkloadPath.of("/system.slice/" + "a".repeat(192) + ".service"))
                .isPresent();
        assertThat(WorkloadPath.of("/a".repeat(2100) + "/docker/" + ID)).isEmpty();
    }

    @Test
    void aContainerInOneHierarchyIsBetterThanAUnitInAnother() {
        List<String> docker = List.of("/system.slice/containerd.service", "/docker/" + ID);
        List<String> slurm = List.of("/system.slice/slurmd.service", "/slurm/uid_1000/job_77/step_0");

        assertThat(WorkloadPath.best(docker).map(WorkloadPath::workload))
                .contains(new Workload(Kind.CONTAINER, "0123456789ab"));
        assertThat(WorkloadPath.best(slurm).map(WorkloadPath::workload)).contains(new Workload(Kind.SLURM_JOB, "77"));
        assertThat(WorkloadPath.best(List.of("/", "/system.slice/a.service")).map(WorkloadPath::workload))
                .contains(new Workload(Kind.SYSTEMD_UNIT, "a.service"));
        assertThat(WorkloadPath.best(List.of())).isEmpty();
    }

    @Test
    void noPathIsTooOddToBeRead() {
        String alphabet = "/-_.:@0a\\ pod" + ID;
        for (int seed = 0; seed < 5_000; seed++) {
            Random random = new Random(seed);
            StringBuilder path = new StringBuilder("/");
            for (int i = random.nextInt(200); i > 0; i--) {
                path.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            WorkloadPath.of(path.toString())
                    .ifPresent(found -> assertThat(found.workload().name()).matches("[!-~]{1,200}"));
        }
    }

    @Test
    void aProcessIsOfTheWorkloadOfItsGroups(@TempDir Path root) {
        ProcessTree tree = new ProcessTree(root);
        new MadeProcfs(root)
                .process(10, 1, "vllm")
                .cgroup(
                        10,
                        "12:cpuacct:/docker/" + ID + "\n1:name=systemd:/docker/" + ID
                                + "\n0::/system.slice/x.service\n")
                .process(11, 1, "bash");

        assertThat(tree.workload(10)).contains(new Workload(Kind.CONTAINER, "0123456789ab"));
        assertThat(tree.workload(11)).isEmpty();
        assertThat(tree.workload(12)).isEmpty();
    }
}
