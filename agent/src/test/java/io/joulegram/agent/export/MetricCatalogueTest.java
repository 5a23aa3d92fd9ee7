package io.joulegram.agent.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.MadePart;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Names, types and labels are a contract: dashboards, alerts and other people's queries hang on them. */
class MetricCatalogueTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "metrics.md");

    @Test
    void namesTypesAndLabelsAreFrozen() throws IOException {
        try (InputStream golden = getClass().getResourceAsStream("metrics.csv")) {
            assertThat(golden).isNotNull();
            List<String> frozen = new String(golden.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();

            assertThat(Arrays.stream(MetricCatalogue.values())
                            .map(metric -> String.join(
                                    ",", metric.metricName(), metric.typeName(), String.join(" ", metric.labels()))))
                    .containsExactlyInAnyOrderElementsOf(frozen);
        }
    }

    @Test
    void theManualTellsTheSame() throws IOException {
        MadePart.assertUpToDate(
                "metrics.md",
                "measured series",
                Stream.concat(
                                Stream.of("| name | type | labels | unit | meaning |", "|---|---|---|---|---|"),
                                Arrays.stream(MetricCatalogue.values()).map(MetricCatalogueTest::row))
                        .toList());
        List<String> rows = Files.readString(DOCUMENT)
                .lines()
                .filter(line -> line.startsWith("| `joulegram_"))
                // Held by OwnMeterRows, as they are of meters that the catalogue does not have.
                .filter(line -> !line.startsWith("| `joulegram_http_") && !line.startsWith("| `joulegram_otlp_"))
                .toList();

        assertThat(rows)
                .containsExactlyElementsOf(Arrays.stream(MetricCatalogue.values())
                        .map(MetricCatalogueTest::row)
                        .toList());
    }

    @Test
    void theManualTellsOfEveryLabel() throws IOException {
        String text = Files.readString(DOCUMENT);
        String table = text.substring(text.indexOf("## Labels"), text.indexOf("## Joules and grams"));
        Set<String> told = Pattern.compile("(?m)^\\| (.*?) \\|")
                .matcher(table)
                .results()
                .flatMap(
                        row -> Pattern.compile("`(\\w+)`").matcher(row.group(1)).results())
                .map(label -> label.group(1))
                .collect(Collectors.toSet());

        assertThat(Arrays.stream(MetricCatalogue.values()).flatMap(metric -> metric.labels().stream()))
                .allMatch(told::contains);
    }

    @Test
    void namesKeepToTheConventionsOfPrometheus() {
        Set<String> derivedUnits = Set.of("kilo", "milli", "micro", "watt_hours", "percent", "kwh");
        for (MetricCatalogue metric : MetricCatalogue.values()) {
            assertThat(metric.metricName()).matches("joulegram_[a-z0-9_]+");
            assertThat(metric.metricName().endsWith("_total"))
                    .as(metric.metricName())
                    .isEqualTo(metric.typeName().equals("counter"));
            assertThat(metric.help()).endsWith(".");
            assertThat(metric.unit()).isNotBlank();
            if (metric != MetricCatalogue.GRID_CARBON_INTENSITY_GRAMS_PER_KWH) {
                assertThat(derivedUnits).noneMatch(metric.metricName().toLowerCase(Locale.ROOT)::contains);
            }
        }
    }

    private static String row(MetricCatalogue metric) {
        return "| `%s` | %s | %s | %s | %s |"
                .formatted(
                        metric.metricName(),
                        metric.typeName(),
                        metric.labels().isEmpty() ? "" : "`" + String.join("`, `", metric.labels()) + "`",
                        metric.unit(),
                        metric.help());
    }
}
