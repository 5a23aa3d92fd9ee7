package io.joulegram.agent.bench;

import io.joulegram.agent.report.Table;
import io.joulegram.agent.report.Units;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Results side by side. Points are the same if workload and pace are, and the server's name where a result has several.
 *
 * <p>A difference counts if it is larger than the 95 % interval of a difference of independent figures. Where the meters are
 * the same their uncertainty is not independent: it is the same gain in both and cancels, so only the spread of the runs
 * counts; whether they are is told by the UUIDs of the GPUs.
 */
public final class BenchComparison {
    private static final List<Figure> SHOWN = List.of(
            Figure.OUTPUT_TOKENS_PER_SECOND,
            Figure.LATENCY_P50,
            Figure.FIRST_TOKEN_P50,
            Figure.GPU_JOULES_PER_OUTPUT_TOKEN,
            Figure.FACILITY_JOULES_PER_OUTPUT_TOKEN,
            Figure.DECODE_JOULES_PER_TOKEN,
            Figure.GRAMS_PER_OUTPUT_TOKEN,
            Figure.EDP_JOULE_SECONDS);

    private record Named(String name, BenchResult result) {}

    private final List<Named> results = new ArrayList<>();

    /** Adds a result; the first is what the others are compared with. */
    public void add(String name, BenchResult result) {
        results.add(new Named(name, result));
    }

    /** The table. */
    public String text() {
        Named base = results.get(0);
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < results.size(); i++) {
            out.append((char) ('A' + i))
                    .append(": ")
                    .append(results.get(i).name())
                    .append(" (");
            out.append(results.get(i).result().about().entrySet().stream()
                            .filter(entry -> !entry.getKey().equals(BenchResult.METERS))
                            .map(Map.Entry::getValue)
                            .collect(Collectors.joining(", ")))
                    .append(")\n");
        }
        out.append(
                "A difference with ! is larger than its uncertainty (95 %), one with ~ is not, one with ? has none.\n");
        Set<String> missing = new LinkedHashSet<>();
        List<List<String>> rows = new ArrayList<>();
        rows.add(head());
        for (PointResult point : base.result().points()) {
            rows.addAll(rows(base, point, missing));
        }
        out.append('\n').append(Table.of(rows));
        missing.forEach(line -> out.append(line).append('\n'));
        return Table.printable(out.toString());
    }

    private List<String> head() {
        List<String> head = new ArrayList<>(List.of("point", "figure", "A"));
        for (int i = 1; i < results.size(); i++) {
            head.add(Character.toString((char) ('A' + i)));
            head.add("against A");
        }
        return head;
    }

    private List<List<String>> rows(Named base, PointResult point, Set<String> missing) {
        List<Optional<PointResult>> others = new ArrayList<>();
        for (int i = 1; i < results.size(); i++) {
            Optional<PointResult> same = same(point, results.get(i).result());
            if (same.isEmpty()) {
                missing.add((char) ('A' + i) + " has no point " + point.label() + ", " + point.workload());
            }
            others.add(same);
        }
        List<List<String>> rows = new ArrayList<>();
        for (Figure figure : SHOWN) {
            Estimate own = point.figures().get(figure);
            if (own == null) {
                continue;
            }
            List<String> row = new ArrayList<>();
            row.add(rows.isEmpty() ? point.label() + ", " + point.workload() : "");
            row.add(figure.key());
            row.add(Units.number(own.value()));
            for (int i = 0; i < others.size(); i++) {
                boolean meters = sameMeters(base.result(), results.get(i + 1).result());
                Optional<Estimate> other =
                        others.get(i).map(result -> result.figures().get(figure));
                row.add(other.map(estimate -> Units.number(estimate.value())).orElse(""));
                row.add(other.map(estimate -> difference(own, estimate, meters)).orElse(""));
            }
            rows.add(row);
        }
        return rows;
    }

    private static Optional<PointResult> same(PointResult point, BenchResult other) {
        Optional<PointResult> exact = other.points().stream()
                .filter(candidate -> candidate.key().equals(point.key()))
                .findFirst();
        boolean oneServer =
                other.points().stream().map(PointResult::server).distinct().count() == 1;
        return exact.isPresent() || !oneServer
                ? exact
                : other.points().stream()
                        .filter(candidate -> candidate.workload().equals(point.workload())
                                && candidate.paceKind().equals(point.paceKind())
                                && candidate.pace() == point.pace())
                        .findFirst();
    }

    private static boolean sameMeters(BenchResult one, BenchResult two) {
        String meters = one.about().get(BenchResult.METERS);
        return meters != null && !meters.isEmpty() && meters.equals(two.about().get(BenchResult.METERS));
    }

    /** The relative difference and whether it counts. */
    static String difference(Estimate base, Estimate other, boolean sameMeters) {
        double difference = other.value() - base.value();
        OptionalDouble one = sameMeters ? base.statistical() : base.half();
        OptionalDouble two = sameMeters ? other.statistical() : other.half();
        String mark = one.isEmpty() || two.isEmpty()
                ? "?"
                : Math.abs(difference) > Math.hypot(one.getAsDouble(), two.getAsDouble()) ? "!" : "~";
        return base.value() == 0
                ? mark
                : String.format(Locale.ROOT, "%+.1f %% %s", 100 * difference / base.value(), mark);
    }
}
