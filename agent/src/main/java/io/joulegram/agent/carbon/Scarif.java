package io.joulegram.agent.carbon;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * SCARIF's regression of published server footprints (Ji et al., ISVLSI 2024; coefficients of arc-research-lab/SCARIF at
 * f4dc4fb, MIT licence): a whole server without accelerators by vendor, cores, memory, disks and year. It is not the
 * figure that is used, as it knows no parts, but another opinion on their sum.
 *
 * @param cores of all processors
 * @param memoryGigabytes main memory
 * @param solidGigabytes solid-state disks
 * @param rotatingGigabytes hard disks
 * @param year when it was built
 */
record Scarif(int cores, double memoryGigabytes, double solidGigabytes, double rotatingGigabytes, int year) {
    private static final double KG_PER_CORE = 5.01;
    private static final double KG_PER_MEMORY_GIGABYTE = 0.95;
    private static final double KG_PER_SOLID_GIGABYTE = 0.16;
    private static final double KG_PER_ROTATING_GIGABYTE = 0.04;
    private static final double KG_PER_YEAR = 83.08;
    private static final int YEAR_ZERO = 2000;

    /**
     * Kilograms of CO2e of the making of the server; empty for a vendor that the regression does not know, and where it
     * leaves its range, as it does for small servers.
     */
    OptionalDouble kilograms(String vendor) {
        Optional<Double> offset = offset(vendor.toUpperCase(Locale.ROOT));
        if (offset.isEmpty()) {
            return OptionalDouble.empty();
        }
        double sum = KG_PER_CORE * cores
                + KG_PER_MEMORY_GIGABYTE * memoryGigabytes
                + KG_PER_SOLID_GIGABYTE * solidGigabytes
                + KG_PER_ROTATING_GIGABYTE * rotatingGigabytes
                + KG_PER_YEAR * (year - YEAR_ZERO)
                + offset.get();
        return sum > 0 ? OptionalDouble.of(sum) : OptionalDouble.empty();
    }

    private static Optional<Double> offset(String vendor) {
        if (vendor.startsWith("DELL")) {
            return Optional.of(-400.0);
        }
        if (vendor.startsWith("LENOVO")) {
            return Optional.of(-900.0);
        }
        return vendor.startsWith("HP") || vendor.startsWith("HEWLETT") ? Optional.of(-1100.0) : Optional.empty();
    }
}
