package io.joulegram.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.joulegram.dashboards.QueryResult.Point;
import io.joulegram.dashboards.preview.Answers;
import io.joulegram.dashboards.preview.DashboardPreview;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The agent, scraped by Prometheus with the rules that are shipped, its alerts sent by Alertmanager. Debian's packages
 * prometheus and prometheus-alertmanager have the programs.
 */
class StackIT {
    /** Of the time range, and of how much is looked at: what the burst and the wave around it take. */
    private static final int RANGE_SECONDS = 25;

    private static final int SETTLED_SECONDS = 5;

    private static final int LOOK_BACK_SECONDS = 45;

    /** What need not happen in the time that is looked at; that the query is answered is enough. */
    private static final Set<String> EVENTS =
            Set.of("Budget begins anew", "Intensity from another provider", "Energy from another source");

    /** What is known only after some minutes of work. */
    private static final List<String> LEARNED = List.of(
            "joulegram_phase_fit_energy_per_token_joules",
            "joulegram_phase_fit_r2_ratio",
            "joulegram_phase_fit_condition_ratio");

    /** Over how long a recorded rate is here; see {@link HistoryRules#hastenedFile}. */
    private static final int RECORDED_RATE_SECONDS = 5;

    @TempDir
    static Path directory;

    private static final List<AutoCloseable> STARTED = new ArrayList<>();
    private static SimulatedAgent agent;
    private static Webhook webhook;
    private static Daemon prometheus;

