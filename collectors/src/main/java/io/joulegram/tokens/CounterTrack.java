package io.joulegram.tokens;

import java.util.HashMap;
import java.util.Map;

/**
 * One counter as it was seen so far. Workers that process the same tokens each export a copy of it, a little before or
 * after one another; the highest copy holds, so that neither a copy that comes late nor one that goes away moves it.
 */
final class CounterTrack {
    /** More workers than a group has; beyond that, those that are gone are forgotten. */
    private static final int MOST_COPIES = 1_024;

    private final Map<SeriesId, Long> lastByCopy = new HashMap<>();
    private long highest;
    private boolean beganAnew;
    private long lastSeenAt;

    /**
     * Takes the counter's newest copies.
     *
     * @param copies at least one
     * @param scrape number of the scrape
     * @param serverRestarted whether the counter is known to have begun at 0 again, whatever it is now
     * @return by how much it grew since the last time; a counter that is seen for the first time grew from 0
     */
    long advance(Map<SeriesId, Long> copies, long scrape, boolean serverRestarted) {
        lastSeenAt = scrape;
        boolean fell = serverRestarted;
        long now = 0;
        if (serverRestarted) {
            lastByCopy.clear();
        }
        for (Map.Entry<SeriesId, Long> copy : copies.entrySet()) {
            Long before = lastByCopy.put(copy.getKey(), copy.getValue());
            fell |= before != null && copy.getValue() < before;
            now = Math.max(now, copy.getValue());
        }
        if (lastByCopy.size() > MOST_COPIES) {
            lastByCopy.keySet().retainAll(copies.keySet());
        }
        beganAnew = fell && (serverRestarted || now < highest);
        long growth = beganAnew ? now : Math.max(0, now - highest);
        highest = beganAnew ? now : Math.max(highest, now);
        return growth;
    }

    /** Whether the counter had begun at 0 again by the last call of {@link #advance}. */
    boolean beganAnew() {
        return beganAnew;
    }

    long lastSeenAt() {
        return lastSeenAt;
    }

    /** How many copies are kept in mind. */
    int copies() {
        return lastByCopy.size();
    }
}
