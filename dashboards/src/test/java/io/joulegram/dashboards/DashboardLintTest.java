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
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DashboardLintTest {
    private static final Pattern LEGEND_LABEL = Pattern.compile("\\{\\{(\\w+)}}");
    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.*), (\\w+)\\)");
    private static final Pattern VARIABLE = Pattern.compile("\\$(?!__)(\\w+)");

    /** Units of Grafana (categories.mjs of @grafana/data), and the prefixes of units of one's own. */
    private static final Set<String> UNITS =
            Set.of("watt", "joule", "kwatth", "masskg", "celsius", "hertz", "percentunit", "s", "short", "none");

    private static final Pattern OWN_UNIT = Pattern.compile("(si:|suffix: ).+");

    /** What a panel may show that has a single metric, as it is, of such a unit. */
    private static final Map<String, Set<String>> UNIT_OF_METRIC = Map.ofEntries(
            Map.entry("watts", Set.of("watt")),
            Map.entry("joules", Set.of("joule", "si:J/token")),
            Map.entry("seconds", Set.of("s")),
            Map.entry("hertz", Set.of("hertz")),
            Map.entry("degrees Celsius", Set.of("celsius")),
            Map.entry("grams", Set.of("si:gCO₂e", "si:gCO₂e/token")),
            Map.entry("grams per token", Set.of("si:gCO₂e/token")),
            Map.entry("joules per token", Set.of("si:J/token")),
            Map.entry("grams per kWh", Set.of("suffix: gCO₂e/kWh")),
            Map.entry("joule seconds", Set.of("suffix: J·s")));

    private static final Pattern METRIC_AS_IT_IS =
            Pattern.compile("(?:(?:max|sum) by \\([^)]*\\) \\()?(joulegram_\\w+)\\{[^{}]*}\\)?");

    /** A function over time, the series that it is of, and the time. */
    private static final Pattern RANGE = Pattern.compile("(\\w+)\\(([\\w:]+)\\{[^{}]*}\\[([^\\]]+)]\\)");

    /** A quotient of series, not one by a number. */
    private static final Pattern RATIO = Pattern.compile(" / (?![0-9])");

    private final Contract contract = Contract.read();

    record Dashboard(Path file, JsonNode json) {
        static Dashboard read(Path file) {
            try {
                return new Dashboard(
                        file,
                        new ObjectMapper()
                                .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                                .readTree(Files.readString(file)));
            } catch (IOException e) {
                throw new IllegalStateException(file.toString(), e);
            }
        }

        List<JsonNode> panels() {
            return StreamSupport.stream(json.path("panels").spliterator(), false)
                    .filter(panel -> !panel.path("type").asText().equals("row"))
                    .toList();
        }

        List<JsonNode> variables() {
            List<JsonNode> variables = new ArrayList<>();
            json.at("/templating/list").forEach(variables::add);
            return variables;
        }

        Set<String> variableNames() {
            Set<String> names = new HashSet<>();
            variables().forEach(variable -> names.add(variable.path("name").asText()));
            return names;
        }

        @Override
        public String toString() {
            return file.getFileName().toString();
        }
    }

    static List<Dashboard> dashboards() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("grafana"))) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .map(Dashboard::read)
                    .toList();
        }
    }

    @Test
    void dashboardsHaveNamesOfTheirOwn() throws IOException {
        assertThat(dashboards())
                .hasSize(8)
                .extracting(dashboard -> dashboard.json().path("uid").asText())
                .doesNotHaveDuplicates();
        assertThat(dashboards())
                .extracting(dashboard -> dashboard.json().path("title").asText())
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void itIsADashboardOfGrafana11(Dashboard dashboard) {
        JsonNode json = dashboard.json();
        assertThat(json.path("schemaVersion").asInt()).isGreaterThanOrEqualTo(39);
        assertThat(json.path("uid").asText()).isNotEmpty().hasSizeLessThanOrEqualTo(40);
        assertThat(json.path("title").asText()).isNotEmpty();
        // Keys of an export for sharing, which ask for a data source at import that the variable asks for already.
        assertThat(json.has("__inputs") || json.has("__requires")).isFalse();
        assertThat(json.path("id").isMissingNode()).isTrue();
        assertThat(json.at("/links/0/tags/0").asText()).isEqualTo("joulegram");
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void panelsHaveIdsAndPlacesOfTheirOwn(Dashboard dashboard) {
        Set<Integer> ids = new HashSet<>();
        Set<String> cells = new HashSet<>();
        for (JsonNode panel : dashboard.json().path("panels")) {
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

    @ParameterizedTest
    @MethodSource("dashboards")
    void everyPanelTellsWhatItShowsAndInWhichUnit(Dashboard dashboard) {
        assertThat(dashboard.panels()).hasSizeGreaterThan(10).allSatisfy(panel -> {
            assertThat(panel.path("title").asText()).isNotEmpty();
            assertThat(panel.path("description").asText()).as(title(panel)).isNotEmpty();
            List<String> units = new ArrayList<>(
                    List.of(panel.at("/fieldConfig/defaults/unit").asText()));
            panel.findValues("overrides")
                    .forEach(overrides -> overrides.forEach(override ->
                            units.add(override.at("/properties/0/value").asText())));
            assertThat(units)
                    .as(title(panel))
                    .allMatch(unit ->
                            UNITS.contains(unit) || OWN_UNIT.matcher(unit).matches());
        });
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void aMetricThatIsShownAsItIsHasItsOwnUnit(Dashboard dashboard) {
        for (JsonNode panel : dashboard.panels()) {
            JsonNode target = panel.at("/targets/0");
            Matcher alone = METRIC_AS_IT_IS.matcher(target.path("expr").asText());
            if (alone.matches() && !panel.path("type").asText().equals("table")) {
                String unit = contract.unit(alone.group(1));
                assertThat(UNIT_OF_METRIC.getOrDefault(unit, Set.of("short", "none", "percentunit")))
                        .as("%s, which shows %s in %s", title(panel), alone.group(1), unit)
                        .contains(panel.at("/fieldConfig/defaults/unit").asText());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void everythingComesFromTheChosenDataSource(Dashboard dashboard) {
        assertThat(dashboard.json().findValues("datasource"))
                .hasSizeGreaterThan(20)
                .allMatch(source -> source.path("uid").asText().equals("${datasource}"));
        for (JsonNode panel : dashboard.panels()) {
            assertThat(panel.has("datasource")).as(title(panel)).isTrue();
            assertThat(panel.path("targets"))
                    .as(title(panel))
                    .isNotEmpty()
                    .allMatch(target -> target.has("datasource"));
        }
        assertThat(dashboard.variables())
                .extracting(variable -> variable.path("name").asText())
                .startsWith("datasource", "cluster", "job", "instance");
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void everyQueryUsesPublishedMetricsAndLabelsOfTheChosenInstances(Dashboard dashboard) {
        for (JsonNode panel : dashboard.panels()) {
            for (JsonNode target : panel.path("targets")) {
                Set<String> known = knownLabels(target.path("expr").asText(), title(panel));
                assertThat(known)
                        .as(title(panel))
                        .containsAll(labelsIn(target.path("legendFormat").asText()));
            }
        }
        for (JsonNode annotation : dashboard.json().at("/annotations/list")) {
            String name = annotation.path("name").asText();
            Set<String> known = knownLabels(annotation.path("expr").asText(), name);
            assertThat(known)
                    .as(name)
                    .containsAll(labelsIn(annotation.path("titleFormat").asText()));
        }
    }

    private Set<String> knownLabels(String text, String where) {
        Expression expression = Expression.of(text);
        assertThat(expression.selectors()).as(where).isNotEmpty();
        Set<String> known = new HashSet<>();
        for (Selector selector : expression.selectors()) {
            Set<String> labels = labelsOf(selector, where);
            assertThat(selector.labels())
                    .as("%s in %s", selector.series(), where)
                    .contains("cluster", "job", "instance")
                    .isSubsetOf(labels);
            known.addAll(labels);
        }
        assertThat(known).as(where).containsAll(expression.groupingLabels());
        return known;
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void variablesAskForPublishedMetricsAndLabelsAndAreUsed(Dashboard dashboard) {
        for (JsonNode variable : dashboard.variables()) {
            Matcher query = LABEL_VALUES.matcher(variable.at("/query/query").asText());
            if (variable.path("type").asText().equals("query")) {
                assertThat(query.matches()).as(variable.path("name").asText()).isTrue();
                Selector selector = Expression.of(query.group(1)).selectors().get(0);
                assertThat(labelsOf(selector, "variable"))
                        .contains(query.group(2))
                        .containsAll(selector.labels());
            }
        }
        Set<String> used = new HashSet<>(Set.of("datasource"));
        for (JsonNode expression : dashboard.json().findValues("expr")) {
            Matcher name = VARIABLE.matcher(expression.asText());
            while (name.find()) {
                used.add(name.group(1));
            }
        }
        assertThat(used).isEqualTo(dashboard.variableNames());
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void ratesFollowTheResolutionOfTheGraph(Dashboard dashboard) {
        for (JsonNode panel : dashboard.panels()) {
            boolean now = panel.at("/targets/0/instant").asBoolean();
            for (JsonNode target : panel.path("targets")) {
                String expression = target.path("expr").asText();
                assertThat(target.path("range").asBoolean()).as(title(panel)).isNotEqualTo(now);
                List<MatchResult> ranges = RANGE.matcher(expression).results().toList();
                assertThat(ranges)
                        .as("%s: %s", title(panel), expression)
                        .hasSize((int)
                                expression.chars().filter(each -> each == '[').count())
                        .allSatisfy(range -> assertThat(range.group(1) + " " + range.group(3))
                                .as(range.group())
                                .isIn(allowedRanges(isRecorded(range.group(2)), now)));
            }
        }
    }

    private static boolean isRecorded(String series) {
        return series.contains(":");
    }

    /** The functions that a counter and a recorded rate may be in, and over which time. */
    private static Set<String> allowedRanges(boolean recorded, boolean now) {
        if (recorded) {
            return now
                    ? Set.of("sum_over_time $__range")
                    : Set.of("sum_over_time $__interval", "avg_over_time $__interval");
        }
        return now
                ? Set.of("increase $__range", "last_over_time $__range")
                : Set.of("rate $__rate_interval", "increase $__rate_interval");
    }

    /** A recorded rate of a minute is one sample, so a sum of them times a minute is what was counted. */
    @ParameterizedTest
    @MethodSource("dashboards")
    void recordedRatesAreSummedMinuteByMinute(Dashboard dashboard) {
        for (JsonNode panel : dashboard.panels()) {
            boolean now = panel.at("/targets/0/instant").asBoolean();
            boolean any = false;
            for (JsonNode target : panel.path("targets")) {
                String expression = target.path("expr").asText();
                List<Selector> recorded = Expression.of(expression).selectors().stream()
                        .filter(Selector::recorded)
                        .toList();
                assertThat(recorded)
                        .as(title(panel))
                        .allMatch(selector -> selector.series().endsWith(":rate5m"))
                        .hasSize((int) RANGE.matcher(expression)
                                .results()
                                .filter(range -> isRecorded(range.group(2)))
                                .count());
                assertThat(target.path("interval").asText())
                        .as(title(panel))
                        .isEqualTo(recorded.isEmpty() || now ? "" : "1m");
                boolean isRatio = RATIO.matcher(expression).find();
                boolean sums = expression.contains("sum_over_time(");
                assertThat(sums && !isRatio).as(title(panel)).isEqualTo(expression.contains(" * 60"));
                assertThat(expression.contains("avg_over_time(") && isRatio)
                        .as("%s: a mean over time has no weight", title(panel))
                        .isFalse();
                any |= !recorded.isEmpty();
            }
            assertThat(panel.at("/fieldConfig/defaults").has("noValue"))
                    .as(title(panel))
                    .isEqualTo(any && !panel.path("type").asText().equals("table"));
            if (any) {
                assertThat(dashboard.json().path("description").asText()).endsWith("Needs the recording rules.");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void quotientsAreRatiosOfSumsAndAbsentWithoutWhatTheyAreDividedBy(Dashboard dashboard) {
        for (JsonNode panel : dashboard.panels()) {
            for (JsonNode target : panel.path("targets")) {
                String expression = target.path("expr").asText();
                assertThat(expression.replace("avg_over_time(", "("))
                        .as(title(panel))
                        .doesNotContain("avg", "rate(sum", "increase(sum");
                int division = expression.indexOf(" / ");
                String divisor = division < 0 ? "" : expression.substring(division);
                if (Stream.of("rate(", "increase(", "_over_time(").anyMatch(divisor::contains)) {
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

    private static Set<String> labelsIn(String format) {
        Set<String> labels = new HashSet<>();
        Matcher matcher = LEGEND_LABEL.matcher(format);
        while (matcher.find()) {
            labels.add(matcher.group(1));
        }
        return labels;
    }

    private static String title(JsonNode panel) {
        return panel.path("title").asText();
    }
}
