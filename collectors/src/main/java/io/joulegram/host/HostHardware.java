package io.joulegram.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import oshi.SystemInfo;
import oshi.hardware.PhysicalMemory;

/**
 * What the firmware tells of the machine, and its network cards. What is not known is empty; on a virtual machine that is
 * everything, as its firmware tells of hardware that does not exist.
 *
 * @param vendor who built it, such as {@code Dell Inc.}
 * @param product its name, such as {@code PowerEdge XE9680}
 * @param firmwareYear the year of its firmware, which is that of the machine or later
 * @param networkCards cards on the PCI bus, those with several ports counted once; empty if that cannot be read
 * @param memoryModules memory modules that are installed
 * @param memoryBytes what they hold
 */
public record HostHardware(
        Optional<String> vendor,
        Optional<String> product,
        OptionalInt firmwareYear,
        OptionalInt networkCards,
        OptionalInt memoryModules,
        OptionalLong memoryBytes) {
    /** Nothing is known. */
    public static final HostHardware UNKNOWN = new HostHardware(
            Optional.empty(),
            Optional.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalLong.empty());

    private static final Path KERNEL_SYSFS = Path.of("/sys");
    private static final int MAX_FILE_BYTES = 4096;
    private static final int MAX_CARDS = 64;
    private static final Pattern YEAR = Pattern.compile("(?:19|20)[0-9]{2}$");
    /** Domain, bus and device of a PCI address; ports of one card differ in the function alone. */
    private static final Pattern PCI_DEVICE = Pattern.compile("([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2})\\.[0-7]");

    private static final Set<String> HYPERVISORS = Set.of(
            "QEMU", "KVM", "VMWARE", "INNOTEK", "XEN", "BOCHS", "AMAZON EC2", "GOOGLE", "MICROSOFT", "OPENSTACK");

    /**
     * Looks into sysfs.
     *
     * @param sysfs where sysfs is mounted, {@code /sys} as a rule
     */
    public static HostHardware read(Path sysfs) {
        if (isMadeUp(sysfs)) {
            return UNKNOWN;
        }
        Path dmi = sysfs.resolve("class/dmi/id");
        Optional<String> vendor = text(dmi.resolve("sys_vendor"));
        return new HostHardware(
                vendor,
                text(dmi.resolve("product_name")),
                text(dmi.resolve("bios_date")).map(HostHardware::year).orElse(OptionalInt.empty()),
                networkCards(sysfs.resolve("class/net")),
                OptionalInt.empty(),
                OptionalLong.empty());
    }

    /** Whether the machine is the work of a hypervisor, by the vendor that its firmware names. */
    static boolean isMadeUp(Path sysfs) {
        return text(sysfs.resolve("class/dmi/id/sys_vendor"))
                .map(HostHardware::isHypervisor)
                .orElse(false);
    }

    private static boolean isHypervisor(String vendor) {
        String name = vendor.toUpperCase(Locale.ROOT);
        return HYPERVISORS.stream().anyMatch(name::contains);
    }

    private static OptionalInt year(String date) {
        Matcher year = YEAR.matcher(date);
        return year.find() ? OptionalInt.of(Integer.parseInt(year.group())) : OptionalInt.empty();
    }

    /**
     * The same with the memory modules. OSHI asks {@code dmidecode} for them, which takes up to a second and tells root
     * alone. Nothing is asked where the vendor is not known, as on a virtual machine.
     *
     * @param sysfs where the rest was read; modules are of this machine, so only the kernel's own counts
     */
    public HostHardware withMemoryModules(Path sysfs) {
        if (vendor.isEmpty() || !sysfs.equals(KERNEL_SYSFS)) {
            return this;
        }
        int modules = 0;
        long bytes = 0;
        for (PhysicalMemory module : new SystemInfo().getHardware().getMemory().getPhysicalMemory()) {
            if (module.getCapacity() > 0) {
                modules++;
                bytes += module.getCapacity();
            }
        }
        return modules == 0
                ? this
                : new HostHardware(
                        vendor, product, firmwareYear, networkCards, OptionalInt.of(modules), OptionalLong.of(bytes));
    }

    private static OptionalInt networkCards(Path net) {
        Set<String> cards = new HashSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(net)) {
            for (Path entry : entries) {
                Path device = entry.resolve("device");
                if (Files.exists(device) && cards.size() < MAX_CARDS) {
                    Matcher pci = PCI_DEVICE.matcher(
                            String.valueOf(device.toRealPath().getFileName()));
                    if (pci.matches()) {
                        cards.add(pci.group(1));
                    }
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return OptionalInt.empty();
        }
        return cards.isEmpty() ? OptionalInt.empty() : OptionalInt.of(cards.size());
    }

    private static Optional<String> text(Path file) {
        try (var in = Files.newInputStream(file)) {
            String text = new String(in.readNBytes(MAX_FILE_BYTES), StandardCharsets.UTF_8).strip();
            return Optional.of(text).filter(value -> !value.isEmpty());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
