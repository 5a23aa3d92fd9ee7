package io.joulegram.agent.otlp;

import java.util.List;

/**
 * A metric of OTLP.
 *
 * @param unit in UCUM, case-sensitive; empty for none
 * @param points those of one metric are of one kind, and differ in their attributes
 */
record Metric(String name, String description, String unit, Kind kind, List<? extends Point> points) {
    /** Copies the list. */
    Metric {
        points = List.copyOf(points);
    }

    /** What a metric is, and so of what kind its points are. */
    enum Kind {
        /** A value as it is now; {@link Point.Value}. */
        GAUGE,
        /** A sum since the start that never falls; {@link Point.Value}. */
        COUNTER,
        /** A sum that may fall; {@link Point.Value}. */
        UP_DOWN_COUNTER,
        /** {@link Point.Histogram}. */
        HISTOGRAM,
        /** {@link Point.Summary}. */
        SUMMARY
    }
}
