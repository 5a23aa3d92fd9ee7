package io.joulegram.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import io.joulegram.dashboards.preview.Answers;
import io.joulegram.dashboards.preview.DashboardPreview;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Thirty days of ten hosts and four models in a Prometheus, and how long it takes over every query of every panel: all of
 * it as range, and in as many instants as a panel on a screen has. Prints the times; asserts that there is data, that parts
 * add up and that joules per token are the truth, and no time. It is not among the tests; {@code docs/performance.md} has the
 * command that runs it.
 */
class HistoryBenchmark {
    private static final int DAYS = Integer.getInteger("history.days", 30);
    private static final int HOSTS = Integer.getInteger("history.hosts", 10);
    private static final int STEP_SECONDS = Integer.getInteger("history.step", 60);
    private static final int REPEATS = Integer.getInteger("history.repeats", 3);
    private static final int POINTS = 700;
    private static final String FIRST_HOST = FleetHistory.instance(0);
    private static final long OBSERVED_MILLIS = 60_000;

    /** One query and how long it took, the median of some times. */
    private record Timed(String what, double millis, boolean instant) {}

    @TempDir
    Path directory;

    @Test
    void timesEveryPanelOverThirtyDays() throws Exception {
        FleetHistory history = history();
        long end = System.currentTimeMillis();
        long begin = end - DAYS * 86_400_000L;
        int port = Daemon.freePort();
        try (Daemon prometheus = prometheus(port)) {
            long startNanos = System.nanoTime();
            long samples = history.write(new RemoteWrite(prometheus.address()), begin, STEP_SECONDS);
            System.out.printf(
                    Locale.ROOT,
                    "history: %d hosts, %d series, a sample every %d s for %d days: %d samples written in %.0f s%n",
                    HOSTS,
                    history.series(),
                    STEP_SECONDS,
                    DAYS,
                    samples,
                    (System.nanoTime() - startNanos) / 1e9);
            long steps = DAYS * 86_400L / STEP_SECONDS;
            double lastSeconds = begin / 1e3 + steps * STEP_SECONDS;
            time(prometheus, lastSeconds);
            check(prometheus, lastSeconds, history);
            draw(prometheus, lastSeconds);
        }
    }

    private FleetHistory history() throws Exception {
        Set<String> names = new TreeSet<>();
        for (DashboardLintTest.Dashboard dashboard : DashboardLintTest.dashboards()) {
            for (JsonNode panel : dashboard.panels()) {
                for (JsonNode target : panel.path("targets")) {
                    Expression.of(target.path("expr").asText()).selectors().forEach(one -> names.add(one.series()));
                }
            }
        }
        try (SimulatedAgent agent = SimulatedAgent.start(directory)) {
            // From the second minute on: what starts up is behind it.
            Thread.sleep(OBSERVED_MILLIS);
            long beginNanos = System.nanoTime();
            Scrape before = scrape(agent);
            Thread.sleep(OBSERVED_MILLIS);
            Scrape after = scrape(agent);
            double elapsed = (System.nanoTime() - beginNanos) / 1e9;
            return new FleetHistory(before, after, elapsed, names, HOSTS, DAYS * 86_400.0);
        }
    }

