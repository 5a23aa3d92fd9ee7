package io.joulegram.agent.simulate;

/**
 * The power of the host beside its accelerators: at rest, and more while a step runs, when one process polls its devices.
 * The figures are choices of the simulation, of the order of a server with one processor.
 */
final class HostPower {
    private static final long CPU_IDLE_MILLIWATTS = 110_000;
    private static final long CPU_BUSY_MILLIWATTS = 25_000;
    private static final long DRAM_IDLE_MILLIWATTS = 24_000;
    private static final long DRAM_BUSY_MILLIWATTS = 2_000;

    private HostPower() {}

    /** Energy of the processor package. */
    static long cpuMicrojoules(long elapsedNanos, long busyNanos) {
        return EnergyLedger.microjoules(CPU_IDLE_MILLIWATTS, elapsedNanos)
                + EnergyLedger.microjoules(CPU_BUSY_MILLIWATTS, busyNanos);
    }

    /** Energy of the memory. */
    static long dramMicrojoules(long elapsedNanos, long busyNanos) {
        return EnergyLedger.microjoules(DRAM_IDLE_MILLIWATTS, elapsedNanos)
                + EnergyLedger.microjoules(DRAM_BUSY_MILLIWATTS, busyNanos);
    }
}
