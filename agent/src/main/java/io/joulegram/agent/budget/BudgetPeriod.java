package io.joulegram.agent.budget;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;

/** How long a budget is for. Periods are those of the calendar of a time zone, so they differ in length. */
public enum BudgetPeriod {
    /** From midnight to midnight: 23, 24 or 25 hours. */
    DAY,
    /** From Monday to Sunday. */
    WEEK,
    /** A month of the calendar. */
    MONTH;

    /** A period: from its begin up to its end, exclusive, in milliseconds since 1970. */
    record Span(long startMillis, long endMillis) {
        boolean contains(long millis) {
            return startMillis <= millis && millis < endMillis;
        }

        double seconds() {
            return (endMillis - startMillis) / 1e3;
        }
    }

    /** The period in which an instant lies. */
    Span around(long millis, ZoneId zone) {
        LocalDate day = Instant.ofEpochMilli(millis).atZone(zone).toLocalDate();
        LocalDate first = switch (this) {
            case DAY -> day;
            case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case MONTH -> day.withDayOfMonth(1);
        };
        LocalDate next = switch (this) {
            case DAY -> first.plusDays(1);
            case WEEK -> first.plusWeeks(1);
            case MONTH -> first.plusMonths(1);
        };
        return new Span(
                first.atStartOfDay(zone).toInstant().toEpochMilli(),
                next.atStartOfDay(zone).toInstant().toEpochMilli());
    }

    /** The value of the {@code period} label. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
