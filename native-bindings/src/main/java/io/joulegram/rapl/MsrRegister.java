package io.joulegram.rapl;

import java.nio.file.Path;

/**
 * A RAPL counter in a model-specific register. It is 32 bits wide: after 2^32 - 1 comes 0.
 *
 * @param device the file of the processor it is read on, {@code /dev/cpu/0/msr}
 * @param register the register's number
 * @param domain what it measures
 * @param place the package and die it belongs to
 * @param joulesPerCount energy of one count
 */
public record MsrRegister(Path device, long register, RaplDomain domain, CpuPlace place, double joulesPerCount) {
    static final long COUNTER_MASK = 0xFFFF_FFFFL;

    /**
     * Opens the counter.
     *
     * @throws RaplException if the file cannot be opened, which takes {@code CAP_SYS_RAWIO} and read access
     */
    public EnergyCounter openCounter() throws RaplException {
        return MsrCounter.open(device, register, COUNTER_MASK);
    }
}
