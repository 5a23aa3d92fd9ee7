package io.joulegram.agent.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What was beside what would have been under several other conditions.
 *
 * @param base what was
 * @param others what would have been
 */
public record Alternatives(Report base, List<Named> others) {
    /** Changes when a reader of an earlier version would be misled. */
    static final String SCHEMA = "joulegram-whatif/1";

    private static final List<String> HEAD =
            List.of("", "energy", "operational", "embodied", "(low", "high)", "sum", "change", "J/token", "g/token");
    private static final String BASE = "as it is";

    /** Copies the list. */
    public Alternatives {
        others = List.copyOf(others);
    }

    /**
     * What would have been.
     *
     * @param name of the alternative
     * @param changes what is different, in words
     * @param report the whole of it
     */
    public record Named(String name, List<String> changes, Report report) {
        /** Copies the list. */
        public Named {
            changes = List.copyOf(changes);
        }
    }

    /** A table for a terminal. */
    public String text() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        rows.add(row(BASE, base, OptionalDouble.empty()));
        others.forEach(other ->
                rows.add(row(other.name(), other.report(), change(other.report().total()))));
        StringBuilder out = new StringBuilder(Table.of(rows));
        others.stream()
                .filter(other -> !other.changes().isEmpty())
                .forEach(other -> out.append(other.name())
                        .append(": ")
                        .append(String.join("; ", other.changes()))
                        .append('\n'));
        return out.toString();
    }

    private static List<String> row(String name, Report report, OptionalDouble change) {
        Line total = report.total();
        Optional<Line> model = onlyModel(report);
        return List.of(
                name,
                Units.energy(total),
                Units.mass(total.operationalGrams()),
                Units.mass(total.embodiedGrams()),
                Units.mass(total.embodiedLowGrams()),
                Units.mass(total.embodiedHighGrams()),
                Units.mass(total.totalGrams()),
                change.isPresent() ? Units.percent(change.getAsDouble()) : "",
                model.map(line -> Units.number(line.joulesPerToken())).orElse(""),
                model.map(line -> Units.number(line.gramsPerToken())).orElse(""));
    }

    private OptionalDouble change(Line total) {
        OptionalDouble was = base.total().totalGrams();
        return was.isPresent() && was.getAsDouble() > 0 && total.totalGrams().isPresent()
                ? OptionalDouble.of(total.totalGrams().getAsDouble() / was.getAsDouble() - 1)
                : OptionalDouble.empty();
    }

    /** The one model that wrote; of several there is no figure per token that is not a mixture. */
    private static Optional<Line> onlyModel(Report report) {
        List<Line> models = report.byModel().stream()
                .filter(line -> line.generatedTokens().isPresent())
                .toList();
        return models.size() == 1 ? Optional.of(models.get(0)) : Optional.empty();
    }

    /** Lines as CSV with base units. */
    public String csv() {
        List<Line> lines = new ArrayList<>();
        lines.add(renamed(BASE, base));
        others.forEach(other -> lines.add(renamed(other.name(), other.report())));
        return CsvReport.of("alternative", lines);
    }

    private static Line renamed(String name, Report report) {
        Line total = report.total();
        return new Line(
                name,
                total.measured(),
                total.joules(),
                total.uncertaintyRatio(),
                total.operationalGrams(),
                total.marketGrams(),
                total.marginalGrams(),
                total.embodiedGrams(),
                total.embodiedLowGrams(),
                total.embodiedHighGrams(),
                total.phases(),
                onlyModel(report).map(Line::tokens).orElse(total.tokens()));
    }

    /** A document with base units. */
    public String json() {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode().put("schema", SCHEMA);
        JsonReport lines = new JsonReport();
        root.set("base", lines.line(renamed(BASE, base)));
        for (Named other : others) {
            ObjectNode node = root.withArray("alternatives").addObject();
            other.changes().forEach(node.putArray("changes")::add);
            node.setAll(lines.line(renamed(other.name(), other.report())));
            change(other.report().total()).ifPresent(ratio -> node.put("changeRatio", ratio));
        }
        return root.toPrettyString() + "\n";
    }
}
