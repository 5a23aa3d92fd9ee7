package io.joulegram.agent.acceptance;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** Samples of an exposition, by name and labels as they are written. */
record Metrics(Map<String, Double> samples) {
    static Metrics parse(String text) {
        Map<String, Double> samples = new LinkedHashMap<>();
        text.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            samples.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
        });
        return new Metrics(samples);
    }

    /** The sum of the samples of a family that have these labels, each as {@code name="value"}. */
    double sum(String family, String... labels) {
        return matching(family, labels).orElse(0);
    }

    /** The sum, or empty if there is no such sample. */
    OptionalDouble matching(String family, String... labels) {
        double sum = 0;
        boolean any = false;
        for (Map.Entry<String, Double> sample : samples.entrySet()) {
            if (sample.getKey().startsWith(family + "{") && hasAll(sample.getKey(), labels)) {
                sum += sample.getValue();
                any = true;
            }
        }
        return any ? OptionalDouble.of(sum) : OptionalDouble.empty();
    }

    private static boolean hasAll(String sample, String... labels) {
        for (String label : labels) {
            if (!sample.contains(label)) {
                return false;
            }
        }
        return true;
    }
}
