package io.joulegram.agent.demo;

import java.util.concurrent.TimeUnit;

/**
 * A cumulative counter given by what is added in each slot of a period that repeats for ever, evenly over the slot. Its
 * value at an instant is a closed form of the instant in whole numbers, so it never falls and does not drift, however
 * often or seldom it is read.
 *
 * <p>Immutable; any thread.
 */
final class SlotCounter {
    /** Length of a slot: 50 ms. */
    static final long SLOT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final long[] before;

    /** @param perSlot what is added in each slot, 0 or more, below 1.8e11 so that products fit */
    SlotCounter(long[] perSlot) {
        before = new long[perSlot.length + 1];
        for (int slot = 0; slot < perSlot.length; slot++) {
            before[slot + 1] = Math.addExact(before[slot], perSlot[slot]);
        }
    }

    /** The value, rounded down; 0 before the start. */
    long at(long elapsedNanos) {
        if (elapsedNanos <= 0) {
            return 0;
        }
        long within = elapsedNanos % periodNanos();
        int slot = (int) (within / SLOT_NANOS);
        long inSlot = added(slot) * (within % SLOT_NANOS) / SLOT_NANOS;
        return elapsedNanos / periodNanos() * before[before.length - 1] + before[slot] + inSlot;
    }

    /** What is added per second at an instant; 0 before the start. */
    double perSecondAt(long elapsedNanos) {
        return elapsedNanos < 0 ? 0 : added(slotAt(elapsedNanos, before.length - 1)) * 1e9 / SLOT_NANOS;
    }

    /** The slot of an instant, which is not negative, in a period of so many slots. */
    static int slotAt(long elapsedNanos, int slots) {
        return (int) (elapsedNanos / SLOT_NANOS % slots);
    }

    private long periodNanos() {
        return (before.length - 1) * SLOT_NANOS;
    }

    private long added(int slot) {
        return before[slot + 1] - before[slot];
    }
}
