package io.joulegram.power.rapl;

import io.joulegram.power.Readings;

/**
 * Values of counters that were read and not yet handed on. Allocates nothing once made. Not thread-safe.
 *
 * <p>A thread that wakes every millisecond finds the caches of its processor filled with other things; what is done with
 * a value costs a multiple then of what it costs for the second of several in a row.
 */
final class Backlog {
    /** Above what 1 kHz gives between two times of handing on; of more, the newest are kept. */
    static final int CAPACITY = 16;

    private final long[][] timeNanos;
    private final long[][] counts;
    private final int[] sizes;
    private final int[] errnos;

    Backlog(int counters) {
        timeNanos = new long[counters][CAPACITY];
        counts = new long[counters][CAPACITY];
        sizes = new int[counters];
        errnos = new int[counters];
    }

    void keep(int counter, long atNanos, long count) {
        // Of one too many the newest is replaced: a counter tells with its next value what the one left out told.
        int place = Math.min(sizes[counter], CAPACITY - 1);
        timeNanos[counter][place] = atNanos;
        counts[counter][place] = count;
        sizes[counter] = place + 1;
    }

    /** A counter that failed tells nothing more until it is read again: its next value has what it counted meanwhile. */
    void failed(int counter, int errno) {
        sizes[counter] = 0;
        errnos[counter] = errno;
    }

    /** Hands on all that was kept, and keeps nothing; returns whether there was any value. */
    boolean handOn(Readings readings) {
        boolean measured = false;
        for (int i = 0; i < sizes.length; i++) {
            int newest = sizes[i] - 1;
            if (errnos[i] != 0) {
                readings.failed(i, errnos[i]);
            } else if (newest >= 0) {
                for (int k = 0; k < newest; k++) {
                    readings.measuredBefore(i, timeNanos[i][k], counts[i][k]);
                }
                readings.measured(i, timeNanos[i][newest], counts[i][newest]);
                measured = true;
            }
            sizes[i] = 0;
            errnos[i] = 0;
        }
        return measured;
    }
}
