package io.joulegram.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import io.joulegram.dashboards.preview.Answers;
import io.joulegram.dashboards.preview.DashboardPreview;
import java.io.IOException;
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
    private static final int SHOWN = Integer.getInteger("history.shown", 25);
    private static final String FIRST_HOST = FleetHistory.instance(0);
    private static final long OBSERVED_MILLIS = 60_000;

    /** What starts up is over, and there is a fit of what phases cost. */
    private static final long STARTING_MILLIS = Integer.getInteger("history.starting", 420) * 1000L;

    /** Rules are evaluated between two scrapes. */
    private static final long RULES_AFTER_MILLIS = 17_000;

    /** A daily curve moves by two percent of its least in the time of a recorded rate. */
    private static final double CURVE = 3;

    /** One query, how long it took, the median of some times, and how many samples it read. */
    private record Timed(String what, double millis, long samples, boolean instant) {}

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
            Recording recording = new Recording(prometheus, begin);
            long samples = history.write(new RemoteWrite(prometheus.address()), begin, STEP_SECONDS, recording::until);
            System.out.printf(
                    Locale.ROOT,
                    "history: %d hosts, %d series, a sample every %d s for %d days: %d samples written, %d recorded in %.0f s%n",
                    HOSTS,
                    history.series(),
                    STEP_SECONDS,
                    DAYS,
                    samples,
                    recording.samples,
                    (System.nanoTime() - startNanos) / 1e9);
            long steps = DAYS * 86_400L / STEP_SECONDS;
            double lastSeconds = begin / 1e3 + steps * STEP_SECONDS;
            time(prometheus, lastSeconds);
            check(prometheus, lastSeconds, history);
            draw(prometheus, lastSeconds);
        }
    }

    /** What the rules have recorded so far. */
    private static final class Recording {
        private final List<HistoryRules.Rule> rules = HistoryRules.read();
        private final Daemon prometheus;
        private final RemoteWrite to;
        private long nextMillis;
        private long samples;

        Recording(Daemon prometheus, long beginMillis) throws IOException {
            this.prometheus = prometheus;
            to = new RemoteWrite(prometheus.address());
            nextMillis = beginMillis + RULES_AFTER_MILLIS;
        }

        void until(long millis) throws IOException, InterruptedException {
            long interval = HistoryRules.INTERVAL_SECONDS * 1000L;
            if (nextMillis <= millis) {
                samples += HistoryRules.record(rules, prometheus, to, nextMillis, millis);
                nextMillis += ((millis - nextMillis) / interval + 1) * interval;
            }
        }
    }

    private FleetHistory history() throws Exception {
        Set<String> names = new TreeSet<>();
        for (HistoryRules.Rule rule : HistoryRules.read()) {
            Expression.of(rule.expression()).selectors().forEach(one -> names.add(one.series()));
        }
        for (DashboardLintTest.Dashboard dashboard : DashboardLintTest.dashboards()) {
            for (JsonNode panel : dashboard.panels()) {
                for (JsonNode target : panel.path("targets")) {
                    Expression.of(target.path("expr").asText()).selectors().forEach(one -> names.add(one.series()));
                }
            }
        }
        try (SimulatedAgent agent = SimulatedAgent.start(directory)) {
            Thread.sleep(STARTING_MILLIS);
            long beginNanos = System.nanoTime();
            Scrape before = scrape(agent);
            Thread.sleep(OBSERVED_MILLIS);
            Scrape after = scrape(agent);
            double elapsed = (System.nanoTime() - beginNanos) / 1e9;
            return new FleetHistory(before, after, elapsed, names, HOSTS, DAYS * 86_400.0);
        }
    }

    /** Of the agent and of the proxy that its server has, as if both were of one target. */
    private static Scrape scrape(SimulatedAgent agent) throws Exception {
        return Scrape.of(metrics(agent.address()) + metrics(agent.proxyAddress()));
    }

    private static String metrics(String address) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + "/metrics"))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
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
                    long samples = 0;
                    for (int i = 0; i < REPEATS; i++) {
                        long beginNanos = System.nanoTime();
                        QueryResult result = instant
                                ? QueryResult.at(prometheus, query, end)
                                : QueryResult.over(prometheus, query, end - DAYS * 86_400.0, end, step());
                        millis[i] = (System.nanoTime() - beginNanos) / 1e6;
                        samples = result.samples();
                        if (i == 0 && !result.hasData()) {
                            without.add(what);
                        }
                    }
                    Arrays.sort(millis);
                    times.add(new Timed(what, millis[REPEATS / 2], samples, instant));
                }
            }
        }
        times.sort(Comparator.comparingDouble(Timed::millis).reversed());
        System.out.printf(
                Locale.ROOT,
                "history: %d queries, median %.0f ms, %d of more than 1 s, %.0f million samples read; the slowest:%n",
                times.size(),
                times.get(times.size() / 2).millis(),
                times.stream().filter(timed -> timed.millis() > 1000).count(),
                times.stream().mapToLong(Timed::samples).sum() / 1e6);
        times.stream().limit(SHOWN).forEach(HistoryBenchmark::print);
        System.out.println("history: those that read most:");
        times.sort(Comparator.comparingLong(Timed::samples).reversed());
        times.stream().limit(SHOWN).forEach(HistoryBenchmark::print);
        assertThat(without).isEmpty();
    }

    private static void print(Timed timed) {
        System.out.printf(
                Locale.ROOT,
                "history: %6.0f ms %6.2f million samples %s %s%n",
                timed.millis(),
                timed.samples() / 1e6,
                timed.instant() ? "(instant)" : "(range)",
                timed.what());
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
                .replace("$__interval", Math.max(step(), HistoryRules.INTERVAL_SECONDS) + "s")
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
        for (HistoryRules.Rule rule : HistoryRules.read()) {
            checkRecorded(prometheus, end, rule);
        }
    }

    /** Over the whole time what is recorded sums to what the counters tell, and step by step it is the very rate. */
    private static void checkRecorded(Daemon prometheus, double end, HistoryRules.Rule rule) throws Exception {
        long range = DAYS * 86_400L;
        double recorded = QueryResult.at(
                        prometheus, "sum(sum_over_time(" + rule.record() + "[" + range + "s])) * 60", end)
                .value();
        double counted = QueryResult.at(prometheus, "sum(" + rule.expressionOver(range) + ") * " + range, end)
                .value();
        if (counted == 0) {
            assertThat(recorded).as(rule.record()).isZero();
            return;
        }
        System.out.printf(
                Locale.ROOT,
                "history: %s recorded %.6g, counted %.6g: %.3f %% apart%n",
                rule.record(),
                recorded,
                counted,
                100 * (recorded / counted - 1));
        assertThat(recorded).isCloseTo(counted, withinPercentage(0.2));
        int step = step();
        QueryResult apart = QueryResult.over(
                prometheus,
                "max(abs(avg_over_time(" + rule.record() + "[" + step + "s]) / ("
                        + rule.expressionOver(step + STEP_SECONDS) + " > 0) - 1)) * 100",
                end - range + 2 * step,
                end,
                step);
        assertThat(apart.hasData()).as(rule.record()).isTrue();
        assertThat(apart.greatest()).as(rule.record()).isLessThan(CURVE);
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
