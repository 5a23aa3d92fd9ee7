package io.joulegram.power.rapl;

import io.joulegram.rapl.EnergyCounter;
import io.joulegram.rapl.RaplDomain;
import java.util.OptionalInt;

/**
 * An open counter, and what its counts mean.
 *
 * @param domain what it measures
 * @param packageId number of the package
 * @param dieId number of the die, if the counter is known to be that of one die
 * @param counter gives the counts
 * @param discardedBits low bits of a count that are finer than is of use, to be shifted out
 * @param microjoulesPerCount energy of one count after that
 * @param modulusCounts where the count wraps to 0 after that; 0 if it does not
 * @param maxWatts bound on the power
 */
record FoundCounter(
        RaplDomain domain,
        int packageId,
        OptionalInt dieId,
        EnergyCounter counter,
        int discardedBits,
        double microjoulesPerCount,
        long modulusCounts,
        double maxWatts) {

    /** Whether both would have the same label, but for the die. */
    boolean sharesPackageWith(FoundCounter other) {
        return domain == other.domain && packageId == other.packageId;
    }
}
