package io.joulegram.dashboards;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The metrics that the agent and the proxy publish, with their types and labels, as {@code docs/metrics.md} and {@code
 * docs/proxy.md} have them, and the series that rules record.
 */
final class Contract {
    private static final Path MANUAL = Path.of("..", "docs", "metrics.md");
    private static final Path PROXY_MANUAL = Path.of("..", "docs", "proxy.md");
    private static final Path RULES = Path.of("prometheus", "joulegram-rules.yml");

    /** Every series has job and instance from Prometheus itself, and cluster where its configuration gives one. */
    private static final Set<String> TARGET_LABELS = Set.of("cluster", "job", "instance");

    private static final Pattern ROW =
            Pattern.compile("\\| `(joulegram_\\w+)` \\| (\\w+) \\| ([^|]*) \\| ([^|]*) \\| .*");
    private static final Pattern QUOTED = Pattern.compile("`(\\w+)`");
    private static final Pattern RECORD = Pattern.compile("(?m)^ *- record: (([a-z_]+):\\w+:\\w+)$");
    private static final Pattern PROCESS = Pattern.compile("`(process_\\w+)`");

    private final Map<String, Metric> metrics = new TreeMap<>();
    private final Map<String, Set<String>> recorded = new TreeMap<>();

    private record Metric(String type, Set<String> labels, String unit) {}

    private Contract() {}

    static Contract read() {
        Contract contract = new Contract();
        try {
            String manual = Files.readString(MANUAL);
            Stream.concat(manual.lines(), Files.readString(PROXY_MANUAL).lines())
                    .map(ROW::matcher)
                    .filter(Matcher::matches)
                    .forEach(contract::add);
            RECORD.matcher(Files.readString(RULES))
                    .results()
                    .forEach(rule -> contract.recorded.put(
                            rule.group(1), Set.of(rule.group(2).split("_", -1))));
            PROCESS.matcher(manual)
                    .results()
                    .forEach(name -> contract.metrics.put(name.group(1), new Metric("gauge", TARGET_LABELS, "")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return contract;
    }

    private void add(MatchResult row) {
        Set<String> labels = new HashSet<>(TARGET_LABELS);
        QUOTED.matcher(row.group(3)).results().forEach(label -> labels.add(label.group(1)));
        metrics.put(row.group(1), new Metric(row.group(2), labels, row.group(4)));
    }

    /** The unit of a metric, in the words of the manual; empty where it has none. */
    String unit(String series) {
        Metric metric = metrics.get(series);
        return metric == null ? "" : metric.unit();
    }

    /** How many metrics there are. */
    int size() {
        return metrics.size();
    }

    /** The labels of a series of this name; empty if there is no such series. */
    Optional<Set<String>> labels(String series) {
        if (recorded.containsKey(series)) {
            return Optional.ofNullable(recorded.get(series));
        }
        Metric metric = metrics.get(series);
        if (metric != null) {
            boolean hasSeriesOfItsName =
                    !metric.type().equals("histogram") && !metric.type().equals("summary");
            return hasSeriesOfItsName ? Optional.of(metric.labels()) : Optional.empty();
        }
        return partOf(series, "_sum", Set.of())
                .or(() -> partOf(series, "_count", Set.of()))
                .or(() -> partOf(series, "_bucket", Set.of("le")));
    }

    private Optional<Set<String>> partOf(String series, String suffix, Set<String> more) {
        if (!series.endsWith(suffix)) {
            return Optional.empty();
        }
        Metric whole = metrics.get(series.substring(0, series.length() - suffix.length()));
        boolean hasParts = whole != null
                && (whole.type().equals("histogram")
                        || (more.isEmpty() && whole.type().equals("summary")));
        if (!hasParts) {
            return Optional.empty();
        }
        Set<String> labels = new HashSet<>(whole.labels());
        labels.addAll(more);
        return Optional.of(labels);
    }
}
