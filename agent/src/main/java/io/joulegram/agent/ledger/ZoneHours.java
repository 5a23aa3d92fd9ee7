package io.joulegram.agent.ledger;

import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import org.jspecify.annotations.Nullable;

/**
 * Where the hours of the clock of a time zone end. An hour also ends where the clock is put forward or back, which need
 * not be at a whole hour: Lord Howe Island moves its clocks by half an hour.
 *
 * @param zone whose clock it is
 */
record ZoneHours(ZoneId zone) {
    private static final long HOUR_MILLIS = 3_600_000;
    private static final long MILLIS_PER_SECOND = 1_000;

    /** The end of the hour that holds an instant, in milliseconds since 1970; always after the instant. */
    long endAfter(long millis) {
        Instant at = Instant.ofEpochMilli(millis);
        ZoneRules rules = zone.getRules();
        long offsetMillis = rules.getOffset(at).getTotalSeconds() * MILLIS_PER_SECOND;
        long end = (Math.floorDiv(millis + offsetMillis, HOUR_MILLIS) + 1) * HOUR_MILLIS - offsetMillis;
        @Nullable ZoneOffsetTransition next = rules.nextTransition(at);
        return next == null ? end : Math.min(end, next.getInstant().toEpochMilli());
    }
}
