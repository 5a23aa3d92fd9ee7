package io.joulegram.agent.ledger;

import java.util.OptionalLong;

/**
 * Tells the energy that was used between two readings of a hardware counter with no agent in between, where that is
 * unambiguous: it must be the same counter of the same boot, it must not have been able to wrap twice, and the device
 * must have been able to draw that much.
 *
 * @param modulusCounts where the counter wraps to 0; 0 if it does not
 * @param maxWatts the most that the device can draw for long; 0 if unknown
 */
public record CounterRecovery(long modulusCounts, double maxWatts) {
    /** Power limits are exceeded for moments; a device never draws half as much again for long. */
    private static final double PLAUSIBLE_EXCESS = 1.5;
    /** Above any single device or module of 2026. */
    private static final double UNKNOWN_MAX_WATTS = 10_000;
    /** The slowest update of a counter, twice; the clocks of the two readings may differ by as much. */
    private static final long ALLOWANCE_MILLIS = 200;

    /** Energy in microjoules from one reading to the next; empty if it cannot be told. */
    public OptionalLong microjoules(CounterMark before, CounterMark after) {
        long elapsedMillis = after.atMillis() - before.atMillis();
        boolean same = !before.identity().isEmpty()
                && before.identity().equals(after.identity())
                && before.sensor().equals(after.sensor())
                && before.microjoulesPerCount() == after.microjoulesPerCount();
        if (!same || elapsedMillis < 0) {
            return OptionalLong.empty();
        }
        double watts = maxWatts > 0 ? maxWatts : UNKNOWN_MAX_WATTS;
        // 1 W is 1000 microjoules per millisecond.
        double mostCounts =
                PLAUSIBLE_EXCESS * watts * 1e3 * (elapsedMillis + ALLOWANCE_MILLIS) / after.microjoulesPerCount();
        if (modulusCounts > 0 && mostCounts >= modulusCounts) {
            return OptionalLong.empty();
        }
        long rise = after.count() - before.count();
        if (rise < 0 && modulusCounts > 0) {
            rise += modulusCounts;
        }
        return rise >= 0 && rise <= mostCounts
                ? OptionalLong.of((long) (rise * after.microjoulesPerCount()))
                : OptionalLong.empty();
    }
}
