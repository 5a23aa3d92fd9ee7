package io.joulegram.power.nvml;

import io.joulegram.nvml.NvmlPowerRing;
import io.joulegram.nvml.NvmlReturn;
import io.joulegram.power.Readings;
import io.joulegram.power.SourceClock;

/**
 * Takes the power samples that the driver keeps over into readings. The driver stamps them with the wall clock, which may
 * be set: what was taken before a step of that clock cannot be placed in time and is left out.
 */
final class RingReader {
    private static final long NANOS_PER_MICRO = 1000;
    /** How far the two clocks may drift apart: by a slewing time daemon (500 ppm, twice), and by reading them in turn. */
    private static final long STEP_NANOS = 5_000_000;

    private static final long DRIFT_DIVISOR = 1000;
    /** A sample that claims to be of the future by more is garbage. */
    private static final long FUTURE_MICROS = 50_000;

    private static final long NEVER = Long.MIN_VALUE;

    private final NvmlPowerRing ring;
    private final int channel;
    private final long cadenceNanos;
    private final SourceClock clock;
    private long lastReadNanos = NEVER;
    private long lastAheadNanos;
    private long lastSeenMicros;

    /**
     * @param channel where values go
     * @param cadenceNanos the least time between two readings of the ring
     */
    RingReader(NvmlPowerRing ring, int channel, long cadenceNanos, SourceClock clock) {
        this.ring = ring;
        this.channel = channel;
        this.cadenceNanos = cadenceNanos;
        this.clock = clock;
    }

    /** Notes the samples since the last reading, if it is time for one. */
    void read(Readings readings) {
        long now = clock.nanos();
        if (lastReadNanos != NEVER && now - lastReadNanos < cadenceNanos) {
            return;
        }
        long wallMicros = clock.wallMicros();
        long aheadNanos = wallMicros * NANOS_PER_MICRO - now;
        if (lastReadNanos != NEVER && isStep(aheadNanos - lastAheadNanos, now - lastReadNanos)) {
            lastSeenMicros = wallMicros;
        }
        lastReadNanos = now;
        lastAheadNanos = aheadNanos;
        int code = ring.read(lastSeenMicros);
        if (code == NvmlReturn.SUCCESS) {
            note(readings, wallMicros, aheadNanos);
        } else if (NvmlReturn.isAbsent(code)) {
            readings.unsupported(channel);
        } else if (code != NvmlReturn.NOT_FOUND && code != NvmlReturn.NO_DATA) {
            readings.failed(channel, code);
        }
    }

    private static boolean isStep(long changeNanos, long elapsedNanos) {
        return Math.abs(changeNanos) > STEP_NANOS + elapsedNanos / DRIFT_DIVISOR;
    }

    private void note(Readings readings, long wallMicros, long aheadNanos) {
        int newest = -1;
        for (int i = 0; i < ring.size(); i++) {
            long stamp = ring.timestampMicros(i);
            if (stamp > lastSeenMicros && stamp - wallMicros <= FUTURE_MICROS) {
                if (newest >= 0) {
                    readings.measuredBefore(channel, atNanos(newest, aheadNanos), ring.powerMilliwatts(newest));
                }
                newest = i;
                lastSeenMicros = stamp;
            }
        }
        if (newest >= 0) {
            readings.measured(channel, atNanos(newest, aheadNanos), ring.powerMilliwatts(newest));
        }
    }

    private long atNanos(int sample, long aheadNanos) {
        return ring.timestampMicros(sample) * NANOS_PER_MICRO - aheadNanos;
    }
}