    @BeforeAll
    static void start() throws Exception {
        Path prometheusProgram = Programs.prometheus();
        Path alertmanagerProgram = Programs.alertmanager();
        webhook = started(Webhook.start());
        int alertmanagerPort = Daemon.freePort();
        started(Daemon.start(
                directory.resolve("alertmanager.log"),
                alertmanagerPort,
                List.of(
                        alertmanagerProgram.toString(),
                        "--config.file=" + alertmanagerConfiguration(),
                        "--storage.path=" + directory.resolve("alertmanager"),
                        "--web.listen-address=127.0.0.1:" + alertmanagerPort,
                        "--cluster.listen-address=")));
        agent = started(SimulatedAgent.start(directory));
        int port = Daemon.freePort();
        prometheus = started(Daemon.start(
                directory.resolve("prometheus.log"),
                port,
                List.of(
                        prometheusProgram.toString(),
                        "--config.file=" + prometheusConfiguration(alertmanagerPort),
                        "--storage.tsdb.path=" + directory.resolve("tsdb"),
                        "--web.listen-address=127.0.0.1:" + port)));
        await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> QueryResult.at(
                                prometheus,
                                "sum(rate(joulegram_tokens_total[" + RANGE_SECONDS + "s]))"
                                        + " and on () rate(joulegram_proxy_tenant_co2_grams_total{tenant=\"blue\"}[5s]) > 0"
                                        + " and on () (count_over_time(joulegram_pue_ratio[2m]) > "
                                        + (RANGE_SECONDS + 12) + ")",
                                now())
                        .hasData());
    }

    private static <T extends AutoCloseable> T started(T what) {
        STARTED.add(0, what);
        return what;
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable each : STARTED) {
            each.close();
        }
    }

    private static Path alertmanagerConfiguration() throws Exception {
        return Files.writeString(directory.resolve("alertmanager.yml"), """
                route: {receiver: webhook, group_wait: 0s, group_interval: 1s, group_by: ['...']}
                receivers:
                  - name: webhook
                    webhook_configs: [{url: 'http://127.0.0.1:%d/'}]
                """.formatted(webhook.port()));
    }

    private static Path prometheusConfiguration(int alertmanagerPort) throws Exception {
        return Files.writeString(directory.resolve("prometheus.yml"), """
                global: {scrape_interval: 1s, evaluation_interval: 1s}
                rule_files: ['%s']
                scrape_configs:
                  - job_name: joulegram
                    static_configs: [{targets: ['%s', '%s'], labels: {cluster: test}}]
                  - job_name: joulegram-proxy
                    static_configs: [{targets: ['%s'], labels: {cluster: test}}]
                alerting:
                  alertmanagers:
                    - static_configs: [{targets: ['127.0.0.1:%d']}]
                """.formatted(
                        Files.writeString(directory.resolve("rules.yml"), HistoryRules.hastenedFile()),
                        agent.address(),
                        agent.secondAddress(),
                        agent.proxyAddress(),
                        alertmanagerPort));
    }

    private static double now() {
        return System.currentTimeMillis() / 1e3;
    }

    /** As Grafana does it, with everything chosen. */
    private static String substituted(String expression) {
        return HistoryRules.hastened(expression)
                .replace("$__rate_interval", "10s")
                .replace("$__interval", "10s")
                .replace("$__range", RANGE_SECONDS + "s")
                .replaceAll("\"\\$[a-z]+\"", "\".*\"");
    }

    @Test
    void everyQueryOfEveryPanelHasData() throws Exception {
        double now = now();
        List<String> without = new ArrayList<>();
        int queries = 0;
        for (DashboardLintTest.Dashboard dashboard : DashboardLintTest.dashboards()) {
            for (JsonNode panel : dashboard.panels()) {
                for (JsonNode target : panel.path("targets")) {
                    queries++;
                    String query = substituted(target.path("expr").asText());
                    QueryResult result = target.path("instant").asBoolean()
                            ? QueryResult.at(prometheus, query, now)
                            : QueryResult.over(prometheus, query, now, LOOK_BACK_SECONDS);
                    if (!result.hasData() && !isLearned(target)) {
                        without.add(dashboard + ": " + panel.path("title").asText() + ": " + query);
                    }
                }
            }
        }
        System.out.printf("%d queries of panels had data%n", queries - without.size());
        assertThat(without).isEmpty();
        assertThat(QueryResult.at(prometheus, "max(joulegram_phase_fit_windows)", now)
                        .value())
                .as("windows of work, of which the first fit needs sixty")
                .isLessThan(60);
    }

    private static boolean isLearned(JsonNode target) {
        return LEARNED.stream().anyMatch(target.path("expr").asText()::contains);
    }

    @Test
    void everyDashboardIsDrawn() throws Exception {
        Answers answers = new Answers(prometheus.address());
        for (DashboardLintTest.Dashboard dashboard : DashboardLintTest.dashboards()) {
            String picture = new DashboardPreview(dashboard.json(), Map.of("instance", agent.address()))
                    .draw(answers, now(), LOOK_BACK_SECONDS, 1);
            for (JsonNode panel : dashboard.panels()) {
                assertThat(picture).contains(">" + panel.path("title").asText() + "<");
            }
            long empty = dashboard.panels().stream()
                    .filter(panel -> panel.path("targets").valueStream().allMatch(StackIT::isLearned))
                    .count();
            assertThat(picture.split(">" + DashboardPreview.NO_DATA + "<", -1).length - 1L)
                    .as(dashboard + ": panels without data")
                    .isEqualTo(empty);
            assertThat(picture).contains(DashboardPreview.LABEL);
            Files.writeString(
                    Files.createDirectories(Path.of("target", "pictures"))
                            .resolve(dashboard.json().path("uid").asText() + ".svg"),
                    picture);
        }
    }

    @Test
    void annotationsAreAnswered() throws Exception {
        for (DashboardLintTest.Dashboard dashboard : DashboardLintTest.dashboards()) {
            for (JsonNode annotation : dashboard.json().at("/annotations/list")) {
                String name = annotation.path("name").asText();
                String query = substituted(annotation.path("expr").asText());
                QueryResult result = QueryResult.over(prometheus, query, now(), LOOK_BACK_SECONDS);
                assertThat(result.hasData() || EVENTS.contains(name)).as(name).isTrue();
                if (query.endsWith(" > 0")) {
                    String always = query.substring(0, query.length() - 4);
                    assertThat(QueryResult.over(prometheus, always, now(), LOOK_BACK_SECONDS)
                                    .hasData())
                            .as(name)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void variablesHaveChoices() throws Exception {
        for (DashboardLintTest.Dashboard dashboard : DashboardLintTest.dashboards()) {
            for (JsonNode variable : dashboard.variables()) {
                String query = variable.at("/query/query").asText();
                if (query.startsWith("label_values(")) {
                    String selector = query.substring("label_values(".length(), query.lastIndexOf(", "));
                    String label = query.substring(query.lastIndexOf(", ") + 2, query.length() - 1);
                    String counted = "count by (" + label + ") (" + substituted(selector) + ")";
                    QueryResult choices = QueryResult.at(prometheus, counted, now());
                    assertThat(choices.series())
                            .as(counted)
                            .isNotEmpty()
                            .allMatch(choice ->
                                    !choice.at("/metric/" + label).asText().isEmpty());
                }
            }
        }
    }

    /** The engines tell what they have truly taken, so what the tokens in the panel's range took is known to a step of a batch. */
    @Test
    void joulesPerTokenOfThePanelAreTheTruth() throws Exception {
        double now = now();
        String expression = expression("overview", "Energy per output token, loaded", "A");
        double shown = QueryResult.at(prometheus, substituted(expression.replace("$instance", agent.address())), now)
                .value();

        assertTrue(shown, trueJoulesPerToken(now), 1);
    }

    /** The second host draws what the first does; its agent reads the counters at instants of its own, up to a second apart. */
    @Test
    void joulesPerTokenOfADeploymentAreThoseOfAllItsHosts() throws Exception {
        double now = now();
        String expression = expression("models", "Energy per output token of deployments", "A");
        double shown = QueryResult.at(
                        prometheus, substituted(expression.replace("$__interval", RANGE_SECONDS + "s")), now)
                .value();

        assertTrue(shown, 2 * trueJoulesPerToken(now), 4);
        assertThat(QueryResult.at(prometheus, "joulegram_tokens_total{instance=\"" + agent.secondAddress() + "\"}", now)
                        .series())
                .isEmpty();
        assertThat(sum("models", "Servers of deployments", "A", now)).isEqualTo(2);
        double energy = sum("models", "Models", "E", now);
        assertThat(energy).isPositive();
        assertThat(sum("models", "Servers of deployments", "B", now)).isCloseTo(energy, withinPercentage(1e-6));
    }

    private static void assertTrue(double shown, double expected, double percent) {
        System.out.printf(
                "J/token of the panel %.4f, truth %.4f: error %.3f %%%n",
                shown, expected, 100 * (shown / expected - 1));
        assertThat(shown).isCloseTo(expected, withinPercentage(percent));
    }

    private static double trueJoulesPerToken(double now) throws Exception {
        // What each recorded rate of the range is of.
        QueryResult recorded = QueryResult.at(
                prometheus,
                "cluster_job_instance_server_model_kind:joulegram_tokens:rate5m{kind=\"generation\"}[" + RANGE_SECONDS
                        + "s]",
                now);
        double joules = 0;
        double generated = 0;
        for (Point rate : recorded.points()) {
            QueryResult tokens = QueryResult.at(
                    prometheus,
                    "joulegram_tokens_total{kind=\"generation\"}[" + RECORDED_RATE_SECONDS + "s]",
                    rate.atSeconds());
            ScrapedCounter seen = new ScrapedCounter(tokens.points()).seenBy(rate, RECORDED_RATE_SECONDS);
            joules += agent.joulesWhileTokensWent(seen.first(), seen.last()) * 1.2;
            generated += seen.last() - seen.first();
        }
        return joules / generated;
    }

    /** A rule sees what was scraped by then, a query of the past also what came a moment later. */
    @Test
    void whatIsRecordedIsWhatTheCountersTell() throws Exception {
        double now = now();
        for (HistoryRules.Rule rule : HistoryRules.read()) {
            double recorded = QueryResult.at(
                            prometheus, "sum(avg_over_time(" + rule.record() + "[" + RANGE_SECONDS + "s]))", now)
                    .value();
            double counted = QueryResult.at(
                            prometheus,
                            "avg_over_time(sum(" + rule.expressionOver(RECORDED_RATE_SECONDS) + ")[" + RANGE_SECONDS
                                    + "s:1s])",
                            now)
                    .value();
            System.out.printf("%s: %.5g recorded, %.5g counted%n", rule.record(), recorded, counted);
            assertThat(recorded).as(rule.record()).isCloseTo(counted, withinPercentage(5));
            if (!rule.record().contains("unattributed")) {
                assertThat(recorded).as(rule.record()).isPositive();
            }
        }
    }

    /** What different panels tell of one and the same energy, at one instant. */
    @Test
    void partsOfPanelsAddUpToTheWhole() throws Exception {
        // A scrape and what rules make of it come after their time stamp: by now all up to then are there.
        double now = now() - SETTLED_SECONDS;
        assertThat(sum("meter", "Conservation", "A", now)).isCloseTo(0, within(0.01));

        double energy = sum("fleet", "Energy", "A", now);
        assertThat(energy).isPositive();
        assertThat(sum("overview", "Energy by component", "A", now)).isCloseTo(energy, withinPercentage(1e-6));

        double grams = sum("carbon", "Operational and embodied", "A", now);
        assertThat(grams).isPositive();
        assertThat(sum("carbon", "By component", "A", now)).isCloseTo(grams, withinPercentage(1e-6));
        assertThat(sum("fleet", "CO₂e by cluster", "A", now)).isCloseTo(grams, withinPercentage(1e-6));
        assertThat(sum("overview", "CO₂e by scope", "A", now)).isCloseTo(grams, withinPercentage(1e-6));

        double phases = sum("models", "Power by phase", "A", now);
        assertThat(phases).isPositive();
        assertThat(sum("overview", "Where the energy goes", "A", now)).isCloseTo(phases, withinPercentage(1e-6));

        assertThat(sum("workloads", "Conservation of workloads", "A", now)).isCloseTo(0, within(0.01));
        double workloads = sum("workloads", "Power by workload", "A", now);
        assertThat(workloads).isPositive();
        assertThat(sum("workloads", "Power by what the division rests on", "A", now))
                .isCloseTo(workloads, withinPercentage(1e-6));

        double requests = sum("proxy", "Energy of requests", "A", now);
        assertThat(requests).isPositive();
        assertThat(sum("proxy", "Tenants", "D", now)).isCloseTo(requests, withinPercentage(1e-6));

        double watts = sum("overview", "Facility power by component", "A", now);
        assertThat(sum("fleet", "Power by host", "A", now)).isCloseTo(watts, withinPercentage(1e-6));
    }

    /** The sum of all series that a query of a panel gives at an instant. */
    private static double sum(String dashboard, String title, String refId, double now) throws Exception {
        String expression = substituted(expression(dashboard, title, refId));
        return QueryResult.at(prometheus, "sum(" + expression + ")", now).value();
    }

    private static String expression(String dashboard, String title, String refId) {
        JsonNode panels = DashboardLintTest.Dashboard.read(Path.of("grafana", "joulegram-" + dashboard + ".json"))
                .json()
                .path("panels");
        for (JsonNode panel : panels) {
            for (JsonNode target : panel.path("targets")) {
                if (panel.path("title").asText().equals(title)
                        && target.path("refId").asText().equals(refId)) {
                    return target.path("expr").asText();
                }
            }
        }
        throw new AssertionError(dashboard + ": no panel " + title);
    }

    @Test
    void everyRuleIsEvaluatedAndEveryRecordHasData() throws Exception {
        JsonNode groups = json(prometheus.get("api/v1/rules")).at("/data/groups");
        List<String> records = new ArrayList<>();
        for (JsonNode group : groups) {
            for (JsonNode rule : group.path("rules")) {
                assertThat(rule.path("health").asText()).as(rule.toString()).isEqualTo("ok");
                String name = rule.path("name").asText();
                // That of six hours is recorded from a token a second on, which less than a minute need not reach.
                if (rule.path("type").asText().equals("recording") && !name.endsWith("6h")) {
                    records.add(name);
                }
            }
        }
        assertThat(records).hasSizeGreaterThan(8);
        for (String record : records) {
            assertThat(QueryResult.over(prometheus, record, now(), LOOK_BACK_SECONDS)
                            .hasData())
                    .as(record)
                    .isTrue();
        }
    }

    @Test
    void anExhaustedBudgetReachesTheWebhook() throws Exception {
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        webhook.bodies().stream().anyMatch(body -> body.contains("JoulegramCarbonBudgetExhausted")));
        JsonNode alert = webhook.bodies().stream()
                .filter(body -> body.contains("JoulegramCarbonBudgetExhausted"))
                .findFirst()
                .map(StackIT::json)
                .orElseThrow()
                .at("/alerts/0");

        assertThat(alert.path("status").asText()).isEqualTo("firing");
        assertThat(alert.at("/labels/budget").asText()).isEqualTo("tiny");
        assertThat(alert.at("/labels/severity").asText()).isEqualTo("critical");
        assertThat(alert.at("/annotations/summary").asText())
                .isEqualTo("Carbon budget tiny on " + agent.address() + " is exhausted");
        assertThat(alert.at("/annotations/runbook_url").asText()).contains("budget-exhausted");
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (IOException e) {
            throw new IllegalStateException(text, e);
        }
    }
}
