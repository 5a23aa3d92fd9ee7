package io.joulegram.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What Prometheus answers to a query.
 *
 * @param series the series
 * @param samples how many samples it read for that, those that several instants need as often; of a series that is not in a
 *     function over time, one for each instant
 */
record QueryResult(JsonNode series, long samples) {
    /** @param epochSeconds the instant that the query is about */
    static QueryResult at(Daemon prometheus, String query, double epochSeconds)
            throws IOException, InterruptedException {
        return of(prometheus, "api/v1/query?stats=all&time=" + epochSeconds(epochSeconds) + "&query=" + encoded(query));
    }

    /** One value for each of the last seconds. */
    static QueryResult over(Daemon prometheus, String query, double epochSeconds, int seconds)
            throws IOException, InterruptedException {
        return over(prometheus, query, epochSeconds - seconds, epochSeconds, 1);
    }

    /** One value for each step of a span of time. */
    static QueryResult over(Daemon prometheus, String query, double fromSeconds, double untilSeconds, int stepSeconds)
            throws IOException, InterruptedException {
        return of(
                prometheus,
                "api/v1/query_range?stats=all&step=" + stepSeconds + "&start=" + epochSeconds(fromSeconds) + "&end="
                        + epochSeconds(untilSeconds) + "&query=" + encoded(query));
    }

    private static QueryResult of(Daemon prometheus, String path) throws IOException, InterruptedException {
        JsonNode data = new ObjectMapper().readTree(prometheus.get(path)).path("data");
        return new QueryResult(
                data.path("result"),
                data.at("/stats/samples/totalQueryableSamples").asLong());
    }

    private static String epochSeconds(double seconds) {
        return String.format(Locale.ROOT, "%.3f", seconds);
    }

    private static String encoded(String query) {
        return URLEncoder.encode(query, StandardCharsets.UTF_8);
    }

    /** Whether there is a value that is a number. */
    boolean hasData() {
        for (JsonNode one : series) {
            for (JsonNode value : one.has("values") ? one.path("values") : one) {
                if (value.isArray() && Double.isFinite(number(value))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The value of the only series. */
    double value() {
        if (series.size() != 1) {
            throw new IllegalStateException("not one series: " + series);
        }
        return number(series.at("/0/value"));
    }

    /** A value and its instant, in seconds since 1970. */
    record Point(double atSeconds, double value) {}

    /** The values of the only series of a range. */
    List<Point> points() {
        List<Point> points = new ArrayList<>();
        series.at("/0/values")
                .forEach(value -> points.add(new Point(value.path(0).asDouble(), number(value))));
        return points;
    }

    /** The greatest value of the only series of a range. */
    double greatest() {
        double greatest = Double.NEGATIVE_INFINITY;
        for (JsonNode value : series.at("/0/values")) {
            greatest = Math.max(greatest, number(value));
        }
        return greatest;
    }

    private static double number(JsonNode timeAndValue) {
        String value = timeAndValue.path(1).asText();
        return value.equals("NaN")
                ? Double.NaN
                : value.endsWith("Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(value);
    }
}
