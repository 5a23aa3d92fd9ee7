package io.joulegram.rapl;

import io.joulegram.rapl.RaplException.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The RAPL zones of the powercap class, see the kernel's {@code Documentation/power/powercap/powercap.rst}.
 *
 * <p>What a zone measures is told by its {@code name} file alone: its index is the order of registration, so that
 * {@code intel-rapl:1} is the platform on a laptop and the second package on a server. The control type {@code
 * intel-rapl-mmio} shows the same counters a second time, so it is looked at only where {@code intel-rapl} has no zone.
 * Other control types are not RAPL.
 *
 * @param controlType {@code intel-rapl} (AMD's counters have this name too) or {@code intel-rapl-mmio}
 * @param zones the zones with a known name, at least one, by index
 * @param problems zones that were left out because a file of theirs could not be read or understood
 */
public record PowercapTree(String controlType, List<PowercapZone> zones, List<RaplException> problems) {
    private static final List<String> CONTROL_TYPES = List.of("intel-rapl", "intel-rapl-mmio");

    /** Copies the lists. */
    public PowercapTree {
        zones = List.copyOf(zones);
        problems = List.copyOf(problems);
    }

    /**
     * Finds the zones. Reads no counter.
     *
     * @param sysfsRoot where sysfs is mounted, {@code /sys}
     * @throws RaplException {@link Reason#MASKED} if there are links to zones but what they point to is hidden, {@link
     *     Reason#ABSENT} if there are no zones at all
     */
    public static PowercapTree discover(Path sysfsRoot) throws RaplException {
        ZoneDirectories directories = new ZoneDirectories(sysfsRoot);
        for (String controlType : CONTROL_TYPES) {
            PowercapTree tree = read(controlType, directories.of(controlType));
            if (!tree.zones().isEmpty()) {
                return tree;
            }
            if (!tree.problems().isEmpty()) {
                throw tree.problems().get(0);
            }
        }
        Optional<Path> dangling = directories.danglingLink();
        if (dangling.isPresent()) {
            throw new RaplException(
                    Reason.MASKED,
                    dangling.get() + " points to nothing: " + directories.devices() + " is hidden from this process");
        }
        throw new RaplException(
                Reason.ABSENT, "no RAPL zone in " + directories.classDirectory() + " or " + directories.devices());
    }

    private static PowercapTree read(String controlType, Map<ZoneIndex, Path> directories) {
        Map<ZoneIndex, PowercapZone> zones = new TreeMap<>();
        List<RaplException> problems = new ArrayList<>();
        for (Map.Entry<ZoneIndex, Path> entry : directories.entrySet()) {
            try {
                read(entry.getKey(), entry.getValue(), zones).ifPresent(zone -> zones.put(entry.getKey(), zone));
            } catch (RaplException e) {
                problems.add(e);
            }
        }
        return new PowercapTree(controlType, List.copyOf(zones.values()), problems);
    }

    private static Optional<PowercapZone> read(ZoneIndex index, Path directory, Map<ZoneIndex, PowercapZone> zones)
            throws RaplException {
        if (!index.isChild()) {
            return PowercapZone.topLevel(directory);
        }
        PowercapZone parent = zones.get(index.parent());
        return parent == null ? Optional.empty() : parent.child(directory);
    }
}
