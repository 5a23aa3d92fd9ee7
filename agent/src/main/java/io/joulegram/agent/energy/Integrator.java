package io.joulegram.agent.energy;

/** Turns the values of one stream into energy. Used by one thread; allocates nothing. */
interface Integrator {
    /**
     * Takes the next value.
     *
     * @param timeNanos when it held, on the clock of {@link System#nanoTime()}
     * @param value counts or milliwatts
     */
    Step accept(long timeNanos, long value);

    /** Energy so far, in microjoules; never falls. */
    long microjoules();

    /** The instant up to which {@link #microjoules()} is the energy. */
    long coveredUntilNanos();

    /** Changes the longest time between two values across which nothing is missing; a counter misses nothing in any. */
    default void bridgeAtMost(long maxGapNanos) {}

    /** Forgets the last value, so that the next one is a new beginning: what lies between is not observed. */
    void interrupt();
}
