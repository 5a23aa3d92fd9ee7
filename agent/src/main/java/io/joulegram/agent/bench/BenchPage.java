package io.joulegram.agent.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.joulegram.agent.report.PageTemplate;
import io.joulegram.agent.report.Units;
import io.joulegram.grid.YearlyIntensities;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A result as one HTML file that needs nothing else: tables, and the plots of the papers it follows. */
public final class BenchPage {
    /** Places whose grids span what there is: hydro and nuclear, mixed, coal. */
    private static final List<String> ZONES = List.of("SE", "FR", "US", "DE", "PL", "IN");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double JOULES_PER_KWH = 3.6e6;

    private final BenchResult result;
    private final ArrayNode charts = JSON.createArrayNode();

    private BenchPage(BenchResult result) {
        this.result = result;
    }

    /** The result as a page. */
    public static String of(BenchResult result) {
        return new BenchPage(result).page();
    }

    private String page() {
        boolean rate =
                result.points().stream().anyMatch(point -> point.paceKind().equals("rate"));
        String pace = rate ? "requests a second" : "requests at a time";
        against(
                "Latency against throughput",
                Figure.OUTPUT_TOKENS_PER_SECOND,
                Figure.LATENCY_P50,
                "output tokens/s",
                "median s");
        byPace(
                "Energy per output token",
                pace,
                "J",
                Figure.GPU_JOULES_PER_OUTPUT_TOKEN,
                Figure.FACILITY_JOULES_PER_OUTPUT_TOKEN);
        byPace(
                "Carbon per output token",
                pace,
                "gCO2e",
                Figure.GRAMS_PER_OUTPUT_TOKEN,
                Figure.EMBODIED_GRAMS_PER_OUTPUT_TOKEN);
        byPace(
                "Prefill and decode, GPU above rest",
                pace,
                "J a token",
                Figure.PREFILL_JOULES_PER_TOKEN,
                Figure.DECODE_JOULES_PER_TOKEN);
        products(pace);
        power();
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("title", escape(result.about().getOrDefault("study", "bench")));
        parts.put("about", about());
        parts.put("tables", tables() + regions());
        parts.put("notes", notes());
        parts.put("data", PageTemplate.json(charts));
        return PageTemplate.fill("bench.html", parts);
    }

    private static String escape(String text) {
        return PageTemplate.escape(text);
    }

    /** Points that belong to one line: a server and a workload. */
    private Map<String, List<PointResult>> lines() {
        return result.points().stream()
                .filter(point -> !point.figures().isEmpty())
                .collect(Collectors.groupingBy(
                        point -> point.server().isEmpty() ? point.workload() : point.server() + ", " + point.workload(),
                        LinkedHashMap::new,
                        Collectors.toList()));
    }

    private static OptionalDouble value(PointResult point, Figure figure) {
        Estimate estimate = point.figures().get(figure);
        return estimate == null ? OptionalDouble.empty() : OptionalDouble.of(estimate.value());
    }

    private ArrayNode chart(String title, String x, String y, boolean logarithmic) {
        return charts.addObject()
                .put("title", title)
                .put("x", x)
                .put("y", y)
                .put("log", logarithmic)
                .putArray("series");
    }

    private static void line(ArrayNode chart, String label, List<double[]> points) {
        if (points.isEmpty()) {
            return;
        }
        ObjectNode series = chart.addObject().put("label", label);
        ArrayNode x = series.putArray("x");
        ArrayNode y = series.putArray("y");
        // The chart wants them from left to right, and each place once.
        Map<Double, Double> sorted = new TreeMap<>();
        points.forEach(point -> sorted.put(point[0], point[1]));
        sorted.forEach((at, value) -> {
            x.add(at);
            y.add(value);
        });
    }

    private void against(String title, Figure across, Figure up, String x, String y) {
        ArrayNode chart = chart(title, x, y, false);
        lines().forEach((name, points) -> line(
                chart,
                name,
                points.stream()
                        .filter(point -> point.figures().containsKey(across)
                                && point.figures().containsKey(up))
                        .map(point -> new double[] {
                            value(point, across).orElseThrow(), value(point, up).orElseThrow()
                        })
                        .toList()));
    }

    private void byPace(String title, String x, String unit, Figure... figures) {
        ArrayNode chart = chart(title, x, unit, true);
        lines().forEach((name, points) -> {
            for (Figure figure : figures) {
                String label = figure.key().replace('_', ' ') + (lines().size() > 1 ? ": " + name : "");
                line(chart, label, byPace(points, figure, 1));
            }
        });
    }

    private static List<double[]> byPace(List<PointResult> points, Figure figure, double over) {
        List<double[]> pairs = new ArrayList<>();
        points.forEach(point ->
                value(point, figure).ifPresent(value -> pairs.add(new double[] {point.pace(), value / over})));
        return pairs;
    }

