package io.joulegram.agent.report;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** Lines of a report as CSV (RFC 4180) with base units: joules and grams. What is not known is empty. */
public final class CsvReport {
    private CsvReport() {}

    /**
     * The lines.
     *
     * @param what the name of the first column: component, device, host, model, workload or day
     */
    public static String of(String what, List<Line> lines) {
        return text(csv -> write(csv, what, lines));
    }

    /** The scopes of the GHG Protocol; the two of scope 2 are two views of one thing. */
    public static String of(List<ScopeLine> scopes) {
        return text(csv -> {
            csv.writeRecord("scope", "grams", "low_grams", "high_grams");
            for (ScopeLine scope : scopes) {
                csv.writeRecord(scope.name(), plain(scope.grams()), plain(scope.lowGrams()), plain(scope.highGrams()));
            }
        });
    }

    private static String text(Consumer<CsvWriter> records) {
        StringWriter text = new StringWriter();
        try (CsvWriter csv = CsvWriter.builder().build(text)) {
            records.accept(csv);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(CsvWriter csv, String what, List<Line> lines) {
        csv.writeRecord(
                what,
                "energy_joules",
                "energy_uncertainty_ratio",
                "operational_location_grams",
                "operational_market_grams",
                "operational_marginal_grams",
                "embodied_grams",
                "embodied_low_grams",
                "embodied_high_grams",
                "prompt_tokens",
                "cached_tokens",
                "generated_tokens",
                "joules_per_generated_token",
                "grams_per_generated_token");
        for (Line line : lines) {
            csv.writeRecord(
                    line.name(),
                    line.measured() ? plain(line.joules()) : "",
                    line.measured() ? plain(line.uncertaintyRatio()) : "",
                    plain(line.operationalGrams()),
                    plain(line.marketGrams()),
                    plain(line.marginalGrams()),
                    plain(line.embodiedGrams()),
                    plain(line.embodiedLowGrams()),
                    plain(line.embodiedHighGrams()),
                    line.tokens().map(tokens -> "" + tokens.prompt()).orElse(""),
                    line.tokens().map(tokens -> "" + tokens.cached()).orElse(""),
                    line.tokens().map(tokens -> "" + tokens.generated()).orElse(""),
                    plain(line.joulesPerToken()),
                    plain(line.gramsPerToken()));
        }
    }

    private static String plain(OptionalDouble value) {
        return value.isPresent() ? plain(value.getAsDouble()) : "";
    }

    private static String plain(double value) {
        return BigDecimal.valueOf(value).toPlainString();
    }
}
