package io.joulegram.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskTest {
    @TempDir
    private Path sysfs;

    @Test
    void findsWhatIsBuiltIn() throws IOException {
        disk("nvme0n1", "7501476528", "0", "0", "", "SAMSUNG MZQL23T8HCLS-00A07");
        disk("sda", "15628053168", "1", "0", "ATA", "ST8000NM000A");

        assertThat(Disk.read(sysfs))
                .containsExactly(
                        new Disk("nvme0n1", 3_840_755_982_336L, false), new Disk("sda", 8_001_563_222_016L, true));
    }

    @Test
    void leavesOutWhatIsMadeUpRemovableOrBackedByOthers() throws IOException {
        disk("vda", "1000", "1", "0", "", "");
        disk("sdb", "1000", "1", "0", "QEMU", "QEMU HARDDISK");
        disk("sdc", "1000", "1", "0", "VMware", "Virtual disk");
        disk("sdd", "1000", "0", "1", "Kingston", "DataTraveler");
        disk("nvme7n1", "1000", "0", "0", "", "Amazon Elastic Block Store");
        disk("sde", "0", "0", "0", "ATA", "empty slot");
        disk("sdf", "nonsense", "0", "0", "ATA", "x");
        disk("loop0", "1000", "0", "0", "", "");
        disk("dm-0", "1000", "0", "0", "", "");
        disk("md127", "1000", "0", "0", "", "");
        disk("zram0", "1000", "0", "0", "", "");
        disk("nvme0c0n1", "1000", "0", "0", "", "");

        assertThat(Disk.read(sysfs)).isEmpty();
    }

    @Test
    void aVirtualMachineHasNoneOfItsOwn() throws IOException {
        disk("nvme0n1", "1000", "0", "0", "", "Amazon EC2 NVMe Instance Storage");
        Path dmi = Files.createDirectories(sysfs.resolve("class/dmi/id"));
        Files.writeString(dmi.resolve("sys_vendor"), "Amazon EC2\n");

        assertThat(Disk.read(sysfs)).isEmpty();
    }

    @Test
    void aHostWithoutSysfsHasNone() {
        assertThat(Disk.read(sysfs.resolve("nowhere"))).isEmpty();
    }

    private void disk(String name, String sectors, String rotational, String removable, String vendor, String model)
            throws IOException {
        Path entry = Files.createDirectories(sysfs.resolve("block").resolve(name));
        Files.createDirectories(entry.resolve("queue"));
        Files.createDirectories(entry.resolve("device"));
        Files.writeString(entry.resolve("size"), sectors + "\n");
        Files.writeString(entry.resolve("removable"), removable + "\n");
        Files.writeString(entry.resolve("queue/rotational"), rotational + "\n");
        Files.writeString(entry.resolve("device/vendor"), vendor + "\n");
        Files.writeString(entry.resolve("device/model"), model + "\n");
    }
}
