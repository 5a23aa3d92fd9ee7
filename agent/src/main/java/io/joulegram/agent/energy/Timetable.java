package io.joulegram.agent.energy;

/** When a source is read. Used by its sampler alone; allocates nothing in steady state. */
interface Timetable {
    /** When the current reading is due. */
    long deadlineNanos();

    /** Moves to the next reading, after one was done or given up; its deadline is later than the one before. */
    void advance(long nowNanos);

    /** Readings that should have been done and were not. */
    long missedTicks();

    /** The time between two readings that was asked for. */
    long intervalNanos();
}
