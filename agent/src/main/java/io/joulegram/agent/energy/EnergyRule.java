package io.joulegram.agent.energy;

/**
 * Which of the ways in which a device tells its energy counts, and how they make one figure.
 *
 * <p>Used by the sampler of the source; allocates nothing in steady state. {@link #sensorIndex} may be read by any thread.
 */
interface EnergyRule {
    /** Takes in what the streams have gained since the last call. */
    void update(long nowNanos);

    /** Whether any energy or time has been credited at all. */
    boolean isStarted();

    /** The energy up to {@link #creditedUntilNanos()}, in microjoules; never falls. */
    long microjoules();

    /** The instant up to which {@link #microjoules()} is the energy. */
    long creditedUntilNanos();

    /** Index, among the streams, of the one that energy is taken from now. */
    int sensorIndex();

    /** Whether samples that the driver has kept are of use now. */
    boolean wantsHistory();

    /** The instant from which energy is counted; meaningless before the start. Sampler only. */
    long startedNanos();
}
