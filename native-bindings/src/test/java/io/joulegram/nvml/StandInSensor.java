package io.joulegram.nvml;

import java.time.Duration;

/**
 * How a power sensor of the stand-in behaves.
 *
 * @param updateNanos time between updates, between which the reading repeats; 0 to follow the clock
 * @param windowNanos the reading is the mean over this time before its update; 0 for the power at that instant
 */
public record StandInSensor(long updateNanos, long windowNanos) {
    /** The power at the instant of the call. */
    public static final StandInSensor INSTANT = of(Duration.ZERO, Duration.ZERO);

    /** Every 100 ms the mean of the last 25 ms: what A100 and H100 give as instant power. */
    public static final StandInSensor PART_TIME = of(Duration.ofMillis(100), Duration.ofMillis(25));

    /** Every 100 ms the mean of the last second: what Ampere and newer give as average power. */
    public static final StandInSensor ONE_SECOND_AVERAGE = of(Duration.ofMillis(100), Duration.ofSeconds(1));

    /** A sensor with any period and window. */
    public static StandInSensor of(Duration update, Duration window) {
        return new StandInSensor(update.toNanos(), window.toNanos());
    }

    /** The same window with other updates; zero to follow the clock. */
    public StandInSensor updatedEvery(Duration update) {
        return of(update, Duration.ofNanos(windowNanos));
    }
}
