package io.joulegram.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostHardwareTest {
    @TempDir
    private Path sysfs;

    private void firmware(String vendor, String product, String date) throws Exception {
        Path dmi = Files.createDirectories(sysfs.resolve("class/dmi/id"));
        Files.writeString(dmi.resolve("sys_vendor"), vendor + "\n");
        Files.writeString(dmi.resolve("product_name"), product + "\n");
        Files.writeString(dmi.resolve("bios_date"), date + "\n");
    }

    private void card(String name, String address) throws Exception {
        Path device = Files.createDirectories(sysfs.resolve("devices/pci0000:00/" + address));
        Path entry = Files.createDirectories(sysfs.resolve("class/net/" + name));
        Files.createSymbolicLink(entry.resolve("device"), device);
    }

    @Test
    void tellsWhatTheFirmwareTells() throws Exception {
        firmware("Dell Inc.", "PowerEdge XE9680", "11/14/2024");
        card("eno1", "0000:04:00.0");
        card("eno2", "0000:04:00.1");
        card("ib0", "0000:9b:00.0");
        Files.createDirectories(sysfs.resolve("class/net/lo"));

        HostHardware hardware = HostHardware.read(sysfs);
        assertThat(hardware.vendor()).contains("Dell Inc.");
        assertThat(hardware.product()).contains("PowerEdge XE9680");
        assertThat(hardware.firmwareYear()).hasValue(2024);
        assertThat(hardware.networkCards()).hasValue(2);
        assertThat(hardware.memoryModules()).isEmpty();
        assertThat(hardware.withMemoryModules(sysfs)).isEqualTo(hardware);
    }

    @ParameterizedTest
    @ValueSource(strings = {"QEMU", "VMware, Inc.", "Amazon EC2", "Google", "Microsoft Corporation", "innotek GmbH"})
    void aVirtualMachineTellsOfHardwareThatDoesNotExist(String vendor) throws Exception {
        firmware(vendor, "Standard PC", "04/01/2014");
        card("eth0", "0000:00:03.0");

        assertThat(HostHardware.read(sysfs)).isEqualTo(HostHardware.UNKNOWN);
    }

    @Test
    void whatCannotBeReadIsNotKnown() throws Exception {
        assertThat(HostHardware.read(sysfs)).isEqualTo(HostHardware.UNKNOWN);
        firmware("Supermicro", "", "yesterday");
        HostHardware hardware = HostHardware.read(sysfs);
        assertThat(hardware.product()).isEmpty();
        assertThat(hardware.firmwareYear()).isEmpty();
        assertThat(hardware.networkCards()).isEmpty();
    }
}
