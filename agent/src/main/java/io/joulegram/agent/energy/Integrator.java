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

    /** Forgets the last value, so that the next one is a new beginning: what lies between is not observed. */
    void interrupt();
}
