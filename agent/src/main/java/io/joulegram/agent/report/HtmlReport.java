package io.joulegram.agent.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A report as one HTML file that needs nothing else: style, charts (uPlot) and data are in it. */
public final class HtmlReport {
    private static final List<String> HEAD =
            List.of("energy", "±", "operational", "embodied", "low", "high", "output tokens", "J/token", "g/token");

    /** Columns that only models have. */
    private static final int OF_MODELS = 3;

    private HtmlReport() {}

    /** The report as a page. */
    public static String of(Report report) {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("title", text(String.join(", ", report.hosts())));
        parts.put(
                "subtitle",
                text(String.join(", ", report.hosts()) + " · "
                        + report.from().atZone(report.zone()).toOffsetDateTime() + " to "
                        + report.until()
                                .truncatedTo(ChronoUnit.SECONDS)
                                .atZone(report.zone())
                                .toOffsetDateTime() + " · " + report.zone()));
        parts.put("tiles", tiles(report));
        parts.put("restatement", restatement(report));
        parts.put(
                "tables",
                table("", "day", report.byDay())
                        + scopes(report.scopes())
                        + (report.hosts().size() > 1 ? table("By host", "host", report.byHost()) : "")
                        + table("By component", "component", report.byComponent())
                        + table("By model", "model", report.byModel())
                        + table("By workload", "workload", WorkloadLines.foremost(report.byWorkload()))
                        + table("By device", "device", report.byDevice()));
        parts.put("intensities", intensities(report));
        parts.put("coverage", text(coverage(report.coverage())));
        parts.put(
                "boundary",
                Boundary.STATEMENTS.stream()
                        .map(statement -> "<p>" + text(statement) + "</p>")
                        .collect(Collectors.joining("\n")));
        parts.put("data", data(report));
        return PageTemplate.fill("report.html", parts);
    }

    private static String tiles(Report report) {
        Line total = report.total();
        return tile("energy", Units.energy(total.joules()) + " ± " + Units.percent(total.uncertaintyRatio()))
                + tile("operational, location-based", Units.mass(total.operationalGrams()))
                + (total.marketGrams().isPresent()
                        ? tile("operational, market-based", Units.mass(total.marketGrams()))
                        : "")
                + tile("embodied, amortized", Units.mass(total.embodiedGrams()))
                + (report.coverage().carbonFreeRatio().isPresent()
                        ? tile(
                                "of the electricity carbon-free",
                                Units.percent(
                                        report.coverage().carbonFreeRatio().getAsDouble()))
                        : "")
                + tile("of the time observed", Units.percent(report.coverage().observedRatio()));
    }

    private static String tile(String label, String value) {
        return "<li><b>" + text(value) + "</b>" + text(label) + "</li>";
    }

    private static String restatement(Report report) {
        if (report.bookedGrams().isEmpty()) {
            return "";
        }
        double booked = report.bookedGrams().getAsDouble();
        double now = report.total().operationalGrams().orElse(0);
        return "<p><strong>Restated:</strong> operational grams were " + text(Units.mass(booked))
                + " as booked; the difference is " + text(Units.mass(now - booked)) + " ("
                + text(Units.percent(now / booked - 1)) + ").</p>";
    }

    private static String scopes(List<ScopeLine> scopes) {
        StringBuilder html = new StringBuilder("<h2>By scope of the GHG Protocol</h2>"
                + "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">scope</th><th scope=\"col\">CO2e</th>"
                + "<th scope=\"col\">low</th><th scope=\"col\">high</th></tr></thead><tbody>\n");
        for (ScopeLine scope : scopes) {
            html.append("<tr><th scope=\"row\">").append(text(scope.name())).append("</th>");
            List.of(Units.mass(scope.grams()), Units.bound(scope.lowGrams()), Units.bound(scope.highGrams()))
                    .forEach(cell -> html.append("<td>").append(text(cell)).append("</td>"));
            html.append("</tr>\n");
        }
        return html.append("</tbody></table></div>\n").toString();
    }

    private static String table(String title, String what, List<Line> lines) {
        if (lines.isEmpty()) {
            return "";
        }
        StringBuilder html = new StringBuilder();
        if (!title.isEmpty()) {
            html.append("<h2>").append(text(title)).append("</h2>");
        }
        html.append("<div class=\"scroll\"><table><thead><tr><th scope=\"col\">")
                .append(text(what))
                .append("</th>");
        boolean models = lines.stream().anyMatch(line -> line.tokens().isPresent());
        int columns = HEAD.size() - (models ? 0 : OF_MODELS);
        HEAD.subList(0, columns)
                .forEach(head ->
                        html.append("<th scope=\"col\">").append(text(head)).append("</th>"));
        html.append("</tr></thead><tbody>\n");
        for (Line line : lines) {
            html.append("<tr><th scope=\"row\">").append(text(line.name())).append("</th>");
            List.of(
                            Units.energy(line),
                            Units.uncertainty(line),
                            Units.mass(line.operationalGrams()),
                            Units.mass(line.embodiedGrams()),
                            Units.mass(line.embodiedLowGrams()),
                            Units.mass(line.embodiedHighGrams()),
                            line.tokens()
                                    .map(tokens -> String.format(Locale.ROOT, "%,d", tokens.generated()))
                                    .orElse(""),
                            Units.number(line.joulesPerToken()),
                            Units.number(line.gramsPerToken()))
                    .subList(0, columns)
                    .forEach(cell -> html.append("<td>").append(text(cell)).append("</td>"));
            html.append("</tr>\n");
        }
        return html.append("</tbody></table></div>\n").toString();
    }

    private static String intensities(Report report) {
        if (report.intensities().isEmpty()) {
            return "<p>No carbon intensity was known.</p>";
        }
        return report.intensities().stream()
                .map(use -> "<li>"
                        + text(use.basis() + ": " + Units.number(use.meanGramsPerKwh()) + " g/kWh for "
                                + Units.energy(use.joules()) + " ("
                                + String.join(
                                        ", ", use.zone(), use.provider(), use.signal(), use.boundary(), use.dataset())
                                + ")")
                        + "</li>")
                .collect(Collectors.joining("\n", "<ul>", "</ul>"));
    }

    private static String coverage(Report.Coverage coverage) {
        return "An agent was at work in " + Units.percent(coverage.observedRatio())
                + " of the time; hardware counters told of " + Units.energy(coverage.backfilledJoules())
                + " afterwards; " + Units.number(coverage.unobservedDeviceSeconds())
                + " s of devices have no reading; " + Units.energy(coverage.unpricedJoules())
                + " had no known intensity and are in no grams.";
    }

    private static String data(Report report) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        root.put(
                "zone",
                report.zone().getId().equals("Z") ? "UTC" : report.zone().getId());
        ArrayNode time = root.putArray("time");
        ArrayNode operational = root.putArray("operational");
        ArrayNode embodied = root.putArray("embodied");
        for (Line day : report.byDay()) {
            time.add(LocalDate.parse(day.name()).atStartOfDay(report.zone()).toEpochSecond());
            if (day.operationalGrams().isPresent()) {
                operational.add(day.operationalGrams().getAsDouble() / 1e3);
            } else {
                operational.addNull();
            }
            embodied.add(day.embodiedGrams() / 1e3);
        }
        return PageTemplate.json(root);
    }

    private static String text(String text) {
        return PageTemplate.escape(text);
    }
}
