package io.joulegram.power.estimate;

import de.siegmar.fastcsv.reader.NamedCsvRecord;
import io.joulegram.table.ShippedTable;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The built-in table of processors, {@code cpu-tdp.csv}: facts collected one by one, each with its source. Immutable.
 */
final class CpuRatings {
    private static final String RESOURCE = "cpu-tdp.csv";

    private final List<CpuRating> ratings;

    CpuRatings(List<CpuRating> ratings) {
        this.ratings = List.copyOf(ratings);
    }

    /** Reads the built-in table. */
    static CpuRatings builtIn() {
        return new CpuRatings(ShippedTable.rows(CpuRatings.class, RESOURCE).stream()
                .map(CpuRatings::rating)
                .toList());
    }

    private static CpuRating rating(NamedCsvRecord row) {
        Optional<CpuRating.Span> measured = row.getField("idle_w").isEmpty()
                ? Optional.empty()
                : Optional.of(new CpuRating.Span(
                        Double.parseDouble(row.getField("idle_w")), Double.parseDouble(row.getField("max_w"))));
        return new CpuRating(
                row.getField("name"),
                Integer.parseInt(row.getField("cores")),
                Integer.parseInt(row.getField("threads_per_core")),
                Double.parseDouble(row.getField("tdp_w")),
                measured);
    }

    /**
     * Finds a processor by the name it gives itself, such as {@code Intel(R) Xeon(R) Platinum 8480+} or {@code AMD EPYC
     * 7763 64-Core Processor}: every word of the table's name must be in it, in order and side by side.
     */
    Optional<CpuRating> find(String cpuName) {
        List<String> words = words(cpuName);
        return ratings.stream()
                .filter(rating -> Collections.indexOfSubList(words, words(rating.name())) >= 0)
                .findFirst();
    }

    List<CpuRating> all() {
        return ratings;
    }

    private static List<String> words(String name) {
        String plain = name.toLowerCase(Locale.ROOT)
                .replace("(r)", " ")
                .replace("(tm)", " ")
                .replaceAll("\\bcpu\\b", " ");
        return List.of(plain.strip().split("[^a-z0-9+]+"));
    }
}
