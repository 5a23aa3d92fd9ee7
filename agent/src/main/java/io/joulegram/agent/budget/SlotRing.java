package io.joulegram.agent.budget;

import java.util.Arrays;

/**
 * Amounts of recent times, by slots of equal length: a ring. An amount of a longer time is spread over it evenly. Not
 * thread-safe.
 */
final class SlotRing {
    private final long slotMillis;
    private final double[] amounts;
    private long newestSlot = Long.MIN_VALUE;
    private long firstMillis = Long.MAX_VALUE;

    /**
     * @param slotMillis length of a slot, above 0
     * @param spanMillis how far back amounts are needed
     */
    SlotRing(long slotMillis, long spanMillis) {
        this.slotMillis = slotMillis;
        amounts = new double[Math.toIntExact(spanMillis / slotMillis) + 2];
    }

    /** When the time of the first amount began; {@link Long#MAX_VALUE} before there is one. */
    long firstMillis() {
        return firstMillis;
    }

    void add(long startMillis, long endMillis, double amount) {
        firstMillis = Math.min(firstMillis, startMillis);
        if (endMillis <= startMillis) {
            addToSlot(Math.floorDiv(startMillis, slotMillis), amount);
            return;
        }
        double perMilli = amount / (endMillis - startMillis);
        long at = startMillis;
        while (at < endMillis) {
            long slot = Math.floorDiv(at, slotMillis);
            long until = Math.min(endMillis, (slot + 1) * slotMillis);
            addToSlot(slot, perMilli * (until - at));
            at = until;
        }
    }

    private void addToSlot(long slot, double amount) {
        if (newestSlot == Long.MIN_VALUE || slot - newestSlot >= amounts.length) {
            Arrays.fill(amounts, 0);
            newestSlot = slot;
        }
        while (newestSlot < slot) {
            newestSlot++;
            amounts[index(newestSlot)] = 0;
        }
        if (newestSlot - slot < amounts.length) {
            amounts[index(slot)] += amount;
        }
    }

    private int index(long slot) {
        return Math.floorMod(slot, amounts.length);
    }

    /** The amounts from an instant on, as far as the ring reaches; a slot that it cuts counts in proportion. */
    double since(long fromMillis) {
        if (newestSlot == Long.MIN_VALUE) {
            return 0;
        }
        long slot = Math.max(Math.floorDiv(fromMillis, slotMillis), newestSlot - amounts.length + 1);
        double sum = 0;
        for (long at = slot; at <= newestSlot; at++) {
            double part = (Math.min((at + 1) * slotMillis, Long.MAX_VALUE) - Math.max(at * slotMillis, fromMillis))
                    / (double) slotMillis;
            sum += amounts[index(at)] * Math.max(0, Math.min(1, part));
        }
        return sum;
    }
}
