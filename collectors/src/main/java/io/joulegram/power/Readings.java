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

    private final Status[] status;
    private final long[] timeNanos;
    private final long[] values;
    private final int[] errorCodes;

    /** @param channels how many channels the source has */
    public Readings(int channels) {
        status = new Status[channels];
        timeNanos = new long[channels];
        values = new long[channels];
        errorCodes = new int[channels];
        clear();
    }

    /** How many channels there are. */
    public int size() {
        return status.length;
    }

    /** Makes every channel {@link Status#NO_DATA}. */
    public void clear() {
        Arrays.fill(status, Status.NO_DATA);
    }

    /**
     * Notes a value.
     *
     * @param channel index into {@link PowerSource#channels()}
     * @param atNanos when the device had this value, on the clock of {@link System#nanoTime()}
     * @param value counts of an energy counter (unsigned), or milliwatts
     */
    public void measured(int channel, long atNanos, long value) {
        status[channel] = Status.MEASURED;
        timeNanos[channel] = atNanos;
        values[channel] = value;
    }

    /** Notes that the device does not have this channel. */
    public void unsupported(int channel) {
        status[channel] = Status.UNSUPPORTED;
    }

    /**
     * Notes a failed read.
     *
     * @param errorCode the source's own code, which {@link PowerSource#errorName} can name
     */
    public void failed(int channel, int errorCode) {
        status[channel] = Status.FAILED;
        errorCodes[channel] = errorCode;
    }

    /** Notes that every channel failed for one and the same reason. */
    public void allFailed(int errorCode) {
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
