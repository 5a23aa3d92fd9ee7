package io.joulegram.agent.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.export.MetricCatalogue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class UcumTest {
    private static final Map<String, String> WORDS = Map.of(
            "s", "seconds", "J", "joules", "W", "watts", "g", "grams", "By", "bytes", "Hz", "hertz", "Cel", "celsius",
            "1", "");

    @Test
    void everyUnitOfTheCatalogueIsKnown() {
        Set<String> none = Set.of("1", "0 or 1");
        assertThat(MetricCatalogue.values())
                .allSatisfy(metric -> assertThat(Ucum.of(metric.metricName()).isEmpty())
                        .as(metric.metricName() + " is in " + metric.unit())
                        .isEqualTo(none.contains(metric.unit())));
    }

    @Test
    void namesThatPrometheusMakesOfThemAreTheSameButForThoseThatTheManualNames() throws Exception {
        Map<String, String> changed = new TreeMap<>();
        for (MetricCatalogue metric : MetricCatalogue.values()) {
            String made = prometheusName(metric);
            if (!made.equals(metric.metricName())) {
                changed.put(metric.metricName(), made);
            }
        }

        Map<String, String> told = new TreeMap<>();
        Files.readString(Path.of("..", "docs", "otlp.md"))
                .lines()
                .filter(line -> line.startsWith("| `joulegram_"))
                .map(line -> line.split("`"))
                .forEach(parts -> told.put(parts[1], parts[3]));
        assertThat(changed).isEqualTo(told);
    }

    /** As Prometheus' otlptranslator does it with suffixes: unit, {@code total} of counters, {@code ratio} of gauges in 1. */
    private static String prometheusName(MetricCatalogue metric) {
        List<String> tokens = new ArrayList<>(Arrays.asList(metric.metricName().split("_")));
        String unit = Ucum.of(metric.metricName());
        String[] parts = unit.split("/", 2);
        addUnit(tokens, parts[0], "");
        if (parts.length > 1) {
            addUnit(tokens, parts[1], "per_");
        }
        if (metric.typeName().equals("counter")) {
            tokens.remove("total");
            tokens.add("total");
        }
        if (unit.equals("1") && metric.typeName().equals("gauge")) {
            tokens.remove("ratio");
            tokens.add("ratio");
        }
        return String.join("_", tokens);
    }

    private static void addUnit(List<String> tokens, String unit, String prefix) {
        if (unit.isEmpty() || unit.contains("{")) {
            return;
        }
        String word =
                WORDS.getOrDefault(unit, unit.replaceAll("[^A-Za-z0-9]+", "_").replaceAll("^_|_$", ""));
        if (!word.isEmpty() && !tokens.contains(prefix + word)) {
            tokens.add(prefix + word);
        }
    }
}
