package io.joulegram.dashboards;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an agent's {@code /metrics} showed at an instant.
 *
 * @param types the type of each metric by its name
 * @param values by series
 */
record Scrape(Map<String, String> types, Map<Series, Double> values) {
    private static final Pattern LINE = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** A name and labels. */
    record Series(String name, Map<String, String> labels) {
        Series with(Map<String, String> more) {
            Map<String, String> all = new TreeMap<>(labels);
            all.putAll(more);
            return new Series(name, all);
        }
    }

    static Scrape of(String exposition) {
        Map<String, String> types = new HashMap<>();
        Map<Series, Double> values = new LinkedHashMap<>();
        for (String line : exposition.split("\n", -1)) {
            Matcher matcher = LINE.matcher(line);
            if (line.startsWith("# TYPE ")) {
                String[] words = line.split(" ", -1);
                types.put(words[2], words[3]);
            } else if (!line.startsWith("#") && matcher.matches()) {
                Map<String, String> labels = new TreeMap<>();
                Matcher label = LABEL.matcher(matcher.group(2) == null ? "" : matcher.group(2));
                while (label.find()) {
                    labels.put(label.group(1), label.group(2));
                }
                values.put(new Series(matcher.group(1), labels), number(matcher.group(3)));
            }
        }
        return new Scrape(types, values);
    }

    private static double number(String text) {
        return text.endsWith("Inf")
                ? text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY
                : Double.parseDouble(text);
    }

    double of(Series series) {
        return values.getOrDefault(series, Double.NaN);
    }

    /** Whether a series only rises: a counter, or what is counted of a histogram or a summary. */
    boolean counts(Series series) {
        String name = series.name();
        String family = name.replaceFirst("_(bucket|sum|count)$", "");
        String type = types.getOrDefault(name, types.getOrDefault(family, ""));
        return type.equals("counter")
                || (type.equals("histogram") && !types.containsKey(name))
                || (type.equals("summary") && !name.equals(family));
    }
}
