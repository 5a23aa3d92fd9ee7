package io.joulegram.power;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The state of a GPU beside its power; what the device does not tell is empty, never 0.
 *
 * @param utilizationRatio share of the last period in which a kernel ran, 0 to 1
 * @param memoryUsedBytes memory in use
 * @param memoryTotalBytes memory in all
 * @param temperatureCelsius temperature of the die
 * @param smClockHertz clock of the streaming multiprocessors
 * @param powerLimitWatts the limit in force
 * @param throttleReasons bits of {@code nvmlClocksEventReasons}
 * @param processes the processes that hold the GPU for computing
 */
public record GpuTelemetry(
        OptionalDouble utilizationRatio,
        OptionalLong memoryUsedBytes,
        OptionalLong memoryTotalBytes,
        OptionalDouble temperatureCelsius,
        OptionalDouble smClockHertz,
        OptionalDouble powerLimitWatts,
        OptionalLong throttleReasons,
        List<GpuProcess> processes) {

    /** Copies the list. */
    public GpuTelemetry {
        processes = List.copyOf(processes);
    }
}
