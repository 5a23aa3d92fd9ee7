package io.joulegram.agent.report;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Energy and speed of a server by batch size, as a sweep has measured them, and what follows for carbon: figure 8 of
 * "Towards Carbon-efficient LLM Life Cycle" (HotCarbon 2024). A larger batch takes less energy per token, and so emits less
 * where electricity is dirty; it also takes longer per request, in which the making of the hardware falls due.
 *
 * <p>Immutable.
 */
public final class BatchTable {
    /** The columns that a file has; the last may be missing. */
    public static final String COLUMNS = "batch,joules_per_token,tokens_per_second,tokens_per_request,latency_seconds";

    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_ROWS = 1_000;
    private static final double KWH_PER_JOULE = 1 / 3.6e6;
    private static final List<String> HEAD = List.of(
            "batch",
            "J/token",
            "operational g/token",
            "embodied g/token",
            "g/token",
            "EDP J s",
            "CDP g s",
            "CEP g J",
            "tCDP g s");

    /**
     * What was measured at one batch size.
     *
     * @param batch its name
     * @param joulesPerToken energy of an output token
     * @param tokensPerSecond output tokens
     * @param tokensPerRequest output tokens
     * @param latencySeconds of a request
     */
    public record Row(
            String batch,
            double joulesPerToken,
            double tokensPerSecond,
            double tokensPerRequest,
            double latencySeconds) {}

    private final List<Row> rows;

    private BatchTable(List<Row> rows) {
        this.rows = rows;
    }

    /** A table of what was measured. */
    public static BatchTable of(List<Row> rows) {
        return new BatchTable(List.copyOf(rows));
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException if it cannot be read or is not as it should be; the message says where and why
     */
    public static BatchTable read(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IllegalArgumentException(file + " is larger than " + MAX_BYTES + " bytes");
            }
            List<Row> rows = new ArrayList<>();
            try (CsvReader<NamedCsvRecord> csv = CsvReader.builder().ofNamedCsvRecord(file)) {
                for (NamedCsvRecord record : csv) {
                    rows.add(row(file, record));
                    if (rows.size() > MAX_ROWS) {
                        throw new IllegalArgumentException(file + " has more than " + MAX_ROWS + " rows");
                    }
                }
            }
            if (rows.isEmpty()) {
                throw new IllegalArgumentException(file + " has no rows; its columns are " + COLUMNS);
            }
            return new BatchTable(rows);
        } catch (IOException | CsvParseException e) {
            throw new IllegalArgumentException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static Row row(Path file, NamedCsvRecord record) {
        return new Row(
                record.findField("batch").orElse("" + record.getStartingLineNumber()),
                number(file, record, "joules_per_token"),
                number(file, record, "tokens_per_second"),
                number(file, record, "tokens_per_request"),
                number(file, record, "latency_seconds"));
    }

    private static double number(Path file, NamedCsvRecord record, String column) {
        String text = record.findField(column).orElse("");
        try {
            double value = Double.parseDouble(text);
            if (value > 0 && Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below, as what is no number and what is no amount are the same mistake.
        }
        throw new IllegalArgumentException(file + ":" + record.getStartingLineNumber() + ": " + column + " is \"" + text
                + "\", and should be a number above 0; the columns are " + COLUMNS);
    }

    /** What one batch size costs, per token and, the products, per request. */
    private record Cost(
            double operational,
            double embodied,
            double energyDelay,
            double carbonDelay,
            double carbonEnergy,
            double total) {}

    private static Cost cost(Row row, double gramsPerKwh, double embodiedGramsPerSecond) {
        double operational = row.joulesPerToken * KWH_PER_JOULE * gramsPerKwh;
        double embodied = embodiedGramsPerSecond / row.tokensPerSecond;
        double joules = row.joulesPerToken * row.tokensPerRequest;
        double making = embodied * row.tokensPerRequest;
        return new Cost(
                operational,
                embodied,
                joules * row.latencySeconds,
                making * row.latencySeconds,
                making * joules,
                (operational * row.tokensPerRequest + making) * row.latencySeconds);
    }

    /**
     * The table under given conditions; the least of each column has a star.
     *
     * @param gramsPerKwh carbon intensity
     * @param embodiedGramsPerSecond how fast the making of the hardware falls due
     */
    public String text(double gramsPerKwh, double embodiedGramsPerSecond) {
        List<Cost> costs = rows.stream()
                .map(row -> cost(row, gramsPerKwh, embodiedGramsPerSecond))
                .toList();
        List<List<String>> cells = new ArrayList<>();
        cells.add(HEAD);
        for (int i = 0; i < rows.size(); i++) {
            cells.add(new ArrayList<>(List.of(rows.get(i).batch)));
        }
        column(cells, rows, Row::joulesPerToken);
        column(cells, costs, Cost::operational);
        column(cells, costs, Cost::embodied);
        column(cells, costs, cost -> cost.operational + cost.embodied);
        column(cells, costs, Cost::energyDelay);
        column(cells, costs, Cost::carbonDelay);
        column(cells, costs, Cost::carbonEnergy);
        column(cells, costs, Cost::total);
        return Table.of(cells);
    }

    private static <T> void column(List<List<String>> cells, List<T> values, ToDoubleFunction<T> figure) {
        double least = values.stream().mapToDouble(figure).min().orElse(0);
        for (int i = 0; i < values.size(); i++) {
            double value = figure.applyAsDouble(values.get(i));
            cells.get(i + 1).add(Units.number(value) + (value == least ? " *" : "  "));
        }
    }
}
