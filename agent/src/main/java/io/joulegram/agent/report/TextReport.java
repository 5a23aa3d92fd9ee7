package io.joulegram.agent.report;

import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** A report for a terminal. */
public final class TextReport {
    private static final List<String> HEAD =
            List.of("", "energy", "+-", "operational", "embodied", "(low", "high)", "J/token", "g/token");

    private TextReport() {}

    /** The report as lines of text. */
    public static String of(Report report) {
        StringBuilder out = new StringBuilder();
        out.append("Energy and carbon of ")
                .append(String.join(", ", report.hosts()))
                .append('\n');
        out.append("from ")
                .append(report.from().atZone(report.zone()).toOffsetDateTime())
                .append(" to ")
                .append(report.until()
                        .truncatedTo(ChronoUnit.SECONDS)
                        .atZone(report.zone())
                        .toOffsetDateTime())
                .append(" (")
                .append(report.zone())
                .append(")\n\n");
        table(out, "", List.of(report.total()));
        report.bookedGrams()
                .ifPresent(booked -> out.append("Restated: operational grams were ")
                        .append(Units.mass(booked))
                        .append(" as booked; the difference is ")
                        .append(Units.mass(report.total().operationalGrams().orElse(0) - booked))
                        .append(" (")
                        .append(Units.percent(report.total().operationalGrams().orElse(0) / booked - 1))
                        .append(").\n\n"));
        scopes(out, report.scopes());
        if (report.hosts().size() > 1) {
            table(out, "By host", report.byHost());
        }
        table(out, "By component", report.byComponent());
        table(out, "By device", report.byDevice());
        table(out, "By model", report.byModel());
        table(out, "By workload", WorkloadLines.foremost(report.byWorkload()));
        table(out, "By day", report.byDay());
        intensities(out, report);
        coverage(out, report.coverage());
        out.append('\n');
        Boundary.STATEMENTS.forEach(statement -> out.append(wrapped(statement)).append('\n'));
        return Table.printable(out.toString());
    }

    private static void scopes(StringBuilder out, List<ScopeLine> scopes) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("", "CO2e", "(low", "high)"));
        scopes.forEach(scope -> rows.add(List.of(
                scope.name(),
                Units.mass(scope.grams()),
                Units.bound(scope.lowGrams()),
                Units.bound(scope.highGrams()))));
        out.append("By scope of the GHG Protocol\n").append(Table.of(rows)).append('\n');
    }

    private static void table(StringBuilder out, String title, List<Line> lines) {
        if (lines.isEmpty()) {
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        lines.forEach(line -> rows.add(List.of(
                line.name(),
                Units.energy(line),
                Units.uncertainty(line),
                Units.mass(line.operationalGrams()),
                Units.mass(line.embodiedGrams()),
                Units.mass(line.embodiedLowGrams()),
                Units.mass(line.embodiedHighGrams()),
                Units.number(line.joulesPerToken()),
                Units.number(line.gramsPerToken()))));
        if (!title.isEmpty()) {
            out.append(title).append('\n');
        }
        out.append(Table.of(rows));
        out.append('\n');
    }

    private static void intensities(StringBuilder out, Report report) {
        if (report.intensities().isEmpty()) {
            out.append("No carbon intensity was known: set grid.zone or grid.intensity.\n");
            return;
        }
        out.append("Carbon intensity (means by energy)\n");
        for (Report.IntensityUse use : report.intensities()) {
            out.append("  ")
                    .append(use.basis())
                    .append(": ")
                    .append(Units.number(use.meanGramsPerKwh()))
                    .append(" g/kWh for ")
                    .append(Units.energy(use.joules()))
                    .append(", ")
                    .append(String.join(", ", use.zone(), use.provider(), use.signal(), use.boundary(), use.dataset()))
                    .append('\n');
        }
        out.append('\n');
    }

    private static void coverage(StringBuilder out, Report.Coverage coverage) {
        out.append("Observed: ").append(Units.percent(coverage.observedRatio())).append(" of the time");
        if (coverage.backfilledJoules() > 0) {
            out.append("; ")
                    .append(Units.energy(coverage.backfilledJoules()))
                    .append(" told afterwards by hardware counters");
        }
        if (coverage.unobservedDeviceSeconds() > 0) {
            out.append("; ")
                    .append(Units.number(coverage.unobservedDeviceSeconds()))
                    .append(" s of devices without a reading");
        }
        if (coverage.unpricedJoules() > 0) {
            out.append("; ")
                    .append(Units.energy(coverage.unpricedJoules()))
                    .append(" without a known intensity, in no grams");
        }
        out.append('\n');
        coverage.carbonFreeRatio()
                .ifPresent(share -> out.append("Carbon-free share of the electricity, by the grid's mix of its time: ")
                        .append(Units.percent(share))
                        .append(
                                coverage.unmixedJoules() > 0
                                        ? " (unknown for " + Units.energy(coverage.unmixedJoules()) + ")"
                                        : "")
                        .append('\n'));
    }

    private static String wrapped(String text) {
        return text.replaceAll("(.{1,98})(?: |$)", "  $1\n").stripTrailing();
    }
}
