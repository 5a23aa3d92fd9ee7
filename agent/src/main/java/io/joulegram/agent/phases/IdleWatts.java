package io.joulegram.agent.phases;

/**
 * Power of idle devices.
 *
 * @param watts the power
 * @param halfWidthWatts how far it may be off, either way
 */
public record IdleWatts(double watts, double halfWidthWatts) {
    /** None is known, and none is taken off. */
    static final IdleWatts NONE = new IdleWatts(0, 0);
}
