package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
            boolean ofFamily = sample.getKey().equals(family) || sample.getKey().startsWith(family + "{");
            if (ofFamily && hasAll(sample.getKey(), labels)) {
                sum += sample.getValue();
                any = true;
            }
        }
        return any ? OptionalDouble.of(sum) : OptionalDouble.empty();
    }

    /** The value of a label of the first sample of a family. */
    String label(String family, String label) {
        Pattern pattern = Pattern.compile("^" + family + "\\{.*\\b" + label + "=\"([^\"]*)\"");
        return samples.keySet().stream()
                .map(pattern::matcher)
                .filter(Matcher::find)
                .map(found -> found.group(1))
                .findFirst()
                .orElseThrow();
    }

    /** Whether every sample of the agent's figures is a number that is not below 0. */
    void assertSane() {
        samples.forEach((sample, value) -> {
            if (sample.startsWith("joulegram_") && !sample.startsWith("joulegram_energy_divergence_ratio")) {
                assertThat(value).as(sample).isFinite().isNotNegative();
            }
        });
    }

    /** Whether models, what is nobody's and what is not yet told apart make up all energy, to the last digit shown. */
    void assertConserved() {
        double parts = sum("joulegram_model_energy_joules_total")
                + sum("joulegram_unattributed_energy_joules_total")
                + sum("joulegram_pending_energy_joules")
                + sum("joulegram_retired_energy_joules_total");
        assertThat(parts).isCloseTo(sum("joulegram_facility_energy_joules_total"), within(1e-4));
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
