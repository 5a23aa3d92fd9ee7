package io.joulegram.dashboards.preview;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The time range of a dashboard, and what of it is in the queries.
 *
 * @param fromSeconds the begin, in seconds since 1970
 * @param toSeconds the end
 * @param points how many instants are asked for
 * @param scrapeSeconds how often Prometheus scrapes
 * @param chosen values of variables that have one; of all others everything is chosen
 */
record Moment(double fromSeconds, double toSeconds, int points, double scrapeSeconds, Map<String, String> chosen) {
    /** Four scrapes at least, so that a rate has two values even where one scrape fails, as Grafana does it. */
    private static final int SCRAPES_PER_RATE = 4;

    double rangeSeconds() {
        return toSeconds - fromSeconds;
    }

    double stepSeconds() {
        return Math.max(1, Math.ceil(rangeSeconds() / points));
    }

    /** Every instant that a query over the range has a value for. */
    List<Double> instants() {
        List<Double> instants = new ArrayList<>();
        for (double at = firstSeconds(); at <= toSeconds; at += stepSeconds()) {
            instants.add(at);
        }
        return instants;
    }

    /** Whole steps since 1970, so that a dashboard that is drawn again asks for the same instants. */
    double firstSeconds() {
        return Math.ceil(fromSeconds / stepSeconds()) * stepSeconds();
    }

    /**
     * An expression with the choices of every variable.
     *
     * @param leastSeconds what the interval of a query is at least; the instants here may be closer
     */
    String fill(String expression, double leastSeconds) {
        double rate = Math.max(stepSeconds() + scrapeSeconds, SCRAPES_PER_RATE * scrapeSeconds);
        String filled = expression
                .replace("$__rate_interval", seconds(rate))
                .replace("$__range", seconds(rangeSeconds()))
                .replace("$__interval", seconds(Math.max(stepSeconds(), leastSeconds)));
        for (Map.Entry<String, String> one : chosen.entrySet()) {
            filled = filled.replace("\"$" + one.getKey() + "\"", "\"" + quoted(one.getValue()) + "\"");
        }
        return filled.replaceAll("\"\\$[a-z]+\"", "\".*\"");
    }

    /** As a regular expression in a string, as Grafana quotes it. */
    private static String quoted(String value) {
        return value.replaceAll("[.*+?^${}()|\\[\\]\\\\\"]", "\\\\\\\\$0");
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, "%ds", Math.round(value));
    }
}
