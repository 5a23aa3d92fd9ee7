package io.joulegram.agent.otlp;

import java.util.List;

/** A data point of a metric, without its instant. */
sealed interface Point {
    /** What tells it from the other points of its metric. */
    List<Attribute> attributes();

    /** One value. */
    record Value(List<Attribute> attributes, double value) implements Point {
        /** Copies the list. */
        public Value {
            attributes = List.copyOf(attributes);
        }
    }

    /**
     * How many observations were how large.
     *
     * @param counts observations of each bucket, not cumulative; one more than bounds
     * @param bounds upper bounds of the buckets, rising, without the last (infinite) one
     */
    record Histogram(List<Attribute> attributes, long count, double sum, List<Long> counts, List<Double> bounds)
            implements Point {
        /** Copies the lists. */
        public Histogram {
            attributes = List.copyOf(attributes);
            counts = List.copyOf(counts);
            bounds = List.copyOf(bounds);
        }
    }

    /** Number and sum of observations. */
    record Summary(List<Attribute> attributes, long count, double sum) implements Point {
        /** Copies the list. */
        public Summary {
            attributes = List.copyOf(attributes);
        }
    }
}
