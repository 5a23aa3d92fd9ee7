package io.joulegram.power;

import java.util.Arrays;

/**
 * One reading of all channels of a {@link PowerSource}, filled by {@link PowerSource#read} and used again for the next
 * one: filling it allocates nothing.
 *
 * <p>Not thread-safe: it belongs to the thread that samples the source.
 */
public final class Readings {
    /** What became of one channel in one reading. */
    public enum Status {
        /** There is a value. */
        MEASURED,
        /** There is nothing new, and nothing is wrong. */
        NO_DATA,
        /** The device does not have this channel, and will not have it soon. */
        UNSUPPORTED,
        /** The read failed; {@link Readings#errorCode} tells how. */
        FAILED
    }

    /** More than any driver of 2026 keeps. */
    private static final int MAX_PAST = 512;

    private static final class Past {
        private long[] timeNanos = {};
        private long[] values = {};
        private int size;

        private void add(long atNanos, long value) {
            if (timeNanos.length == 0) {
                timeNanos = new long[MAX_PAST];
                values = new long[MAX_PAST];
            }
            if (size < MAX_PAST) {
                timeNanos[size] = atNanos;
                values[size] = value;
                size++;
            }
        }
    }

    private final Status[] status;
    private final long[] timeNanos;
    private final long[] values;
    private final int[] errorCodes;

    /** Of channels that tell several values at once, made when one first does. */
    private final Past[] past;

    private boolean empty;

    /** @param channels how many channels the source has */
    public Readings(int channels) {
        status = new Status[channels];
        timeNanos = new long[channels];
        values = new long[channels];
        errorCodes = new int[channels];
        past = new Past[channels];
        Arrays.setAll(past, i -> new Past());
        clear();
    }

    /** How many channels there are. */
    public int size() {
        return status.length;
    }

    /** Makes every channel {@link Status#NO_DATA}. */
    public void clear() {
        if (empty) {
            return;
        }
        empty = true;
        Arrays.fill(status, Status.NO_DATA);
        for (Past values : past) {
            values.size = 0;
        }
    }

    /** Whether nothing was noted since the last {@link #clear}. */
    public boolean isEmpty() {
        return empty;
    }

    /**
     * Notes one of several values that a channel tells at once, oldest first; {@link #measured} notes the newest.
     * Beyond {@value #MAX_PAST} they are dropped.
     *
     * @param channel index into {@link PowerSource#channels()}
     * @param atNanos when the device had this value, on the clock of {@link System#nanoTime()}
     * @param value as of {@link #measured}
     */
    public void measuredBefore(int channel, long atNanos, long value) {
        empty = false;
        past[channel].add(atNanos, value);
    }

    /** How many values there are beside the newest. */
    public int pastSize(int channel) {
        return past[channel].size;
    }

    /** When one of the values beside the newest held. */
    public long pastTimeNanos(int channel, int index) {
        return past[channel].timeNanos[index];
    }

    /** One of the values beside the newest. */
    public long pastValue(int channel, int index) {
        return past[channel].values[index];
    }

    /**
     * Notes a value.
     *
     * @param channel index into {@link PowerSource#channels()}
     * @param atNanos when the device had this value, on the clock of {@link System#nanoTime()}
     * @param value counts of an energy counter (unsigned), or milliwatts
     */
    public void measured(int channel, long atNanos, long value) {
        empty = false;
        status[channel] = Status.MEASURED;
        timeNanos[channel] = atNanos;
        values[channel] = value;
    }

    /** Notes that the device does not have this channel. */
    public void unsupported(int channel) {
        empty = false;
        status[channel] = Status.UNSUPPORTED;
    }

    /**
     * Notes a failed read.
     *
     * @param errorCode the source's own code, which {@link PowerSource#errorName} can name
     */
    public void failed(int channel, int errorCode) {
        empty = false;
        status[channel] = Status.FAILED;
        errorCodes[channel] = errorCode;
    }

    /** Notes that every channel failed for one and the same reason. */
    public void allFailed(int errorCode) {
        empty = false;
        Arrays.fill(status, Status.FAILED);
        Arrays.fill(errorCodes, errorCode);
    }

    /** What became of the channel. */
    public Status status(int channel) {
        return status[channel];
    }

    /** When the value held, on the clock of {@link System#nanoTime()}; meaningless unless measured. */
    public long timeNanos(int channel) {
        return timeNanos[channel];
    }

    /** Counts (unsigned) or milliwatts; meaningless unless measured. */
    public long value(int channel) {
        return values[channel];
    }

    /** The source's own error code; meaningless unless failed. */
    public int errorCode(int channel) {
        return errorCodes[channel];
    }
}
