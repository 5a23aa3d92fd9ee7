package io.joulegram.tokens;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A series: the name of its samples and its labels. */
record SeriesId(String metric, Map<String, String> labels) {
    private static final int LONGEST_TEXT = 200;

    SeriesId {
        labels = Map.copyOf(labels);
    }

    /** A label's value; empty if the series does not have it, which Prometheus takes for the same. */
    String label(String name) {
        return labels.getOrDefault(name, "");
    }

    /** This series with one more label, or another value of one. */
    SeriesId with(String name, String value) {
        Map<String, String> more = new HashMap<>(labels);
        more.put(name, value);
        return new SeriesId(metric, more);
    }

    /** What this series has in common with those that differ in these labels only. */
    SeriesId without(Set<String> names) {
        if (labels.keySet().stream().noneMatch(names::contains)) {
            return this;
        }
        Map<String, String> kept = new HashMap<>(labels);
        kept.keySet().removeAll(names);
        return new SeriesId(metric, kept);
    }

    /** As an exposition would write it, labels in order; cut off where it is too long for a message. */
    @Override
    public String toString() {
        String whole = new TreeMap<>(labels)
                .entrySet().stream()
                        .map(label -> label.getKey() + "=\"" + printable(label.getValue()) + "\"")
                        .collect(Collectors.joining(",", metric + "{", "}"));
        return whole.length() <= LONGEST_TEXT ? whole : whole.substring(0, LONGEST_TEXT) + "...";
    }

    private static String printable(String value) {
        return value.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("\n", "\\n")
                .replaceAll("\\p{Cntrl}", "?");
    }
}
