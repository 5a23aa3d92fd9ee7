package io.joulegram.dashboards;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The metrics that the agent publishes, with their types and labels. */
final class Contract {
    /** Every series has them, from Prometheus itself. */
    private static final Set<String> TARGET_LABELS = Set.of("job", "instance");

    private final Map<String, Metric> metrics = new TreeMap<>();

    private record Metric(String type, Set<String> labels) {}

    private Contract() {}

    static Contract read() {
        Contract contract = new Contract();
        try (InputStream in = Contract.class.getResourceAsStream("/metrics.txt")) {
            if (in == null) {
                throw new IllegalStateException("metrics.txt is not on the class path");
            }
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(contract::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return contract;
    }

    private void add(String line) {
        List<String> words = Arrays.asList(line.split(" ", -1));
        Set<String> labels = new HashSet<>(words.subList(2, words.size()));
        labels.addAll(TARGET_LABELS);
        metrics.put(words.get(0), new Metric(words.get(1), labels));
    }

    /** The labels of a series of this name; empty if there is no such series. */
    Optional<Set<String>> labels(String series) {
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
