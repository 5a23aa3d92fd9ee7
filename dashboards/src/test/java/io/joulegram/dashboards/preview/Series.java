package io.joulegram.dashboards.preview;

import java.util.Map;

/**
 * Values of one series.
 *
 * @param refId the query that it answers
 * @param name what the legend calls it
 * @param labels its labels, without the name of the metric
 * @param values by the instant in seconds since 1970, in the order of time; none is absent for NaN
 */
record Series(String refId, String name, Map<String, String> labels, Map<Double, Double> values) {
    /** The newest value; NaN if there is none. */
    double last() {
        double last = Double.NaN;
        for (double value : values.values()) {
            last = value;
        }
        return last;
    }

    /** The value at an instant; NaN if there is none. */
    double at(double epochSeconds) {
        return values.getOrDefault(epochSeconds, Double.NaN);
    }
}
