package io.joulegram.agent.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * What was beside what would have been.
 *
 * @param before what was
 * @param after what would have been
 * @param changes what is different, in words
 */
public record Comparison(Report before, Report after, List<String> changes) {
    private static final List<String> HEAD = List.of(
            "", "energy", "what if", "operational", "what if", "embodied", "what if", "sum", "what if", "change");

    /** Copies the list. */
    public Comparison {
        changes = List.copyOf(changes);
    }

    /** The comparison for a terminal. */
    public String text() {
        StringBuilder out = new StringBuilder();
        out.append("What if: ").append(String.join("; ", changes)).append("\n\n");
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        rows.add(row(before.total(), after.total()));
        Map<String, Line> later = new TreeMap<>();
        after.byComponent().forEach(line -> later.put(line.name(), line));
        before.byComponent()
                .forEach(line -> rows.add(row(line, later.getOrDefault(line.name(), nothing(line.name())))));
        after.byComponent().stream()
                .filter(line -> before.byComponent().stream()
                        .noneMatch(earlier -> earlier.name().equals(line.name())))
                .forEach(line -> rows.add(row(nothing(line.name()), line)));
        out.append(Table.of(rows)).append('\n');
        for (int i = 0; i < before.byModel().size(); i++) {
            Line line = before.byModel().get(i);
            Line other = after.byModel().get(i);
            if (line.gramsPerToken().isPresent() && other.gramsPerToken().isPresent()) {
                out.append(line.name())
                        .append(": ")
                        .append(Units.number(line.gramsPerToken()))
                        .append(" g per output token, what if ")
                        .append(Units.number(other.gramsPerToken()))
                        .append('\n');
            }
        }
        return Table.printable(out.toString());
    }

    private static List<String> row(Line line, Line other) {
        OptionalDouble was = line.totalGrams();
        OptionalDouble is = other.totalGrams();
        String change = was.isPresent() && is.isPresent() && was.getAsDouble() > 0
                ? Units.percent(is.getAsDouble() / was.getAsDouble() - 1)
                : "";
        return List.of(
                line.name(),
                Units.energy(line),
                Units.energy(other),
                Units.mass(line.operationalGrams()),
                Units.mass(other.operationalGrams()),
                Units.mass(line.embodiedGrams()),
                Units.mass(other.embodiedGrams()),
                Units.mass(was),
                Units.mass(is),
                change);
    }

    private static Line nothing(String name) {
        return new Tally().line(name);
    }
}
