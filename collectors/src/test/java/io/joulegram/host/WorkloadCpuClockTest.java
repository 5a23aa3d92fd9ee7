package io.joulegram.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.joulegram.host.Workload.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadCpuClockTest {
    private static final String ID = "0123456789abcdef".repeat(4);
    private static final String DOCKER = "system.slice/docker-" + ID + ".scope";
    private static final Workload CONTAINER = new Workload(Kind.CONTAINER, "0123456789ab");
    private static final Workload UNIT = new Workload(Kind.SYSTEMD_UNIT, "vllm.service");

    @TempDir
    Path root;

    private MadeProcfs procfs;
    private WorkloadCpuClock clock;
    private long busyMillis = 500_000;
    private long idleMillis = 9_000_000;

    @BeforeEach
    void make() {
        procfs = new MadeProcfs(root.resolve("proc"));
        clock = new WorkloadCpuClock(root.resolve("proc"), root.resolve("sys"));
        pass(0, 0);
    }

    /** Time passes on the host: user, nice, system, idle, iowait, irq, softirq, steal. */
    private void pass(long busy, long idle) {
        busyMillis += busy;
        idleMillis += idle;
        procfs.write(
                "stat",
                "cpu  " + (busyMillis / 10 - 40) + " 10 10 " + (idleMillis / 10 - 50)
                        + " 25 10 10 25 7 7\ncpu0 1 2 3\n");
    }

    @Test
    void eachIsToldWhatItUsedAndTheRestIsNobodys() throws IOException {
        MadeControlGroups groups = MadeControlGroups.version2(root.resolve("sys"));
        groups.used("system.slice", 99_000).used(DOCKER, 60_000).used("system.slice/vllm.service", 20_000);
        assertThat(clock.sincePrevious()).isEmpty();

        groups.used("system.slice", 103_000).used(DOCKER, 62_500).used("system.slice/vllm.service", 20_300);
        pass(4_000, 16_000);

        assertThat(clock.sincePrevious())
                .contains(new CpuUse(
                        Map.of(CONTAINER, 2_500_000_000L, UNIT, 300_000_000L),
                        Map.of(CONTAINER, new Container("docker", ID, "")),
                        1_200_000_000L,
                        16_000_000_000L));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpuacct", "cpu,cpuacct", "cpuacct,cpu"})
    void version1IsRead(String mount) throws IOException {
        MadeControlGroups groups = MadeControlGroups.version1(root.resolve("sys"), mount);
        groups.used("docker/" + ID, 60_000).used("slurm/uid_1000/job_7/step_0", 1_000);
        groups.used("slurm/uid_1000/job_7", 1_000);
        clock.sincePrevious();

        groups.used("docker/" + ID, 61_000).used("slurm/uid_1000/job_7", 3_000);
        pass(3_000, 1_000);

        assertThat(clock.sincePrevious().map(CpuUse::nanosByWorkload))
                .contains(Map.of(CONTAINER, 1_000_000_000L, new Workload(Kind.SLURM_JOB, "7"), 2_000_000_000L));
    }

    /** As Podman 4.3.1 with runc 1.1.5 had them on control groups of version 1, the second pod with --cgroup-parent. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "libpod_parent/b7e64f0df032a0d1cfa8e870a1237b8e0c47fed357a70b026876ea6eb12b6a5d",
                "batch/gpu/7d758f501face9b195bb755f12abe62b39fc4e79ae715c16b60358ef9fa99f96",
            })
    void aPodOfPodmanIsNoContainerAndItsMonitorsAreNobodys(String pod) throws IOException {
        String infra = pod + "/libpod-2a8aee0c844df3014f3d7da05bf9fb5cdd74a920fdf8f496516c1cbde2ed7854";
        String container = pod + "/libpod-504ebbcc71178b0bd2aca5f5fe3b713b7cb30bcfd5bc6f527e332a5b559cdce7";
        MadeControlGroups groups = MadeControlGroups.version1(root.resolve("sys"), "cpuacct");
        groups.used("docker", 502_268);
        clock.sincePrevious();

        groups.write(container + "/cpuacct.usage", "1200873817\n").write(infra + "/cpuacct.usage", "30514597\n");
        groups.write(pod + "/conmon/cpuacct.usage", "7212847519\n").write(pod + "/cpuacct.usage", "8439931159\n");
        pass(9_000, 11_000);

        assertThat(clock.sincePrevious()).hasValueSatisfying(use -> {
            assertThat(use.nanosByWorkload())
                    .isEqualTo(Map.of(
                            new Workload(Kind.CONTAINER, "504ebbcc7117"), 1_200_873_817L,
                            new Workload(Kind.CONTAINER, "2a8aee0c844d"), 30_514_597L));
            assertThat(use.nanosOfNobody()).isEqualTo(9_000_000_000L - 1_200_873_817L - 30_514_597L);
        });
    }

    @Test
    void aContainerInsideAUnitIsTakenOffTheUnit() throws IOException {
        String inner = "system.slice/vllm.service/libpod-payload-" + ID;
        MadeControlGroups groups = MadeControlGroups.version2(root.resolve("sys"));
        groups.used("system.slice/vllm.service", 5_000).used(inner, 4_000).used(inner + "/a.service", 100);
        clock.sincePrevious();

        groups.used("system.slice/vllm.service", 8_000).used(inner, 6_000).used(inner + "/a.service", 1_000);
        pass(3_000, 0);

        assertThat(clock.sincePrevious().map(CpuUse::nanosByWorkload))
                .contains(Map.of(UNIT, 1_000_000_000L, CONTAINER, 2_000_000_000L));
    }

    @Test
    void unitsThatAreNamedLikeControllersAreGroups() throws IOException {
        MadeControlGroups groups = MadeControlGroups.version2(root.resolve("sys"));
        groups.write("system.slice/memory.stat", "anon 1\n").used("system.slice/cpu.service", 100);
        groups.used("io.slice/cpu.x.scope", 100);

        assertThat(clock.list())
                .isEqualTo(new WorkloadCpuClock.Listing(
                        2,
                        Set.of(
                                new Workload(Kind.SYSTEMD_UNIT, "cpu.service"),
                                new Workload(Kind.SYSTEMD_UNIT, "cpu.x.scope"))));
    }

    @Test
    void whatIsMadeMeanwhileHasUsedAllThatItTells() throws IOException {
        MadeControlGroups groups = MadeControlGroups.version2(root.resolve("sys"));
        groups.used("system.slice/vllm.service", 50_000);
        clock.sincePrevious();

        groups.used(DOCKER, 700).used("system.slice/vllm.service", 200);
        pass(1_000, 1_000);

        assertThat(clock.sincePrevious().map(CpuUse::nanosByWorkload))
                .contains(Map.of(UNIT, 200_000_000L, CONTAINER, 700_000_000L));
    }

    @Test
    void aLifeThatDoesNotFitIntoTheTimeIsNotOfIt() throws IOException {
        MadeControlGroups groups = MadeControlGroups.version2(root.resolve("sys"));
        clock.sincePrevious();

        groups.used(DOCKER, 3_600_000);
        pass(1_000, 1_000);

        assertThat(clock.sincePrevious())
                .contains(new CpuUse(
                        Map.of(CONTAINER, 0L),
                        Map.of(CONTAINER, new Container("docker", ID, "")),
                        1_000_000_000L,
                        1_000_000_000L));
    }

    @Test
    void whatEndedIsNoWorkloadAndItsLastTimeNobodys() throws IOException {
        MadeControlGroups groups = MadeControlGroups.version2(root.resolve("sys"));
        groups.used(DOCKER, 100);
        clock.sincePrevious();

        groups.remove(DOCKER);
        pass(1_000, 0);

        assertThat(clock.sincePrevious()).contains(new CpuUse(Map.of(), Map.of(), 1_000_000_000L, 0));
    }

    @Test
    void partsThatAreMoreThanTheWholeLeaveNothing() throws IOException {
        MadeControlGroups groups = MadeControlGroups.version2(root.resolve("sys"));
        groups.used(DOCKER, 0);
        clock.sincePrevious();

        groups.used(DOCKER, 1_008);
        pass(1_000, 1_000);

        assertThat(clock.sincePrevious()).hasValueSatisfying(use -> {
            assertThat(use.nanosByWorkload()).containsEntry(CONTAINER, 1_008_000_000L);
            assertThat(use.nanosOfNobody()).isZero();
            assertThat(use.idleNanos()).isEqualTo(992_000_000L);
        });
    }

    @Test
    void withoutTimeThereIsNoUse() throws IOException {
        MadeControlGroups.version2(root.resolve("sys")).used(DOCKER, 100);
        clock.sincePrevious();

        assertThat(clock.sincePrevious()).isEmpty();
    }

    @Test
    void garbledFilesAreNoGroups() throws IOException {
        MadeControlGroups groups = MadeControlGroups.version2(root.resolve("sys"));
        groups.write(DOCKER + "/cpu.stat", "usage_usec many\n").write("system.slice/vllm.service/cpu.stat", "");
        clock.sincePrevious();
        pass(1_000, 0);

        assertThat(clock.sincePrevious().map(CpuUse::nanosByWorkload)).contains(Map.of());
    }

    @Test
    void aHostWithoutControlGroupsIsToldSo() {
        assertThatThrownBy(() -> clock.sincePrevious())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(
                        "no control groups that count processor time in " + root.resolve("sys/fs/cgroup"));
    }

    @Test
    void aHostWithoutTimesIsToldSo() {
        MadeControlGroups.version2(root.resolve("sys"));
        procfs.write("stat", "cpu  1 2 3 4\n");

        assertThatThrownBy(() -> clock.sincePrevious()).hasMessageContaining("stat does not begin with the times");
    }

    @Test
    void atAnyDepthAllTimesSumToTheHosts() throws IOException {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            Path sysfs = Files.createDirectory(root.resolve("sys" + seed));
            MadeControlGroups groups = MadeControlGroups.version2(sysfs);
            WorkloadCpuClock any = new WorkloadCpuClock(root.resolve("proc"), sysfs);
            String unit = "system.slice/u" + seed + ".service";
            String container = unit + "/docker/" + ID;
            long[] used = new long[3];
            Optional<CpuUse> use = Optional.empty();
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < used.length; i++) {
                    used[i] += random.nextInt(1_000);
                }
                groups.used(unit, used[0] + used[1] + used[2]).used(container, used[1] + used[2]);
                groups.used(container + "/docker/" + "ab".repeat(32), used[2]);
                pass(4_000, 1_000);
                use = any.sincePrevious();
            }
            assertThat(use)
                    .hasValueSatisfying(told -> assertThat(told.nanosByWorkload().values().stream()
                                            .mapToLong(Long::longValue)
                                            .sum()
                                    + told.nanosOfNobody())
                            .isEqualTo(4_000_000_000L));
            assertThat(use.orElseThrow().nanosByWorkload()).hasSize(3);
        }
    }
}
