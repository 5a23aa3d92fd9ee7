package io.joulegram.agent.calibrate;

import io.joulegram.power.Channel;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/** All values that a channel told during a survey, in the order of their times. Used by one thread. */
public final class SensorSeries {
    private static final int MIN_CHANGES = 8;
    private static final int MIN_REFERENCE = 30;

    private final Channel channel;
    private long[] timesNanos = new long[1024];
    private long[] values = new long[1024];
    private int size;

    SensorSeries(Channel channel) {
        this.channel = channel;
    }

    void add(long timeNanos, long value) {
        if (size == timesNanos.length) {
            timesNanos = Arrays.copyOf(timesNanos, 2 * size);
            values = Arrays.copyOf(values, 2 * size);
        }
        timesNanos[size] = timeNanos;
        values[size] = value;
        size++;
    }

    /** What the values are. */
    public Channel channel() {
        return channel;
    }

    /** How many values there are. */
    public int size() {
        return size;
    }

    /** When a value was read, on the clock of {@link System#nanoTime()}. */
    public long timeNanos(int index) {
        return timesNanos[index];
    }

    /** A value, in the channel's unit. */
    public long value(int index) {
        return values[index];
    }

    /** The indexes at which the value was another than before. */
    int[] changes() {
        int[] changes = new int[size];
        int count = 0;
        for (int i = 1; i < size; i++) {
            if (values[i] != values[i - 1]) {
                changes[count++] = i;
            }
        }
        return Arrays.copyOf(changes, count);
    }

    /**
     * How often there is a new value: the lower quartile of the times between changes, as a value that happens to stay the
     * same makes some of them longer; empty with fewer than eight changes.
     */
    public OptionalLong updatePeriodNanos() {
        int[] changes = changes();
        if (changes.length < MIN_CHANGES) {
            return OptionalLong.empty();
        }
        long[] apart = new long[changes.length - 1];
        for (int i = 0; i < apart.length; i++) {
            apart[i] = timesNanos[changes[i + 1]] - timesNanos[changes[i]];
        }
        Arrays.sort(apart);
        return OptionalLong.of(apart[apart.length / 4]);
    }

    /** The smallest change of the value, in the channel's unit; empty if it never changed. */
    public OptionalLong smallestChange() {
        return Arrays.stream(changes())
                .mapToLong(i -> Math.abs(values[i] - values[i - 1]))
                .min();
    }

    /**
     * The finer sensor of {@link AveragingWindow}: power values, each the mean since the one before it; empty with fewer than
     * thirty.
     */
    Optional<AveragingWindow> asReference() {
        if (size < MIN_REFERENCE) {
            return Optional.empty();
        }
        double[] cumulative = new double[size];
        for (int i = 1; i < size; i++) {
            cumulative[i] = cumulative[i - 1] + (double) values[i] * (timesNanos[i] - timesNanos[i - 1]);
        }
        return Optional.of(new AveragingWindow(
                at -> interpolate(cumulative, at),
                timesNanos[0],
                timesNanos[size - 1],
                updatePeriodNanos().orElse(0)));
    }

    private double interpolate(double[] cumulative, long atNanos) {
        int found = Arrays.binarySearch(timesNanos, 0, size, atNanos);
        if (found >= 0) {
            return cumulative[found];
        }
        int after = -found - 1;
        if (after == 0 || after == size) {
            return cumulative[after == 0 ? 0 : size - 1];
        }
        double share = (double) (atNanos - timesNanos[after - 1]) / (timesNanos[after] - timesNanos[after - 1]);
        return cumulative[after - 1] + share * (cumulative[after] - cumulative[after - 1]);
    }
}
