package io.joulegram.agent.budget;

import java.util.Arrays;

/**
 * Grams of the last seven days and some, by the minute: a ring. Grams of a longer time are spread over it evenly. Not
 * thread-safe.
 */
final class RecentGrams {
    static final long SLOT_MILLIS = 60_000;
    static final int DAYS = 7;
    private static final int SLOTS = DAYS * 24 * 60 + 2;

    private final double[] grams = new double[SLOTS];
    private long newestSlot = Long.MIN_VALUE;
    private long firstMillis = Long.MAX_VALUE;

    /** When the first grams that are known were emitted; {@link Long#MAX_VALUE} if none are. */
    long firstMillis() {
        return firstMillis;
    }

    void add(long startMillis, long endMillis, double amount) {
        firstMillis = Math.min(firstMillis, startMillis);
        if (endMillis <= startMillis) {
            addToSlot(Math.floorDiv(startMillis, SLOT_MILLIS), amount);
            return;
        }
        double perMilli = amount / (endMillis - startMillis);
        long at = startMillis;
        while (at < endMillis) {
            long slot = Math.floorDiv(at, SLOT_MILLIS);
            long until = Math.min(endMillis, (slot + 1) * SLOT_MILLIS);
            addToSlot(slot, perMilli * (until - at));
            at = until;
        }
    }

    private void addToSlot(long slot, double amount) {
        if (newestSlot == Long.MIN_VALUE || slot - newestSlot >= SLOTS) {
            Arrays.fill(grams, 0);
            newestSlot = slot;
        }
        while (newestSlot < slot) {
            newestSlot++;
            grams[index(newestSlot)] = 0;
        }
        if (newestSlot - slot < SLOTS) {
            grams[index(slot)] += amount;
        }
    }

    private static int index(long slot) {
        return Math.floorMod(slot, SLOTS);
    }

    /** Grams from an instant on, at most those of seven days; a minute that it cuts counts in proportion. */
    double since(long fromMillis) {
        if (newestSlot == Long.MIN_VALUE) {
            return 0;
        }
        long slot = Math.max(Math.floorDiv(fromMillis, SLOT_MILLIS), newestSlot - SLOTS + 1);
        double sum = 0;
        for (long at = slot; at <= newestSlot; at++) {
            double part = (Math.min((at + 1) * SLOT_MILLIS, Long.MAX_VALUE) - Math.max(at * SLOT_MILLIS, fromMillis))
                    / (double) SLOT_MILLIS;
            sum += grams[index(at)] * Math.max(0, Math.min(1, part));
        }
        return sum;
    }
}
