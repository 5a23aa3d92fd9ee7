package io.joulegram.table;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A table (CSV, UTF-8, names in the first row) that is shipped beside a class. */
public final class ShippedTable {
    private ShippedTable() {}

    /**
     * Reads one.
     *
     * @param beside a class of the package that it is in
     * @param name of the file
     * @throws IllegalStateException if this build has no such table
     */
    public static List<NamedCsvRecord> rows(Class<?> beside, String name) {
        try (InputStream stream = beside.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("the table " + name + " is missing from this build");
            }
            return CsvReader.builder().ofNamedCsvRecord(new InputStreamReader(stream, StandardCharsets.UTF_8)).stream()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The number in a column, or what stands for it where the column is empty. */
    public static double number(NamedCsvRecord row, String column, double absent) {
        String text = row.getField(column);
        return text.isEmpty() ? absent : Double.parseDouble(text);
    }
}
