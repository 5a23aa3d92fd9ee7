package io.joulegram.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.dashboards.Expression.Selector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class RulesTest {
    private static final Path FILE = Path.of("prometheus", "joulegram-rules.yml");
    private static final Path RULE_TESTS = Path.of("src", "test", "promtool");
    private static final Path RUNBOOKS = Path.of("..", "docs", "runbooks");

    /** level:metric:operations, see "Recording rules" in Prometheus' best practices. */
    private static final Pattern RECORD_NAME = Pattern.compile("([a-z]+(?:_[a-z]+)*):joulegram_[a-z0-9_]+:[a-z0-9_]+");

    private static final Pattern LINK = Pattern.compile("]\\(([^)#]+)[^)]*\\)");
    private static final Pattern TEMPLATE_LABEL = Pattern.compile("\\$labels\\.(\\w+)");

    private final Contract contract = Contract.read();
    private final List<Map<String, Object>> recordings = new ArrayList<>();
    private final List<Map<String, Object>> alerts = new ArrayList<>();
    private final Map<String, Set<String>> recordedLabels = new HashMap<>();

    @BeforeEach
    void parse() throws IOException {
        for (Object group : list(map(load(FILE)).get("groups"))) {
            for (Object rule : list(map(group).get("rules"))) {
                (map(rule).containsKey("alert") ? alerts : recordings).add(map(rule));
            }
        }
        for (Map<String, Object> rule : recordings) {
            Matcher name = RECORD_NAME.matcher(text(rule, "record"));
            assertThat(name.matches()).as(text(rule, "record")).isTrue();
            assertThat(recordedLabels.put(name.group(), Set.of(name.group(1).split("_", -1))))
                    .as("second rule for %s", name.group())
                    .isNull();
        }
    }

    @Test
    void thereAreRulesOfBothKinds() {
        assertThat(recordings).isNotEmpty();
        assertThat(alerts)
                .extracting(rule -> text(rule, "alert"))
                .contains("JoulegramSourceDown", "JoulegramSamplesStale", "JoulegramServerDown")
                .doesNotHaveDuplicates();
    }

    @Test
    void everyRuleUsesPublishedOrRecordedMetricsAndTheirLabels() {
        for (Map<String, Object> rule : rules()) {
            Expression expression = Expression.of(text(rule, "expr"));
            assertThat(expression.selectors()).isNotEmpty();
            Set<String> known = new HashSet<>();
            for (Selector selector : expression.selectors()) {
                assertThat(labels(selector)).as(selector.series()).containsAll(selector.labels());
                known.addAll(labels(selector));
            }
            assertThat(known).containsAll(expression.groupingLabels());
        }
    }

    @Test
    void aRecordedNameTellsTheLabelsItIsGroupedBy() {
        for (Map<String, Object> rule : recordings) {
            Expression expression = Expression.of(text(rule, "expr"));
            Set<String> available = new HashSet<>();
            expression.selectors().forEach(selector -> available.addAll(labels(selector)));
            assertThat(available).as(text(rule, "record")).containsAll(recordedLabels.get(text(rule, "record")));
        }
    }

    /** What dashboards take for granted of the series that they sum over time. */
    @Test
    void historyIsRecordedEachMinuteAsSumsOfRates() throws IOException {
        List<HistoryRules.Rule> history = HistoryRules.read();
        assertThat(history).hasSizeGreaterThan(4);
        for (HistoryRules.Rule rule : history) {
            String labels = String.join(", ", rule.record().split(":", -1)[0].split("_", -1));
            assertThat(rule.expression())
                    .matches("sum by \\(" + labels + "\\) \\(rate\\(joulegram_\\w+_total\\[5m]\\)\\)");
            assertThat(rule.record())
                    .startsWith("cluster_job_instance")
                    .isEqualTo(rule.record().split(":", -1)[0]
                            + rule.expression().replaceFirst(".*rate\\(", ":").replaceFirst("_total.*", ":rate5m"));
        }
        for (Object group : list(map(load(FILE)).get("groups"))) {
            if (HistoryRules.GROUP.equals(map(group).get("name"))) {
                assertThat(map(group).get("interval")).isEqualTo(HistoryRules.INTERVAL_SECONDS / 60 + "m");
            }
        }
    }

    @Test
    void everyAlertWaitsHasASeverityAndTellsWhatToDo() {
        for (Map<String, Object> rule : alerts) {
            assertThat(text(rule, "for")).as(text(rule, "alert")).matches("[0-9]+[mh]");
            assertThat(text(map(rule.get("labels")), "severity")).isIn("info", "warning", "critical");
            assertThat(text(map(rule.get("annotations")), "summary")).isNotEmpty();
            assertThat(text(map(rule.get("annotations")), "description")).isNotEmpty();
        }
    }

    @Test
    void annotationsNameLabelsThatTheAlertHas() {
        for (Map<String, Object> rule : alerts) {
            Set<String> known = new HashSet<>();
            Expression.of(text(rule, "expr")).selectors().forEach(selector -> known.addAll(labels(selector)));
            Matcher label =
                    TEMPLATE_LABEL.matcher(map(rule.get("annotations")).values().toString());
            while (label.find()) {
                assertThat(known).as(text(rule, "alert")).contains(label.group(1));
            }
        }
    }

    @Test
    void everyAlertHasARunbookAndEveryRunbookAnAlert() throws IOException {
        Set<String> pages = new TreeSet<>();
        for (Map<String, Object> rule : alerts) {
            String alert = text(rule, "alert");
            String page = page(alert);
            assertThat(text(map(rule.get("annotations")), "runbook_url")).isEqualTo("docs/runbooks/" + page);
            assertThat(Files.readString(RUNBOOKS.resolve(page)))
                    .startsWith("# " + alert + "\n")
                    .contains("**What it means.**", "**Look at**", "**Do**", "**Ends when**");
            assertThat(Files.readString(RUNBOOKS.resolve("README.md")))
                    .contains("| [" + alert + "](" + page + ") | " + text(map(rule.get("labels")), "severity") + " |");
            pages.add(page);
        }
        pages.add("README.md");
        try (Stream<Path> files = Files.list(RUNBOOKS)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrderElementsOf(pages);
        }
    }

    @Test
    void everyLinkOfARunbookLeadsSomewhere() throws IOException {
        try (Stream<Path> files = Files.list(RUNBOOKS)) {
            for (Path file : files.toList()) {
                Matcher link = LINK.matcher(Files.readString(file));
                while (link.find()) {
                    assertThat(RUNBOOKS.resolve(link.group(1)))
                            .as(file.toString())
                            .exists();
                }
            }
        }
    }

    private static String page(String alert) {
        return alert.replaceFirst("^Joulegram", "")
                        .replaceAll("(?<!^)([A-Z])", "-$1")
                        .toLowerCase(Locale.ROOT)
                + ".md";
    }

    /** In one and the same test: not yet, then firing, then over. */
    @Test
    void everyAlertIsSeenToBeginAndToEnd() throws IOException {
        Set<String> seen = new TreeSet<>();
        for (Path file : ruleTests()) {
            for (Object test : list(map(load(file)).get("tests"))) {
                Map<String, StringBuilder> course = new HashMap<>();
                for (Object check : list(map(test).getOrDefault("alert_rule_test", List.of()))) {
                    course.computeIfAbsent(text(map(check), "alertname"), alert -> new StringBuilder())
                            .append(map(check).containsKey("exp_alerts") ? 'x' : '.');
                }
                course.forEach((alert, steps) -> {
                    if (steps.toString().matches("\\.+x+\\.+")) {
                        seen.add(alert);
                    }
                });
            }
        }
        assertThat(alerts).extracting(rule -> text(rule, "alert")).isSubsetOf(seen);
    }

    /** Only where promtool is installed; everything else here runs without it. */
    @Test
    void promtoolAcceptsTheRulesAndTheirTests() throws Exception {
        Path promtool = Programs.promtool();
        Programs.run(promtool, "check", "rules", "--lint=all", "--lint-fatal", FILE.toString());
        for (Path file : ruleTests()) {
            Programs.run(promtool, "test", "rules", file.toString());
        }
    }

    private static List<Path> ruleTests() throws IOException {
        try (Stream<Path> files = Files.list(RULE_TESTS)) {
            return files.sorted().toList();
        }
    }

    private static Object load(Path file) throws IOException {
        return new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build())
                .loadFromString(Files.readString(file));
    }

    private Set<String> labels(Selector selector) {
        if (selector.recorded()) {
            assertThat(recordedLabels).containsKey(selector.series());
            return recordedLabels.getOrDefault(selector.series(), Set.of());
        }
        assertThat(contract.labels(selector.series())).as(selector.series()).isPresent();
        return contract.labels(selector.series()).orElseThrow();
    }

    private List<Map<String, Object>> rules() {
        List<Map<String, Object>> rules = new ArrayList<>(recordings);
        rules.addAll(alerts);
        return rules;
    }

    private static String text(Map<String, Object> rule, String key) {
        assertThat(rule).containsKey(key);
        return String.valueOf(rule.get(key));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object node) {
        assertThat(node).isInstanceOf(Map.class);
        return (Map<String, Object>) node;
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Object node) {
        assertThat(node).isInstanceOf(List.class);
        return (List<Object>) node;
    }
}
