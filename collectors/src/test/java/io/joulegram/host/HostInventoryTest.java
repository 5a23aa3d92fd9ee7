package io.joulegram.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.host.HostInventory.CpuPackage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class HostInventoryTest {
    private static final String XEON = "Intel(R) Xeon(R) Platinum 8480+";

    @TempDir
    Path root;

    private MadeProcfs procfs;

    @BeforeEach
    void make() {
        procfs = new MadeProcfs(root);
    }

    @Test
    void processorsAreCountedBySocket() {
        procfs.write("cpuinfo", cpu(0, 0) + cpu(1, 1) + cpu(2, 0) + cpu(3, 1) + cpu(4, 1));

        HostInventory host = HostInventory.read(root);

        assertThat(host.logicalCpus()).isEqualTo(5);
        assertThat(host.packages())
                .containsExactly(new CpuPackage(0, Optional.of(XEON), 2), new CpuPackage(1, Optional.of(XEON), 3));
    }

    @Test
    void aLastBlockWithoutItsEmptyLineCounts() {
        procfs.write("cpuinfo", cpu(0, 0).stripTrailing());

        assertThat(HostInventory.read(root).packages()).hasSize(1);
    }

    @Test
    void whereTheKernelTellsNoSocketsThereAreNone() {
        procfs.write(
                "cpuinfo",
                "processor\t: 0\nBogoMIPS\t: 50.00\nCPU implementer\t: 0x41\n\nprocessor\t: 1\nBogoMIPS\t: 50.00\n\n");

        HostInventory host = HostInventory.read(root);

        assertThat(host.packages()).isEmpty();
        assertThat(host.logicalCpus()).isEqualTo(2);
    }

    @Test
    void memoryIsInBytes() {
        procfs.write("meminfo", "MemTotal:       2113366324 kB\nMemFree:        1 kB\n");

        assertThat(HostInventory.read(root).memoryTotalBytes()).isEqualTo(OptionalLong.of(2_164_087_115_776L));
    }

    @Test
    void garbageIsAbsent() {
        procfs.write("meminfo", "MemTotal: lots kB\n").write("sys/kernel/random/boot_id", "\n");
        procfs.write("cpuinfo", "physical id : -1\nmodel name :\n\nphysical id : 99999999999\n");

        HostInventory host = HostInventory.read(root);

        assertThat(host.memoryTotalBytes()).isEmpty();
        assertThat(host.bootId()).isEmpty();
        assertThat(host.packages()).isEqualTo(List.of());
    }

    @Test
    void whatCannotBeReadIsAbsent() {
        assertThat(HostInventory.read(root.resolve("nowhere")))
                .isEqualTo(new HostInventory(List.of(), 0, OptionalLong.empty(), Optional.empty()));
    }

    @Test
    void theBootIdIsOneLine() {
        procfs.write("sys/kernel/random/boot_id", "3f2b8f0c-6d0e-4b0a-9b3e-0c2a6b0d8a11\n");

        assertThat(HostInventory.read(root).bootId()).contains("3f2b8f0c-6d0e-4b0a-9b3e-0c2a6b0d8a11");
    }

    @Test
    void theHostnameIsOneLineOrAbsent() {
        assertThat(HostInventory.hostname(root)).isEmpty();
        procfs.write("sys/kernel/hostname", "gpu-7\n");
        assertThat(HostInventory.hostname(root)).contains("gpu-7");
        procfs.write("sys/kernel/hostname", "\n");
        assertThat(HostInventory.hostname(root)).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void thisHostHasProcessorsAndMemory() {
        HostInventory host = HostInventory.read(Path.of("/proc"));

        assertThat(host.logicalCpus()).isPositive();
        assertThat(host.memoryTotalBytes().orElse(0)).isGreaterThan(1L << 20);
    }

    private static String cpu(int processor, int socket) {
        return "processor\t: " + processor + "\nvendor_id\t: GenuineIntel\nmodel name\t: " + XEON + "\nphysical id\t: "
                + socket + "\ncore id\t\t: 3\nflags\t\t: fpu vme: de\n\n";
    }
}
