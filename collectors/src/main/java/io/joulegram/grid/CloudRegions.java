package io.joulegram.grid;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** The grid zones of the regions of AWS, Azure and Google Cloud. Immutable. */
public final class CloudRegions {
    private final TreeMap<String, String> zones = new TreeMap<>();

    private CloudRegions() {}

    /** Reads the table. */
    public static CloudRegions load() {
        CloudRegions regions = new CloudRegions();
        try (InputStream stream = CloudRegions.class.getResourceAsStream("cloud-regions.csv")) {
            if (stream == null) {
                throw new IllegalStateException("the table cloud-regions.csv is missing from this build");
            }
            for (NamedCsvRecord row :
                    CsvReader.builder().ofNamedCsvRecord(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                regions.zones.put(key(row.getField("provider") + ":" + row.getField("region")), row.getField("zone"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return regions;
    }

    private static String key(String name) {
        return name.strip().toLowerCase(Locale.ROOT);
    }

    /**
     * The zone of a region.
     *
     * @param name such as {@code aws:eu-central-1}, regardless of case
     * @return empty if the region is not in the table; an empty text if it is and its zone is not known
     */
    public Optional<String> find(String name) {
        return Optional.ofNullable(zones.get(key(name)));
    }

    /** Every region in the table. */
    public NavigableSet<String> names() {
        return new TreeSet<>(zones.keySet());
    }
}
