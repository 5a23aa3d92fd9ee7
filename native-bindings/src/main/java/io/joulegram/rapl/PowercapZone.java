package io.joulegram.rapl;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A zone of the powercap class.
 *
 * @param directory the zone's directory
 * @param name what its {@code name} file says, such as {@code package-0} or {@code dram}
 * @param domain what it measures, by its name
 * @param packageId number of the package, from the name of the zone or of the one it lies in; 0 for {@code psys}
 * @param dieId number of the die, on parts with several counters per package
 * @param maxEnergyRangeMicrojoules the counter's highest value, after which comes 0; empty if the file does not tell
 * @param maxPowerMicrowatts the highest power that any of the zone's constraints names, as the limit in force or as
 *     the highest that can be set; empty if none does
 */
public record PowercapZone(
        Path directory,
        String name,
        RaplDomain domain,
        int packageId,
        OptionalInt dieId,
        OptionalLong maxEnergyRangeMicrojoules,
        OptionalLong maxPowerMicrowatts) {
    private static final Pattern PACKAGE = Pattern.compile("package-(\\d{1,4})(?:-die-(\\d{1,4}))?");

    /** The kernel numbers the platform counters from the second package on: {@code psys-1}. */
    private static final Pattern PSYS = Pattern.compile("psys(?:-(\\d{1,4}))?");

    private static final int MAX_CONSTRAINTS = 4;

    /** A zone at the top, if its name is one of those that the kernel's {@code intel_rapl_common.c} gives. */
    static Optional<PowercapZone> topLevel(Path directory) throws RaplException {
        String name = SysfsAttribute.text(directory.resolve("name"));
        Matcher inPackage = PACKAGE.matcher(name);
        if (inPackage.matches()) {
            OptionalInt die = inPackage.group(2) == null
                    ? OptionalInt.empty()
                    : OptionalInt.of(Integer.parseInt(inPackage.group(2)));
            return Optional.of(read(directory, name, RaplDomain.PACKAGE, Integer.parseInt(inPackage.group(1)), die));
        }
        Matcher psys = PSYS.matcher(name);
        if (psys.matches()) {
            int packageId = psys.group(1) == null ? 0 : Integer.parseInt(psys.group(1));
            return Optional.of(read(directory, name, RaplDomain.PSYS, packageId, OptionalInt.empty()));
        }
        return Optional.empty();
    }

    /** A zone within this one, if its name is a known one. */
    Optional<PowercapZone> child(Path childDirectory) throws RaplException {
        String childName = SysfsAttribute.text(childDirectory.resolve("name"));
        Optional<RaplDomain> childDomain = switch (childName) {
            case "core" -> Optional.of(RaplDomain.CORE);
            case "uncore" -> Optional.of(RaplDomain.UNCORE);
            case "dram" -> Optional.of(RaplDomain.DRAM);
            default -> Optional.empty();
        };
        return domain == RaplDomain.PACKAGE
                ? childDomain.map(known -> read(childDirectory, childName, known, packageId, dieId))
                : Optional.empty();
    }

    private static PowercapZone read(Path directory, String name, RaplDomain domain, int packageId, OptionalInt dieId) {
        return new PowercapZone(
                directory,
                name,
                domain,
                packageId,
                dieId,
                positive(directory.resolve("max_energy_range_uj")),
                maxPower(directory));
    }

    private static OptionalLong maxPower(Path directory) {
        OptionalLong highest = OptionalLong.empty();
        for (int i = 0; i < MAX_CONSTRAINTS; i++) {
            for (String attribute : new String[] {"_max_power_uw", "_power_limit_uw"}) {
                OptionalLong value = positive(directory.resolve("constraint_" + i + attribute));
                if (value.isPresent() && (highest.isEmpty() || value.getAsLong() > highest.getAsLong())) {
                    highest = value;
                }
            }
        }
        return highest;
    }

    /** A number above 0; empty if there is none, which many zones answer with ENODATA, EIO, EACCES or 0. */
    private static OptionalLong positive(Path file) {
        try {
            long value = SysfsAttribute.number(file, Long.MAX_VALUE - 1);
            return value > 0 ? OptionalLong.of(value) : OptionalLong.empty();
        } catch (RaplException e) {
            return OptionalLong.empty();
        }
    }

    /** The file that holds the counter. */
    public Path energyFile() {
        return directory.resolve("energy_uj");
    }

    /**
     * Opens the counter, in microjoules.
     *
     * @throws RaplException if the file cannot be opened; {@link RaplException.Reason#DENIED} is usual for anyone but
     *     root since Linux 5.10 (CVE-2020-8694)
     */
    public EnergyCounter openCounter() throws RaplException {
        return PowercapCounter.open(energyFile());
    }
}
