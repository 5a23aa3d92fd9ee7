package io.joulegram.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import io.joulegram.dashboards.Scrape.Series;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The rules that record what dashboards show of long times. */
final class HistoryRules {
    /** Their group's name. */
    static final String GROUP = "joulegram-history";

    /** How often they record, which dashboards multiply by, and over how long a rate is. */
    static final int INTERVAL_SECONDS = 60;

    private static final Path FILE = Path.of("prometheus", "joulegram-rules.yml");

    private HistoryRules() {}

    /** A rule. */
    record Rule(String record, String expression) {
        /** What it records, over another time. */
        String expressionOver(long seconds) {
            return expression.replace("[5m]", "[" + seconds + "s]");
        }
    }

    static List<Rule> read() throws IOException {
        Map<?, ?> root = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(Files.readString(FILE));
        List<Rule> rules = new ArrayList<>();
        for (Object group : (List<?>) root.get("groups")) {
            if (GROUP.equals(((Map<?, ?>) group).get("name"))) {
                for (Object each : (List<?>) ((Map<?, ?>) group).get("rules")) {
                    Map<?, ?> rule = (Map<?, ?>) each;
                    rules.add(new Rule(String.valueOf(rule.get("record")), String.valueOf(rule.get("expr"))));
                }
            }
        }
        return rules;
    }

    /**
     * The file with this group sixty times as fast, for a Prometheus that scrapes every second and not every minute. What
     * dashboards multiply by, a minute, is {@link #hastened} as well.
     */
    static String hastenedFile() throws IOException {
        String text = Files.readString(FILE);
        int begin = text.indexOf("  - name: " + GROUP);
        int next = text.indexOf("\n  - name: ", begin);
        String group = text.substring(begin, next);
        String hastened = group.replace("interval: 1m", "interval: 1s").replace("[5m]", "[5s]");
        return text.substring(0, begin) + hastened + text.substring(next);
    }

    /** An expression of a dashboard for series that are recorded sixty times as often. */
    static String hastened(String expression) {
        return expression.contains("sum_over_time(") ? expression.replace(" * 60", "") : expression;
    }

    /**
     * Records what a Prometheus that evaluates the rules would have in a span of time.
     *
     * @param fromMillis the first instant, since 1970
     * @param untilMillis the last one at most
     * @return how many samples were recorded
     */
    static long record(List<Rule> rules, Daemon prometheus, RemoteWrite to, long fromMillis, long untilMillis)
            throws IOException, InterruptedException {
        long samples = 0;
        for (Rule rule : rules) {
            QueryResult result = QueryResult.over(
                    prometheus, rule.expression(), fromMillis / 1e3, untilMillis / 1e3, INTERVAL_SECONDS);
            for (JsonNode one : result.series()) {
                Map<String, String> labels = new TreeMap<>();
                one.path("metric").forEachEntry((label, value) -> labels.put(label, value.asText()));
                JsonNode values = one.path("values");
                long[] millis = new long[values.size()];
                double[] recorded = new double[values.size()];
                for (int i = 0; i < values.size(); i++) {
                    millis[i] = Math.round(values.get(i).get(0).asDouble() * 1e3);
                    recorded[i] = Double.parseDouble(values.get(i).get(1).asText());
                }
                to.add(new Series(rule.record(), labels), millis, recorded, millis.length);
                samples += millis.length;
            }
        }
        to.send();
        return samples;
    }
}
