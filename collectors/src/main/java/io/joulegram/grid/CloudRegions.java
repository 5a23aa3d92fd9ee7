package io.joulegram.grid;

import de.siegmar.fastcsv.reader.NamedCsvRecord;
import io.joulegram.table.ShippedTable;
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
        for (NamedCsvRecord row : ShippedTable.rows(CloudRegions.class, "cloud-regions.csv")) {
            regions.zones.put(key(row.getField("provider") + ":" + row.getField("region")), row.getField("zone"));
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
