package io.joulegram.dashboards;

import io.joulegram.dashboards.QueryResult.Point;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What was scraped of a counter in the time that a recorded rate is over.
 *
 * @param points oldest first
 */
record ScrapedCounter(List<Point> points) {
    /** How many of the newest samples may have come after the rule was evaluated, while their scrapes took their time. */
    private static final int MOST_LATE = 2;

    /** What Prometheus lets a sample be from the end of a range and still takes it for the end, in mean distances. */
    private static final double NEAR = 1.1;

    ScrapedCounter {
        points = List.copyOf(points);
    }

    /** Those samples of which the rate is that which a rule recorded. */
    ScrapedCounter seenBy(Point recorded, double seconds) {
        return IntStream.rangeClosed(0, MOST_LATE)
                .filter(late -> points.size() - late > 1)
                .mapToObj(late -> new ScrapedCounter(points.subList(0, points.size() - late)))
                .min(Comparator.comparingDouble(
                        seen -> Math.abs(seen.rate(recorded.atSeconds(), seconds) - recorded.value())))
                .orElseThrow();
    }

    /** As {@code rate()} reckons it for a counter that did not begin anew ({@code extrapolatedRate} of Prometheus 2). */
    private double rate(double atSeconds, double seconds) {
        double rise = last() - first();
        double sampled = end().atSeconds() - begin().atSeconds();
        double distance = sampled / (points.size() - 1);
        double before = begin().atSeconds() - (atSeconds - seconds);
        if (rise > 0) {
            before = Math.min(before, sampled * first() / rise);
        }
        double after = atSeconds - end().atSeconds();
        double covered = sampled
                + (before < NEAR * distance ? before : distance / 2)
                + (after < NEAR * distance ? after : distance / 2);
        return rise * covered / sampled / seconds;
    }

    private Point begin() {
        return points.get(0);
    }

    private Point end() {
        return points.get(points.size() - 1);
    }

    double first() {
        return begin().value();
    }

    double last() {
        return end().value();
    }
}
