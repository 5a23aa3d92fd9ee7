package io.joulegram.agent.energy;

/** Changes of a channel's value, oldest first. Immutable, as nobody else has the arrays. */
public final class ValueChanges {
    private final long[] timesNanos;
    private final long[] values;

    /**
     * @param timesNanos when each value was read first, on the clock of {@link System#nanoTime()}; the caller gives it away
     * @param values the new values, in the channel's unit; the same
     */
    public ValueChanges(long[] timesNanos, long[] values) {
        this.timesNanos = timesNanos;
        this.values = values;
    }

    /** How many there are. */
    public int size() {
        return values.length;
    }

    /** When a value was read first. */
    public long timeNanos(int index) {
        return timesNanos[index];
    }

    /** The new value, in the channel's unit. */
    public long value(int index) {
        return values[index];
    }
}
