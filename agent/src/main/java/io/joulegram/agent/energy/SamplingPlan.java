package io.joulegram.agent.energy;

import io.joulegram.power.Channel;
import io.joulegram.power.GpuSource;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Quantity;
import io.joulegram.power.Sensor;
import java.time.Duration;
import java.util.Set;

/**
 * How often each kind of source is read.
 *
 * @param interval sources in general
 * @param raplInterval RAPL
 * @param powerInterval sources that have no energy counter, whose energy is therefore as good as the sampling is dense
 * @param hangTimeout a driver call that takes longer is taken to hang
 */
public record SamplingPlan(Duration interval, Duration raplInterval, Duration powerInterval, Duration hangTimeout) {
    private static final Set<Sensor> RAPL = Set.of(Sensor.RAPL_PERF, Sensor.RAPL_POWERCAP, Sensor.RAPL_MSR);
    private static final Set<Sensor> SLOW = Set.of(Sensor.ESTIMATE, Sensor.CONSTANT);
    private static final Duration LONGEST_SURVEYED = Duration.ofMillis(100);
    private static final Duration SLOW_INTERVAL = Duration.ofMillis(500);

    SamplingSchedule scheduleFor(PowerSource source, long nowNanos) {
        boolean counts = source.channels().stream().anyMatch(channel -> channel.quantity() == Quantity.ENERGY);
        long intervalNanos = Math.max(intervalFor(source, counts).toNanos(), source.fastestNanos());
        return new SamplingSchedule(intervalNanos, !counts, nowNanos);
    }

    /**
     * Whether it is learned how often the sensors of a source have something new, and the source read by that: GPUs, whose
     * sensors differ from board to board and from driver to driver. What tells its own pace is read by it, and who asks for
     * fewer readings than by default wants the device left alone, so that a survey would be too many.
     */
    boolean isSurveyed(PowerSource source) {
        return source instanceof GpuSource && source.fastestNanos() == 0 && interval.compareTo(LONGEST_SURVEYED) <= 0;
    }

    private Duration intervalFor(PowerSource source, boolean counts) {
        if (has(source, SLOW)) {
            return SLOW_INTERVAL;
        }
        if (has(source, RAPL)) {
            return raplInterval;
        }
        return counts || interval.compareTo(powerInterval) < 0 ? interval : powerInterval;
    }

    /** Whether it is a counter of RAPL, by whatever way. */
    static boolean isRapl(Sensor sensor) {
        return RAPL.contains(sensor);
    }

    private static boolean has(PowerSource source, Set<Sensor> sensors) {
        return source.channels().stream().map(Channel::sensor).anyMatch(sensors::contains);
    }
}
