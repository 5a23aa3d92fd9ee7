package io.joulegram.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.joulegram.dashboards.Expression.Selector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OverviewDashboardTest {
    private static final Path FILE = Path.of("grafana", "joulegram-overview.json");
    private static final Pattern LEGEND_LABEL = Pattern.compile("\\{\\{(\\w+)}}");
    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.*), (\\w+)\\)");

    /** Units of Grafana (categories.mjs of @grafana/data), and the prefixes of units of one's own. */
    private static final Set<String> UNITS = Set.of("watt", "kwatth", "percentunit", "s", "short", "none");

    private static final Pattern OWN_UNIT = Pattern.compile("(si:|suffix: ).+");

    private final Contract contract = Contract.read();
    private JsonNode dashboard;

    @BeforeEach
    void parse() throws IOException {
        dashboard = new ObjectMapper()
                .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                .readTree(Files.readString(FILE));
    }

    @Test
    void itIsADashboardOfGrafana11() {
        assertThat(dashboard.path("schemaVersion").asInt()).isGreaterThanOrEqualTo(39);
        assertThat(dashboard.path("uid").asText()).isNotEmpty().hasSizeLessThanOrEqualTo(40);
        assertThat(dashboard.path("title").asText()).isNotEmpty();
        // Keys of an export for sharing, which ask for a data source at import that the variable asks for already.
        assertThat(dashboard.has("__inputs") || dashboard.has("__requires")).isFalse();
        assertThat(dashboard.path("id").isMissingNode()).isTrue();
    }

    @Test
    void panelsHaveIdsAndPlacesOfTheirOwn() {
        Set<Integer> ids = new HashSet<>();
        Set<String> cells = new HashSet<>();
        for (JsonNode panel : dashboard.path("panels")) {
            assertThat(ids.add(panel.path("id").asInt()))
                    .as("id of %s", title(panel))
                    .isTrue();
            JsonNode place = panel.path("gridPos");
            int right = place.path("x").asInt() + place.path("w").asInt();
            int bottom = place.path("y").asInt() + place.path("h").asInt();
            assertThat(right).as("right edge of %s", title(panel)).isBetween(1, 24);
            for (int x = place.path("x").asInt(); x < right; x++) {
                for (int y = place.path("y").asInt(); y < bottom; y++) {
                    assertThat(cells.add(x + "," + y))
                            .as("%s at %d,%d", title(panel), x, y)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void everyPanelTellsWhatItShowsAndInWhichUnit() {
        assertThat(panels()).hasSizeGreaterThan(10).allSatisfy(panel -> {
            assertThat(panel.path("title").asText()).isNotEmpty();
            assertThat(panel.path("description").asText()).as(title(panel)).isNotEmpty();
            String unit = panel.at("/fieldConfig/defaults/unit").asText();
            assertThat(UNITS.contains(unit) || OWN_UNIT.matcher(unit).matches())
                    .as("unit %s of %s", unit, title(panel))
                    .isTrue();
        });
    }

    @Test
    void everythingComesFromTheChosenDataSource() {
        for (JsonNode panel : panels()) {
            assertThat(panel.at("/datasource/uid").asText()).as(title(panel)).isEqualTo("${datasource}");
            for (JsonNode target : panel.path("targets")) {
                assertThat(target.at("/datasource/uid").asText())
                        .as(title(panel))
                        .isEqualTo("${datasource}");
            }
        }
        assertThat(variables())
                .extracting(variable -> variable.path("name").asText())
                .containsExactly("datasource", "job", "instance", "model");
        assertThat(variables())
                .filteredOn(variable -> variable.path("type").asText().equals("query"))
                .allSatisfy(variable ->
                        assertThat(variable.at("/datasource/uid").asText()).isEqualTo("${datasource}"));
    }

    @Test
    void everyQueryUsesPublishedMetricsAndLabelsOfTheChosenInstances() {
        for (JsonNode panel : panels()) {
            for (JsonNode target : panel.path("targets")) {
                Expression expression = Expression.of(target.path("expr").asText());
                assertThat(expression.selectors()).as(title(panel)).isNotEmpty();
                Set<String> known = new HashSet<>();
                for (Selector selector : expression.selectors()) {
                    Set<String> labels = labelsOf(selector, title(panel));
                    assertThat(selector.labels())
                            .as("%s in %s", selector.series(), title(panel))
                            .contains("job", "instance")
                            .isSubsetOf(labels);
                    known.addAll(labels);
                }
                assertThat(known).as(title(panel)).containsAll(expression.groupingLabels());
                assertThat(known).as(title(panel)).containsAll(legendLabels(target));
            }
        }
    }

    @Test
    void variablesAskForPublishedMetricsAndLabels() {
        for (JsonNode variable : variables()) {
            Matcher query = LABEL_VALUES.matcher(variable.at("/query/query").asText());
            if (variable.path("type").asText().equals("query")) {
                assertThat(query.matches()).as(variable.path("name").asText()).isTrue();
                Selector selector = Expression.of(query.group(1)).selectors().get(0);
                assertThat(labelsOf(selector, "variable"))
                        .contains(query.group(2))
                        .containsAll(selector.labels());
            }
        }
    }

    @Test
    void ratesFollowTheResolutionOfTheGraph() {
        for (JsonNode panel : panels()) {
            boolean overTime = panel.path("type").asText().equals("timeseries");
            for (JsonNode target : panel.path("targets")) {
                String expression = target.path("expr").asText();
                assertThat(expression.replace("[$__rate_interval]", "").replace("[$__range]", ""))
                        .as(title(panel))
                        .doesNotContain("[");
                assertThat(expression).as(title(panel)).doesNotContain(overTime ? "$__range" : "$__rate_interval");
            }
        }
    }

    @Test
    void quotientsOfTokensAreRatiosOfSumsAndAbsentWithoutTokens() {
        for (JsonNode panel : panels()) {
            for (JsonNode target : panel.path("targets")) {
                String expression = target.path("expr").asText();
                assertThat(expression).as(title(panel)).doesNotContain("avg", "rate(sum");
                int division = expression.indexOf(" / ");
                if (division >= 0 && expression.indexOf("joulegram_tokens_total", division) >= 0) {
                    assertThat(expression).as(title(panel)).endsWith(" > 0)");
                }
            }
        }
    }

    private Set<String> labelsOf(Selector selector, String where) {
        assertThat(contract.labels(selector.series()))
                .as("%s, used in %s", selector.series(), where)
                .isPresent();
        return contract.labels(selector.series()).orElseThrow();
    }

    private static Set<String> legendLabels(JsonNode target) {
        Set<String> labels = new HashSet<>();
        Matcher matcher = LEGEND_LABEL.matcher(target.path("legendFormat").asText());
        while (matcher.find()) {
            labels.add(matcher.group(1));
        }
        return labels;
    }

    private List<JsonNode> variables() {
        List<JsonNode> variables = new ArrayList<>();
        dashboard.at("/templating/list").forEach(variables::add);
        return variables;
    }

    private List<JsonNode> panels() {
        List<JsonNode> panels = new ArrayList<>();
        dashboard.path("panels").forEach(panels::add);
        panels.removeIf(panel -> panel.path("type").asText().equals("row"));
        return panels;
    }

    private static String title(JsonNode panel) {
        return panel.path("title").asText();
    }
}