    private static Scrape scrape(SimulatedAgent agent) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + agent.address() + "/metrics"))
                .build();
        return Scrape.of(HttpClient.newHttpClient()
                .send(request, BodyHandlers.ofString())
                .body());
    }

    private Daemon prometheus(int port) throws Exception {
        Path configuration = Files.writeString(directory.resolve("prometheus.yml"), "scrape_configs: []\n");
        return Daemon.start(
                directory.resolve("prometheus.log"),
                port,
                List.of(
                        Programs.prometheus().toString(),
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + directory.resolve("tsdb"),
                        "--storage.tsdb.retention.time=" + (DAYS + 10) + "d",
                        "--web.enable-remote-write-receiver",
                        "--web.listen-address=127.0.0.1:" + port));
    }

    private static void time(Daemon prometheus, double end) throws Exception {
        List<Timed> times = new ArrayList<>();
        List<String> without = new ArrayList<>();
        for (DashboardLintTest.Dashboard dashboard : DashboardLintTest.dashboards()) {
            for (JsonNode panel : dashboard.panels()) {
                for (JsonNode target : panel.path("targets")) {
                    String what = dashboard + ": " + panel.path("title").asText() + " "
                            + target.path("refId").asText();
                    boolean instant = target.path("instant").asBoolean();
                    String query = substituted(target.path("expr").asText().replace("$instance", instances(dashboard)));
                    double[] millis = new double[REPEATS];
                    for (int i = 0; i < REPEATS; i++) {
                        long beginNanos = System.nanoTime();
                        QueryResult result = instant
                                ? QueryResult.at(prometheus, query, end)
                                : QueryResult.over(prometheus, query, end - DAYS * 86_400.0, end, step());
                        millis[i] = (System.nanoTime() - beginNanos) / 1e6;
                        if (i == 0 && !result.hasData()) {
                            without.add(what);
                        }
                    }
                    Arrays.sort(millis);
                    times.add(new Timed(what, millis[REPEATS / 2], instant));
                }
            }
        }
        times.sort(Comparator.comparingDouble(Timed::millis).reversed());
        System.out.printf(
                Locale.ROOT,
                "history: %d queries, median %.0f ms, %d of more than 1 s; the slowest:%n",
                times.size(),
                times.get(times.size() / 2).millis(),
                times.stream().filter(timed -> timed.millis() > 1000).count());
        for (Timed timed : times.subList(0, Math.min(25, times.size()))) {
            System.out.printf(
                    Locale.ROOT,
                    "history: %6.0f ms %s %s%n",
                    timed.millis(),
                    timed.instant() ? "(instant)" : "(range)",
                    timed.what());
        }
        assertThat(without).isEmpty();
    }

    private static int step() {
        return Math.max(STEP_SECONDS, DAYS * 86_400 / POINTS);
    }

    /** Those that a dashboard shows at first. */
    private static String instances(DashboardLintTest.Dashboard dashboard) {
        boolean all = dashboard.variables().stream()
                .filter(variable -> variable.path("name").asText().equals("instance"))
                .allMatch(variable -> variable.path("includeAll").asBoolean());
        return all ? ".*" : FIRST_HOST;
    }

    private static String substituted(String expression) {
        return expression
                .replace("$__rate_interval", Math.max(step() + STEP_SECONDS, 4 * STEP_SECONDS) + "s")
                .replace("$__range", DAYS * 86_400 + "s")
                .replaceAll("\"\\$[a-z]+\"", "\".*\"");
    }

    private static void check(Daemon prometheus, double end, FleetHistory history) throws Exception {
        JsonNode panel = DashboardLintTest.Dashboard.read(Path.of("grafana", "joulegram-overview.json"))
                .panels()
                .get(0);
        double shown = QueryResult.at(
                        prometheus, substituted(panel.at("/targets/0/expr").asText()), end)
                .value();
        double truth = history.joulesPerToken().orElseThrow();
        System.out.printf(Locale.ROOT, "history: J/token %.5f, truth %.5f%n", shown, truth);
        assertThat(shown).isCloseTo(truth, withinPercentage(1));
        String range = DAYS * 86_400 + "s";
        double whole = QueryResult.at(
                        prometheus, "sum(increase(joulegram_facility_energy_joules_total[" + range + "]))", end)
                .value();
        double parts = QueryResult.at(
                        prometheus,
                        "sum(increase(joulegram_model_energy_joules_total[" + range + "]))"
                                + " + sum(increase(joulegram_unattributed_energy_joules_total[" + range + "]))",
                        end)
                .value();
        assertThat(parts / whole).isCloseTo(1, within(1e-3));
    }

    private static void draw(Daemon prometheus, double end) throws Exception {
        Path pictures = Files.createDirectories(Path.of("target", "history"));
        for (DashboardLintTest.Dashboard dashboard : DashboardLintTest.dashboards()) {
            String picture = new DashboardPreview(dashboard.json())
                    .draw(new Answers(prometheus.address()), end, DAYS * 86_400.0, STEP_SECONDS);
            Files.writeString(pictures.resolve(dashboard.json().path("uid").asText() + ".svg"), picture);
        }
    }
}
