package io.joulegram.hwmon;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Finds the chips of the hwmon class. */
public final class HwmonChips {
    /** Far above any machine. */
    private static final int MAX_CHIPS = 512;

    private HwmonChips() {}

    /** Where the class is, below a mount point of sysfs. */
    public static Path classDirectory(Path sysfsRoot) {
        return sysfsRoot.resolve("class/hwmon");
    }

    /**
     * The chips that have a name, ordered by name and device, so that the order stays the same over reboots as far as
     * the hardware does. Reads no sensor.
     *
     * @param sysfsRoot where sysfs is mounted, {@code /sys}
     * @throws IOException if the class's directory cannot be listed, as where the kernel has no hwmon
     */
    public static List<HwmonChip> discover(Path sysfsRoot) throws IOException {
        List<HwmonChip> chips = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(classDirectory(sysfsRoot), "hwmon[0-9]*")) {
            for (Path entry : entries) {
                if (chips.size() < MAX_CHIPS) {
                    HwmonChip.at(entry).ifPresent(chips::add);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        chips.sort(Comparator.comparing(HwmonChip::name)
                .thenComparing(HwmonChip::deviceName)
                .thenComparing(HwmonChip::directory));
        return List.copyOf(chips);
    }
}
