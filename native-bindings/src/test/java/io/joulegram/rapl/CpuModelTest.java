package io.joulegram.rapl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpuModelTest {
    @TempDir
    Path procfs;

    @Test
    void readsTheFirstProcessor() throws Exception {
        MadeFiles.put(procfs, "cpuinfo", """
                processor\t: 0
                vendor_id\t: AuthenticAMD
                cpu family\t: 25
                model\t\t: 17
                model name\t: AMD EPYC 9654
                flags\t\t: fpu vme hypervisor lahf_lm

                processor\t: 1
                vendor_id\t: GenuineIntel
                cpu family\t: 6
                model\t\t: 85
                flags\t\t: fpu
                """);

        assertThat(CpuModel.read(procfs)).hasValue(new CpuModel("AuthenticAMD", 25, 17, true));
    }

    @Test
    void isEmptyOnOtherArchitecturesAndWithoutAFile() throws Exception {
        assertThat(CpuModel.read(procfs)).isEmpty();
        MadeFiles.put(procfs, "cpuinfo", "processor\t: 0\nCPU implementer\t: 0x41\n");
        assertThat(CpuModel.read(procfs)).isEmpty();
    }
}
