package io.joulegram.agent.calibrate;

import java.time.Instant;
import java.util.OptionalDouble;

/**
 * What one stress level did.
 *
 * @param begin of the time that counts, after the host has settled
 * @param end of that time
 * @param load of the host in that time
 * @param plannedUtilization what the level alone would have caused, 0 to 1
 * @param cpuWatts mean power of all processors; empty if nothing measures it
 * @param dramWatts mean power of all memory; empty if nothing measures it
 */
public record MeasuredLevel(
        Instant begin,
        Instant end,
        Load load,
        double plannedUtilization,
        OptionalDouble cpuWatts,
        OptionalDouble dramWatts) {}
