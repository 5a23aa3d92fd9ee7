package io.joulegram.agent.energy;

/**
 * Which of the ways in which a device tells its energy counts, and how they make one figure, which goes to an
 * {@link EnergyAccount}.
 *
 * <p>Used by the sampler of the source; allocates nothing in steady state.
 */
interface EnergyRule {
    /** Takes in what the streams have gained since the last call. */
    void update(long nowNanos);

    /** Whether samples that the driver has kept are of use now. */
    boolean wantsHistory();
}
