package io.joulegram.power.rapl;

import io.joulegram.power.Domain;
import io.joulegram.rapl.RaplDomain;
import java.util.OptionalLong;

/**
 * What is known of a RAPL domain on any machine.
 *
 * <p>The bounds on power only tell garbage and wraps from energy, so they err on the high side: the fallback is above
 * any part of 2026, and a limit that firmware names counts only from the floor on, because some name a fraction of what
 * the part draws (a laptop's TDP below its turbo, a DIMM's share for all DIMMs).
 *
 * <p>Intel does not publish an error for RAPL. The package's 5 % is this project's default for an uncalibrated sensor;
 * DRAM has 10 %, because studies find an offset there that differs by platform (Desrochers, Paradis and Weaver, "A
 * Validation of DRAM RAPL Power Measurements", MEMSYS 2016), and because the two units that the kernel uses for one
 * counter differ by 0.27 %. The platform counter has 10 % too: what it covers is up to the board.
 *
 * @param domain what it is called here
 * @param fallbackMaxWatts bound where firmware names no limit
 * @param floorMaxWatts the lowest bound that is believed
 * @param gainUncertaintyRatio relative error of the counter
 */
record DomainTraits(Domain domain, double fallbackMaxWatts, double floorMaxWatts, double gainUncertaintyRatio) {
    private static final double MICROWATTS_PER_WATT = 1e6;

    static DomainTraits of(RaplDomain domain) {
        return switch (domain) {
            case PACKAGE -> new DomainTraits(Domain.CPU, 1_000, 250, 0.05);
            case CORE -> new DomainTraits(Domain.CORE, 1_000, 250, 0.05);
            case UNCORE -> new DomainTraits(Domain.UNCORE, 500, 100, 0.05);
            case DRAM -> new DomainTraits(Domain.DRAM, 500, 250, 0.10);
            case PSYS -> new DomainTraits(Domain.PLATFORM, 20_000, 1_000, 0.10);
        };
    }

    /** The bound to use, given the highest limit that firmware names. */
    double maxWatts(OptionalLong namedMicrowatts) {
        return namedMicrowatts.isEmpty()
                ? fallbackMaxWatts
                : Math.max(namedMicrowatts.getAsLong() / MICROWATTS_PER_WATT, floorMaxWatts);
    }
}
