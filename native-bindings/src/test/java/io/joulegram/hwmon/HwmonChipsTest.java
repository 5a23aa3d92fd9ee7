package io.joulegram.hwmon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import io.joulegram.hwmon.HwmonSensor.Kind;
import io.joulegram.posix.DecimalFile;
import io.joulegram.posix.Errno;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HwmonChipsTest {
    private static final int READS = 20_000;

    @TempDir
    Path sysfs;

    @Test
    void findsTheSensorsOfAChipAndTheDeviceItBelongsTo() throws Exception {
        put("devices/pci0000:00/0000:03:00.0/vendor", "0x1002\n");
        put("class/hwmon/hwmon4/name", "amdgpu\n");
        put("class/hwmon/hwmon4/power1_average", "33000000\n");
        put("class/hwmon/hwmon4/power1_label", "PPT\n");
        put("class/hwmon/hwmon4/power1_cap", "300000000\n");
        put("class/hwmon/hwmon4/in0_input", "825\n");
        Files.createSymbolicLink(
                sysfs.resolve("class/hwmon/hwmon4/device"), sysfs.resolve("devices/pci0000:00/0000:03:00.0"));

        HwmonChip chip = onlyChip();

        assertThat(chip.name()).isEqualTo("amdgpu");
        assertThat(chip.deviceName()).isEqualTo("0000:03:00.0");
        assertThat(chip.sensors(Kind.POWER))
                .containsExactly(new HwmonSensor(
                        Kind.POWER, 1, "PPT", true, sysfs.resolve("class/hwmon/hwmon4/power1_average")));
        assertThat(chip.sensors(Kind.VOLTAGE)).hasSize(1);
        assertThat(chip.number("power1_cap")).hasValue(300_000_000);
        assertThat(chip.number("power1_label")).isEmpty();
    }

    @Test
    void findsSensorsThatAreAtTheDevice() throws Exception {
        put("class/hwmon/hwmon0/device/name", "power_meter\n");
        put("class/hwmon/hwmon0/device/power1_average", "412000000\n");
        put("class/hwmon/hwmon0/device/power1_oem_info", "Module Power Socket 0\n");

        HwmonChip chip = onlyChip();

        assertThat(chip.name()).isEqualTo("power_meter");
        assertThat(chip.sensors(Kind.POWER)).hasSize(1);
        assertThat(chip.attribute("power1_oem_info")).isEqualTo(Optional.of("Module Power Socket 0"));
    }

    @Test
    void prefersTheMeanToTheInstantAndLeavesOutWhatIsSwitchedOff() throws Exception {
        put("class/hwmon/hwmon0/name", "x\n");
        put("class/hwmon/hwmon0/power1_input", "1\n");
        put("class/hwmon/hwmon0/power1_average", "2\n");
        put("class/hwmon/hwmon0/power2_input", "3\n");
        put("class/hwmon/hwmon0/power2_enable", "0\n");
        put("class/hwmon/hwmon0/energy10_input", "4\n");
        put("class/hwmon/hwmon0/energy2_input", "5\n");
        put("class/hwmon/hwmon0/power1_input_highest", "6\n");

        assertThat(onlyChip().sensors())
                .extracting(sensor -> String.valueOf(sensor.file().getFileName()))
                .containsExactly("energy2_input", "energy10_input", "power1_average");
    }

    @Test
    void ordersChipsByNameAndDeviceAndPassesOverTheNameless() throws Exception {
        put("class/hwmon/hwmon0/name", "xe\n");
        put("class/hwmon/hwmon1/name", "amdgpu\n");
        put("class/hwmon/hwmon2/power1_input", "1\n");

        assertThat(HwmonChips.discover(sysfs)).extracting(HwmonChip::name).containsExactly("amdgpu", "xe");
    }

    @Test
    void saysThatThereIsNoHwmon() {
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> HwmonChips.discover(sysfs));
    }

    @Test
    void readsWithoutAllocatingAndTellsErrorsByNumber() throws Exception {
        put("class/hwmon/hwmon0/name", "x\n");
        put("class/hwmon/hwmon0/power1_input", "-5\n");
        put("class/hwmon/hwmon0/energy1_input", "9223372036854775807\n");
        List<HwmonSensor> sensors = onlyChip().sensors();
        try (DecimalFile energy = sensors.get(0).open();
                DecimalFile power = sensors.get(1).open()) {
            assertThat(power.read()).isEqualTo(Errno.EBADMSG);
            assertThat(energy.read()).isZero();
            assertThat(energy.value()).isEqualTo(Long.MAX_VALUE);
            readMany(energy);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long thread = Thread.currentThread().getId();
            long before = threads.getThreadAllocatedBytes(thread);
            readMany(energy);

            // Less than a byte per read: what is left is the measurement's own.
            assertThat(threads.getThreadAllocatedBytes(thread) - before).isLessThan(READS);
        }
    }

    private static void readMany(DecimalFile file) {
        for (int i = 0; i < READS; i++) {
            file.read();
        }
    }

    private HwmonChip onlyChip() throws IOException {
        List<HwmonChip> chips = HwmonChips.discover(sysfs);
        assertThat(chips).hasSize(1);
        return chips.get(0);
    }

    private void put(String name, String content) throws IOException {
        Path file = sysfs.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
