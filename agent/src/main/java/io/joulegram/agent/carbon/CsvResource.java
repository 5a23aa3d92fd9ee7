package io.joulegram.agent.carbon;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A table that is shipped beside the classes of this package. */
final class CsvResource {
    private CsvResource() {}

    static List<NamedCsvRecord> rows(String name) {
        try (InputStream stream = CsvResource.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("the table " + name + " is missing from this build");
            }
            return CsvReader.builder().ofNamedCsvRecord(new InputStreamReader(stream, StandardCharsets.UTF_8)).stream()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static double number(NamedCsvRecord row, String column, double absent) {
        String text = row.getField(column);
        return text.isEmpty() ? absent : Double.parseDouble(text);
    }
}
