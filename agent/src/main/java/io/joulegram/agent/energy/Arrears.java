package io.joulegram.agent.energy;

/**
 * A difference that is made up for while energy comes in, in proportion to it, so that a figure that is corrected neither
 * jumps nor falls. Used by one thread; allocates nothing.
 */
final class Arrears {
    /** Of the energy that comes in, at most this part is taken back. */
    private static final double MOST_BACK = 0.5;

    private long owedMicrojoules;
    private double pace;

    /** What is still to be made up for, in microjoules; below 0 if too much was credited. */
    long microjoules() {
        return owedMicrojoules;
    }

    /**
     * Replaces what is owed.
     *
     * @param owed in microjoules; below 0 if too much was credited
     * @param perGained in microjoules: over how much energy that comes in it is made up for; at once at most twice that
     */
    void set(long owed, long perGained) {
        owedMicrojoules = owed;
        pace = perGained > 0 ? Math.max(-MOST_BACK, Math.min(1, (double) owed / perGained)) : Long.signum(owed);
    }

    /** Replaces what is owed by what was credited too much: 0 or less, taken back as fast as may be. */
    void setExcess(long owed) {
        owedMicrojoules = owed;
        pace = -MOST_BACK;
    }

    /** The part that is made up for with this much energy coming in, in microjoules; below 0 takes back. */
    long payWith(long gainedMicrojoules) {
        long most = Math.abs(Math.round(pace * gainedMicrojoules));
        long part = Math.max(-most, Math.min(most, owedMicrojoules));
        owedMicrojoules -= part;
        return part;
    }
}
