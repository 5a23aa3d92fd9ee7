package io.joulegram.agent.energy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/** Power over time as random as a seed makes it, whose energy is known exactly between any two instants. */
final class RandomLoad {
    private static final long MILLI = 1_000_000L;
    private static final long GRID_NANOS = 5 * MILLI;

    private final long startNanos;
    private final long[] milliwatts;
    private final long[] picojoules;

    private RandomLoad(long startNanos, long[] milliwatts) {
        this.startNanos = startNanos;
        this.milliwatts = milliwatts;
        picojoules = new long[milliwatts.length + 1];
        for (int i = 0; i < milliwatts.length; i++) {
            picojoules[i + 1] = picojoules[i] + milliwatts[i] * GRID_NANOS;
        }
    }

    /** Steps of 30 to 90 ms between 100 and 650 W, as decoding makes them. */
    static RandomLoad decoding(SplittableRandom random, long startNanos, long nanos) {
        long[] watts = new long[(int) (nanos / GRID_NANOS)];
        for (int i = 0; i < watts.length; ) {
            long level = 100_000 + random.nextLong(550_000);
            for (long end = i + 6 + random.nextLong(13); i < end && i < watts.length; i++) {
                watts[i] = level;
            }
        }
        return new RandomLoad(startNanos, watts);
    }

    /** A square wave of 100 and 650 W; with a period of 100 ms it keeps step with most sensors. */
    static RandomLoad square(long startNanos, long nanos, long periodNanos) {
        long[] watts = new long[(int) (nanos / GRID_NANOS)];
        for (int i = 0; i < watts.length; i++) {
            watts[i] = i * GRID_NANOS % periodNanos < periodNanos / 2 ? 650_000 : 100_000;
        }
        return new RandomLoad(startNanos, watts);
    }

    /** 300 W, within 1 W. */
    static RandomLoad constant(long startNanos, long nanos) {
        long[] watts = new long[(int) (nanos / GRID_NANOS)];
        for (int i = 0; i < watts.length; i++) {
            watts[i] = 300_000L + i % 997;
        }
        return new RandomLoad(startNanos, watts);
    }

    /** This load, and another after it. */
    RandomLoad then(RandomLoad other) {
        return new RandomLoad(
                startNanos,
                LongStream.concat(Arrays.stream(milliwatts), Arrays.stream(other.milliwatts))
                        .toArray());
    }

    /** Energy since the begin, in picojoules. */
    long picojoules(long nanos) {
        long since = nanos - startNanos;
        int index = (int) (since / GRID_NANOS);
        return picojoules[index] + since % GRID_NANOS * milliwatts[index];
    }

    /** Mean power between two instants, in milliwatts. */
    double meanMilliwatts(long fromNanos, long untilNanos) {
        return (double) (picojoules(untilNanos) - picojoules(fromNanos)) / (untilNanos - fromNanos);
    }
}
