package io.joulegram.agent.proxy;

import java.util.Arrays;

/** Counts over time, in slots of {@value #SLOT_MILLIS} ms, until they are taken. Not thread-safe. */
final class TokenTimeline {
    /** Tokens of a step come together, and steps last some ten milliseconds. */
    static final int SLOT_MILLIS = 50;

    /** Half a minute of slots; where nobody takes them for longer, the oldest become one. */
    private static final int MAX_SLOTS = 600;

    private static final int FIRST_SLOTS = 32;

    private long[] slots = new long[FIRST_SLOTS];
    private double[] counts = new double[FIRST_SLOTS];
    private int first;
    private int end;

    /**
     * Adds a count at an instant; one before the newest is taken as at the newest.
     *
     * @param unixMillis when
     */
    void add(long unixMillis, double count) {
        long slot = slotOf(unixMillis);
        if (end > first && slot <= slots[end - 1]) {
            counts[end - 1] += count;
            return;
        }
        if (end - first == MAX_SLOTS) {
            counts[first + 1] += counts[first];
            first++;
        }
        makeRoom();
        slots[end] = slot;
        counts[end++] = count;
    }

    private void makeRoom() {
        if (end < slots.length) {
            return;
        }
        int size = end - first;
        int length = size > slots.length / 2 ? slots.length * 2 : slots.length;
        slots = Arrays.copyOf(Arrays.copyOfRange(slots, first, end), length);
        counts = Arrays.copyOf(Arrays.copyOfRange(counts, first, end), length);
        first = 0;
        end = size;
    }

    /** The slot of an instant. */
    static long slotOf(long unixMillis) {
        return Math.floorDiv(unixMillis, SLOT_MILLIS);
    }

    /** Takes a count of a slot. */
    interface Sink {
        void count(long slot, double count);
    }

    /** Takes away what is of slots whose middle is not after an instant, and returns its sum. */
    double takeUntil(long unixMillis, Sink taken) {
        double sum = 0;
        while (first < end && slots[first] * SLOT_MILLIS + SLOT_MILLIS / 2 <= unixMillis) {
            taken.count(slots[first], counts[first]);
            sum += counts[first++];
        }
        return sum;
    }

    /** Whether all has been taken. */
    boolean isEmpty() {
        return first == end;
    }
}