    /** Each over its least, so that the best point of each is at 1. */
    private void products(String x) {
        ArrayNode chart = chart(
                "EDP, CDP and CEP per request over their least: the best point is at 1", x, "times the least", true);
        lines().forEach((name, points) -> {
            for (Figure figure : List.of(Figure.EDP_JOULE_SECONDS, Figure.CDP_GRAM_SECONDS, Figure.CEP_GRAM_JOULES)) {
                OptionalDouble least = points.stream()
                        .flatMapToDouble(point -> value(point, figure).stream())
                        .min();
                if (least.isPresent() && least.getAsDouble() > 0) {
                    String label = figure.key().substring(0, 3) + (lines().size() > 1 ? ": " + name : "");
                    line(chart, label, byPace(points, figure, least.getAsDouble()));
                }
            }
        });
    }

    private void power() {
        ArrayNode chart = chart("GPU power over the time of a run", "s", "W", false);
        for (PointResult point : result.points()) {
            List<double[]> pairs = new ArrayList<>();
            for (int i = 0; i < point.power().seconds().size(); i++) {
                pairs.add(new double[] {
                    point.power().seconds().get(i), point.power().gpuWatts().get(i)
                });
            }
            line(chart, point.label(), pairs);
        }
    }

    private String about() {
        return result.about().entrySet().stream()
                .map(entry -> "<li><b>" + escape(entry.getValue()) + "</b>" + escape(entry.getKey()) + "</li>")
                .collect(Collectors.joining());
    }

    private String tables() {
        StringBuilder html = new StringBuilder("<h2>All figures</h2><div class=\"scroll\"><table><thead><tr>"
                + "<th scope=\"col\">figure</th><th scope=\"col\">unit</th>");
        result.points()
                .forEach(point -> html.append("<th scope=\"col\">")
                        .append(escape(point.label()))
                        .append("</th>"));
        html.append("</tr></thead><tbody>\n<tr><th scope=\"row\">workload</th><td></td>");
        result.points()
                .forEach(point -> html.append("<td class=\"words\">")
                        .append(escape(point.workload()))
                        .append("</td>"));
        html.append("</tr>\n");
        for (Figure figure : Figure.values()) {
            if (result.points().stream().anyMatch(point -> point.figures().containsKey(figure))) {
                html.append("<tr><th scope=\"row\">")
                        .append(figure.key().replace('_', ' '))
                        .append("</th><td>")
                        .append(figure.unit())
                        .append("</td>");
                result.points().forEach(point -> html.append(cell(figure, point)));
                html.append("</tr>\n");
            }
        }
        return html.append("</tbody></table></div>\n").toString();
    }

    private String cell(Figure figure, PointResult point) {
        Estimate estimate = point.figures().get(figure);
        if (estimate == null) {
            return "<td>unknown</td>";
        }
        OptionalDouble half = estimate.half();
        return (BenchText.isBest(figure, estimate.value(), result) ? "<td class=\"best\">" : "<td>")
                + Units.number(estimate.value())
                + (half.orElse(0) > 0 ? " <small>&plusmn; " + Units.number(half.orElse(0)) + "</small>" : "")
                + "</td>";
    }

    /** What the same energy would emit elsewhere, beside what the making of the hardware does everywhere. */
    private String regions() {
        List<PointResult> known = result.points().stream()
                .filter(point -> point.figures().containsKey(Figure.FACILITY_JOULES_PER_OUTPUT_TOKEN))
                .toList();
        if (known.isEmpty()) {
            return "";
        }
        YearlyIntensities table = YearlyIntensities.load();
        StringBuilder html = new StringBuilder(
                "<h2>Operational and embodied by region, gCO2e per output token</h2>"
                        + "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">point</th><th scope=\"col\">embodied</th>");
        ZONES.forEach(zone ->
                html.append("<th scope=\"col\">operational in ").append(zone).append("</th>"));
        html.append("</tr></thead><tbody>\n");
        for (PointResult point : known) {
            html.append("<tr><th scope=\"row\">").append(escape(point.label())).append("</th><td>");
            html.append(Units.number(value(point, Figure.EMBODIED_GRAMS_PER_OUTPUT_TOKEN)))
                    .append("</td>");
            double kilowattHours =
                    value(point, Figure.FACILITY_JOULES_PER_OUTPUT_TOKEN).orElseThrow() / JOULES_PER_KWH;
            for (String zone : ZONES) {
                String grams = table.find(zone)
                        .map(intensity -> Units.number(kilowattHours * intensity.gramsPerKwh()))
                        .orElse("unknown");
                html.append("<td>").append(grams).append("</td>");
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody></table></div><p class=\"muted\">Yearly averages of the built-in tables.</p>\n")
                .toString();
    }

    private String notes() {
        List<String> lines = new ArrayList<>();
        for (PointResult point : result.points()) {
            point.limit().ifPresent(why -> lines.add("limit at " + point.label() + ": " + why));
            point.notes().forEach(note -> lines.add("note on " + point.label() + ": " + note));
        }
        result.ended().ifPresent(why -> lines.add("ended early: " + why));
        return lines.stream()
                .map(line -> "<li>" + escape(line) + "</li>")
                .collect(Collectors.joining("", "<ul>", "</ul>"));
    }
}
