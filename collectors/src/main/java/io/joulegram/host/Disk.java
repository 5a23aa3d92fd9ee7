package io.joulegram.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A disk that is built into the host.
 *
 * @param name as the kernel calls it, such as {@code nvme0n1}
 * @param bytes its capacity
 * @param rotating whether it is a hard disk; a solid-state one if not
 */
public record Disk(String name, long bytes, boolean rotating) {
    /** The kernel counts the size of block devices in sectors of 512 bytes, whatever those of the device are. */
    private static final long SECTOR_BYTES = 512;

    /** Makers and models of disks that a hypervisor makes up, or that are elsewhere. */
    private static final Set<String> NOT_BUILT_IN =
            Set.of("QEMU", "VIRTUAL", "VBOX", "ELASTIC BLOCK STOR", "PERSISTENTDISK", "NVME ACCELERATOR");

    private static final int MAX_DISKS = 256;
    private static final int MAX_FILE_BYTES = 4096;

    /**
     * The disks in sysfs, in the order of their names: NVMe, SATA and SAS. What a hypervisor makes up (virtio, and SCSI
     * disks that say so), what can be taken out, and what other disks lie behind (loop, device mapper, RAID, memory, a
     * cloud's block store) is not among them. Empty if sysfs cannot be read, and on a virtual machine, whose NVMe disks
     * may be parts of others as well.
     *
     * @param sysfs where sysfs is mounted, {@code /sys} as a rule
     */
    public static List<Disk> read(Path sysfs) {
        List<Disk> disks = new ArrayList<>();
        if (HostHardware.isMadeUp(sysfs)) {
            return disks;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(sysfs.resolve("block"))) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                if (name.matches("nvme[0-9]+n[0-9]+|sd[a-z]+") && disks.size() < MAX_DISKS) {
                    disk(entry, name).ifPresent(disks::add);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return List.of();
        }
        disks.sort(Comparator.comparing(Disk::name));
        return disks;
    }

    private static Optional<Disk> disk(Path entry, String name) {
        String size = text(entry.resolve("size"));
        String maker = (text(entry.resolve("device/vendor")) + ' ' + text(entry.resolve("device/model")))
                .toUpperCase(Locale.ROOT);
        boolean madeUp = NOT_BUILT_IN.stream().anyMatch(maker::contains);
        boolean removable = text(entry.resolve("removable")).equals("1");
        if (madeUp || removable || !size.matches("[1-9][0-9]{0,14}")) {
            return Optional.empty();
        }
        boolean rotating = text(entry.resolve("queue/rotational")).equals("1");
        return Optional.of(new Disk(name, Long.parseLong(size) * SECTOR_BYTES, rotating));
    }

    private static String text(Path file) {
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MAX_FILE_BYTES), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
