package io.joulegram.hwmon;

import io.joulegram.posix.DecimalFile;
import io.joulegram.posix.PosixException;
import java.nio.file.Path;

/**
 * A sensor of a chip.
 *
 * @param kind what it measures
 * @param index its number among the chip's sensors of this kind
 * @param label what its {@code _label} file says; empty if there is none
 * @param averaged whether values are means over a time of the driver's choice ({@code powerN_average})
 * @param file holds the value, in the unit of {@link #kind()}
 */
public record HwmonSensor(Kind kind, int index, String label, boolean averaged, Path file) {
    /** What a sensor measures. */
    public enum Kind {
        /** Cumulative energy in microjoules. */
        ENERGY("energy"),
        /** Power in microwatts. */
        POWER("power"),
        /** Voltage in millivolts. */
        VOLTAGE("in"),
        /** Current in milliamperes. */
        CURRENT("curr");

        private final String prefix;

        Kind(String prefix) {
            this.prefix = prefix;
        }

        String prefix() {
            return prefix;
        }
    }

    /**
     * Opens the value. A value below 0 reads as {@link io.joulegram.posix.Errno#EBADMSG}.
     *
     * @throws PosixException if the file cannot be opened
     */
    public DecimalFile open() throws PosixException {
        return DecimalFile.open(file);
    }
}
