package io.joulegram.agent.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ZoneHoursTest {
    /** The clocks of Lord Howe Island go from 02:00 back to 01:30 in April, and from 02:00 on to 02:30 in October. */
    @ParameterizedTest
    @CsvSource({
        "UTC, 2026-03-05T10:00:00Z, 2026-03-05T11:00:00Z",
        "Asia/Kolkata, 2026-03-05T10:00:00Z, 2026-03-05T10:30:00Z",
        "Europe/Berlin, 2026-10-25T00:59:59.999Z, 2026-10-25T01:00:00Z",
        "Europe/Berlin, 2026-10-25T01:00:00Z, 2026-10-25T02:00:00Z",
        "Australia/Lord_Howe, 2026-04-04T14:45:00Z, 2026-04-04T15:00:00Z",
        "Australia/Lord_Howe, 2026-04-04T15:00:00Z, 2026-04-04T15:30:00Z",
        "Australia/Lord_Howe, 2026-04-04T15:10:00Z, 2026-04-04T15:30:00Z",
        "Australia/Lord_Howe, 2026-10-03T15:30:00Z, 2026-10-03T16:00:00Z",
    })
    void anHourEndsWithTheClocksOrWhereTheyAreMoved(String zone, Instant at, Instant end) {
        assertThat(new ZoneHours(ZoneId.of(zone)).endAfter(at.toEpochMilli())).isEqualTo(end.toEpochMilli());
    }

    @Test
    void timeGoesOnAndNoHourHoldsTwoDays() {
        SplittableRandom random = new SplittableRandom(5);
        List<ZoneId> zones =
                ZoneId.getAvailableZoneIds().stream().sorted().map(ZoneId::of).toList();
        for (int i = 0; i < 20_000; i++) {
            ZoneId zone = zones.get(random.nextInt(zones.size()));
            long at = Instant.parse("2024-01-01T00:00:00Z").toEpochMilli() + random.nextLong(5 * 365 * 86_400_000L);
            long end = new ZoneHours(zone).endAfter(at);
            assertThat(end).as("%s at %d", zone, at).isBetween(at + 1, at + 3_600_000);
            ZonedDateTime first = Instant.ofEpochMilli(at).atZone(zone);
            ZonedDateTime last = Instant.ofEpochMilli(end - 1).atZone(zone);
            assertThat(last.toLocalDate()).as("%s at %d", zone, at).isEqualTo(first.toLocalDate());
            assertThat(last.getHour()).as("%s at %d", zone, at).isEqualTo(first.getHour());
        }
    }
}
