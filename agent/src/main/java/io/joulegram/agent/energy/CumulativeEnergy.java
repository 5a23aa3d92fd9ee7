package io.joulegram.agent.energy;

/** Energy as a function of time that only rises. Any thread. */
public interface CumulativeEnergy {
    /** The time up to which the energy is known, on the clock of {@link System#nanoTime()}. */
    long coveredUntilNanos();

    /** The energy up to an instant, in microjoules; after {@link #coveredUntilNanos()} it is that of then. */
    long microjoulesAt(long timeNanos);
}
