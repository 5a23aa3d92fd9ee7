package io.joulegram.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.joulegram.dashboards.Expression.Selector;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class RulesTest {
    private static final Path FILE = Path.of("prometheus", "joulegram-rules.yml");
    private static final Path RULE_TESTS = Path.of("src", "test", "promtool", "joulegram-rules-test.yml");

    /** level:metric:operations, see "Recording rules" in Prometheus' best practices. */
    private static final Pattern RECORD_NAME = Pattern.compile("([a-z]+(?:_[a-z]+)*):joulegram_[a-z0-9_]+:[a-z0-9_]+");

    private static final Pattern TEMPLATE_LABEL = Pattern.compile("\\$labels\\.(\\w+)");

    private final Contract contract = Contract.read();
    private final List<Map<String, Object>> recordings = new ArrayList<>();
    private final List<Map<String, Object>> alerts = new ArrayList<>();
    private final Map<String, Set<String>> recordedLabels = new HashMap<>();

    @BeforeEach
    void parse() throws IOException {
        Object root = new Load(
                        LoadSettings.builder().setAllowDuplicateKeys(false).build())
                .loadFromString(Files.readString(FILE));
        for (Object group : list(map(root).get("groups"))) {
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

    /** Only where promtool is installed; everything else here runs without it. */
    @Test
    void promtoolAcceptsTheRulesAndTheirTests() throws Exception {
        assumeTrue(promtoolIsInstalled(), "promtool is not installed");
        promtool("check", "rules", "--lint=all", "--lint-fatal", FILE.toString());
        promtool("test", "rules", RULE_TESTS.toString());
    }

    private static boolean promtoolIsInstalled() {
        String path = System.getenv("PATH");
        return path != null
                && Pattern.compile(":")
                        .splitAsStream(path)
                        .anyMatch(directory -> Files.isExecutable(Path.of(directory, "promtool")));
    }

    private static void promtool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
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
