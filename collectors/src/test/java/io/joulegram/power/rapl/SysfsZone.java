package io.joulegram.power.rapl;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A powercap zone of a {@link SysfsTree}. */
public final class SysfsZone {
    /** A file that even root may not read: its mode has no read bit, and procfs does not let root pass over that. */
    private static final Path WRITE_ONLY = Path.of("/proc/sys/vm/compact_memory");

    private final Path directory;

    SysfsZone(Path directory) {
        this.directory = directory;
    }

    /** Where its files are. */
    public Path directory() {
        return directory;
    }

    /** The file of its counter. */
    public Path energyFile() {
        return directory.resolve("energy_uj");
    }

    /** Sets the counter. */
    public SysfsZone energyMicrojoules(long value) {
        return put("energy_uj", String.valueOf(value));
    }

    /** Sets the counter's highest value, after which comes 0. */
    public SysfsZone maxEnergyRangeMicrojoules(long value) {
        return put("max_energy_range_uj", String.valueOf(value));
    }

    /** Sets a constraint's highest power. */
    public SysfsZone maxPowerMicrowatts(int constraint, long value) {
        return put("constraint_" + constraint + "_max_power_uw", String.valueOf(value));
    }

    /** Takes a file away. */
    public SysfsZone without(String file) {
        try {
            Files.deleteIfExists(directory.resolve(file));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Makes opening the counter fail with EACCES, for root too.
     *
     * @return false if this system offers no way to do that
     */
    public boolean denyEnergy() {
        try {
            without("energy_uj");
            Files.createSymbolicLink(energyFile(), WRITE_ONLY);
            return Files.exists(WRITE_ONLY) && !Files.isReadable(energyFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SysfsZone put(String file, String value) {
        try {
            Files.writeString(directory.resolve(file), value + "\n");
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
