package io.joulegram.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** What Prometheus answers to a query. */
record QueryResult(JsonNode series) {
    /** @param epochSeconds the instant that the query is about */
    static QueryResult at(Daemon prometheus, String query, double epochSeconds)
            throws IOException, InterruptedException {
        return of(prometheus, "api/v1/query?time=" + epochSeconds(epochSeconds) + "&query=" + encoded(query));
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
                "api/v1/query_range?step=" + stepSeconds + "&start=" + epochSeconds(fromSeconds) + "&end="
                        + epochSeconds(untilSeconds) + "&query=" + encoded(query));
    }

    private static QueryResult of(Daemon prometheus, String path) throws IOException, InterruptedException {
        return new QueryResult(new ObjectMapper().readTree(prometheus.get(path)).at("/data/result"));
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

    /** The first value of the only series of a range. */
    double first() {
        return number(series.at("/0/values/0"));
    }

    /** The last one. */
    double last() {
        JsonNode values = series.at("/0/values");
        return number(values.get(values.size() - 1));
    }

    private static double number(JsonNode timeAndValue) {
        String value = timeAndValue.path(1).asText();
        return value.equals("NaN")
                ? Double.NaN
                : value.endsWith("Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(value);
    }
}
