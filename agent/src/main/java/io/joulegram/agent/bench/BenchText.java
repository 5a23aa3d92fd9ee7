package io.joulegram.agent.bench;

import io.joulegram.agent.report.Table;
import io.joulegram.agent.report.Units;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** A result as tables for a terminal. The best of each column has a star where it has rivals. */
public final class BenchText {
    /** Columns of the first table and their heads. */
    private static final Map<Figure, String> SPEED = columns(
            Figure.REQUESTS_PER_SECOND, "req/s",
            Figure.OUTPUT_TOKENS_PER_SECOND, "tok/s",
            Figure.FIRST_TOKEN_P50, "TTFT p50 s",
            Figure.FIRST_TOKEN_P99, "p99 s",
            Figure.PER_TOKEN_P50, "TPOT p50 s",
            Figure.LATENCY_P50, "latency p50 s",
            Figure.LATENCY_P99, "p99 s");

    private static final Map<Figure, String> ENERGY = columns(
            Figure.GPU_WATTS, "GPU W",
            Figure.GPU_JOULES_PER_OUTPUT_TOKEN, "GPU J/tok",
            Figure.GPU_ACTIVE_JOULES_PER_OUTPUT_TOKEN, "active",
            Figure.HOST_JOULES_PER_OUTPUT_TOKEN, "host J/tok",
            Figure.FACILITY_JOULES_PER_OUTPUT_TOKEN, "facility",
            Figure.PREFILL_JOULES_PER_TOKEN, "prefill J/tok",
            Figure.DECODE_JOULES_PER_TOKEN, "decode J/tok");

    private static final Map<Figure, String> CARBON = columns(
            Figure.GRAMS_PER_OUTPUT_TOKEN, "g/tok",
            Figure.OPERATIONAL_GRAMS_PER_OUTPUT_TOKEN, "operational",
            Figure.EMBODIED_GRAMS_PER_OUTPUT_TOKEN, "embodied",
            Figure.SCI_GRAMS_PER_TOKEN, "SCI g/tok",
            Figure.EDP_JOULE_SECONDS, "EDP J s",
            Figure.CDP_GRAM_SECONDS, "CDP g s",
            Figure.CEP_GRAM_JOULES, "CEP g J");

    private static final String BEST = " *";

    private BenchText() {}

    private static Map<Figure, String> columns(Object... pairs) {
        Map<Figure, String> columns = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            columns.put((Figure) pairs[i], (String) pairs[i + 1]);
        }
        return columns;
    }

    /** The result. */
    public static String of(BenchResult result) {
        StringBuilder out = new StringBuilder();
        result.about()
                .forEach((name, value) ->
                        out.append(name).append(": ").append(value).append('\n'));
        section(out, "Speed", SPEED, result);
        section(out, "Energy (+- of 95 %)", ENERGY, result);
        section(out, "Carbon, and products per request", CARBON, result);
        if (out.indexOf(BEST) >= 0) {
            out.append("*: the best of the points\n");
        }
        for (PointResult point : result.points()) {
            point.limit()
                    .ifPresent(why -> out.append("limit at ")
                            .append(point.label())
                            .append(": ")
                            .append(why)
                            .append('\n'));
            point.notes()
                    .forEach(note -> out.append("note on ")
                            .append(point.label())
                            .append(": ")
                            .append(note)
                            .append('\n'));
        }
        result.ended().ifPresent(why -> out.append("ended early: ").append(why).append('\n'));
        return Table.printable(out.toString());
    }

    private static void section(StringBuilder out, String title, Map<Figure, String> columns, BenchResult result) {
        List<Figure> known = columns.keySet().stream()
                .filter(figure -> result.points().stream()
                        .anyMatch(point -> point.figures().containsKey(figure)))
                .toList();
        if (known.isEmpty()) {
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of(title));
        known.forEach(figure -> head.add(columns.get(figure)));
        rows.add(head);
        String workload = "";
        for (PointResult point : result.points()) {
            if (!point.workload().equals(workload)) {
                workload = point.workload();
                List<String> line = new ArrayList<>(List.of("  " + workload));
                known.forEach(figure -> line.add(""));
                rows.add(line);
            }
            List<String> row = new ArrayList<>(List.of(point.label()));
            known.forEach(figure -> row.add(cell(figure, point, result)));
            rows.add(row);
        }
        out.append('\n').append(Table.of(rows));
    }

    private static String cell(Figure figure, PointResult point, BenchResult result) {
        Estimate estimate = point.figures().get(figure);
        if (estimate == null) {
            return "";
        }
        OptionalDouble half = estimate.half();
        String error = half.isPresent() && figure.boundary().isPresent() && estimate.value() != 0
                ? " +-" + Math.round(100 * half.getAsDouble() / Math.abs(estimate.value())) + "%"
                : "";
        return Units.number(estimate.value()) + error + (isBest(figure, estimate.value(), result) ? BEST : "  ");
    }

    /** Whether nothing among the points is better; a single one has no rivals. */
    static boolean isBest(Figure figure, double value, BenchResult result) {
        double[] all = result.points().stream()
                .flatMap(point -> Optional.ofNullable(point.figures().get(figure)).stream())
                .mapToDouble(Estimate::value)
                .toArray();
        return all.length > 1
                && switch (figure.sense()) {
                    case LESS -> value == Arrays.stream(all).min().orElseThrow();
                    case MORE -> value == Arrays.stream(all).max().orElseThrow();
                    case NONE -> false;
                };
    }
}
