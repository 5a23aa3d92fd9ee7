package io.joulegram.grid;

import de.siegmar.fastcsv.reader.NamedCsvRecord;
import io.joulegram.table.ShippedTable;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The embedded tables of yearly carbon intensity, which need no key and no network.
 *
 * <p>A zone is looked up, regardless of case, in this order:
 *
 * <ol>
 *   <li>{@code eGRID:CAMX}, or {@code CAMX} where no other table has that name: a subregion of the United States' grid,
 *       from EPA eGRID (direct emissions of production);
 *   <li>a zone of Electricity Maps, such as {@code DE} or {@code US-CAL-CISO} (life-cycle, of consumption, so imports
 *       count);
 *   <li>a country by ISO code of two or three letters, or {@code WORLD}, from Ember and Our World in Data (life-cycle,
 *       of production). Both codes of a country that is a zone of Electricity Maps mean that zone.
 * </ol>
 *
 * <p>The newest year of a table is used. Nothing stands in for a zone that is not in the tables. Immutable.
 */
public final class YearlyIntensities {
    private static final String EGRID_PREFIX = "EGRID:";

    private final Map<String, GridIntensity> byZone;

    private YearlyIntensities(Map<String, GridIntensity> byZone) {
        this.byZone = byZone;
    }

    /** Reads the tables. */
    public static YearlyIntensities load() {
        Map<String, GridIntensity> byZone = new TreeMap<>();
        Map<String, String> iso2ByIso3 = new TreeMap<>();
        read("countries.csv", row -> {
            GridIntensity figure = figure(row, row.getField("iso3"), "owid", "lifecycle", "owid-2026-04");
            keepNewest(byZone, row.getField("iso3"), figure);
            if (!row.getField("iso2").isEmpty()) {
                keepNewest(byZone, row.getField("iso2"), figure);
                iso2ByIso3.put(row.getField("iso3"), row.getField("iso2"));
            }
        });
        Map<String, GridIntensity> zones = new TreeMap<>();
        read("electricitymaps-zones.csv", row -> {
            String zone = row.getField("zone");
            GridIntensity figure = figure(row, zone, "electricitymaps-yearly", "lifecycle", "co2.js@27cbe83");
            keepNewest(zones, zone, figure.withCarbonFreeRatio(carbonFree(row)));
        });
        byZone.putAll(zones);
        // One country has one figure, by whichever of its codes it is asked for.
        iso2ByIso3.forEach((iso3, iso2) -> byZone.put(iso3, byZone.get(iso2)));
        Map<String, GridIntensity> subregions = new TreeMap<>();
        read("egrid-subregions.csv", row -> {
            String zone = "eGRID:" + row.getField("subregion");
            keepNewest(subregions, zone, figure(row, zone, "egrid", "direct", "eGRID2024"));
        });
        subregions.forEach((zone, figure) -> {
            byZone.put(zone, figure);
            byZone.putIfAbsent(zone.substring(EGRID_PREFIX.length()), figure);
        });
        return new YearlyIntensities(byZone);
    }

    /** The intensity of a zone; empty if it is in no table. */
    public Optional<GridIntensity> find(String zone) {
        return Optional.ofNullable(byZone.get(zone.strip().toUpperCase(Locale.ROOT)));
    }

    /** Every zone that {@link #find} knows, in alphabetical order. */
    public NavigableSet<String> zones() {
        NavigableSet<String> zones = new TreeSet<>();
        byZone.keySet()
                .forEach(zone -> zones.add(
                        zone.startsWith(EGRID_PREFIX) ? "eGRID:" + zone.substring(EGRID_PREFIX.length()) : zone));
        return zones;
    }

    private static void read(String name, Consumer<NamedCsvRecord> reader) {
        ShippedTable.rows(YearlyIntensities.class, name).forEach(reader);
    }

    private static GridIntensity figure(
            NamedCsvRecord row, String zone, String provider, String boundary, String dataset) {
        int year = Integer.parseInt(row.getField("year"));
        return new GridIntensity(
                Double.parseDouble(row.getField("g_co2e_per_kwh")),
                zone,
                provider,
                "average",
                boundary,
                LocalDate.of(year, 1, 1).atStartOfDay(ZoneOffset.UTC).toInstant(),
                LocalDate.of(year + 1, 1, 1).atStartOfDay(ZoneOffset.UTC).toInstant(),
                dataset);
    }

    private static OptionalDouble carbonFree(NamedCsvRecord row) {
        String percent = row.getField("carbon_free_percent");
        return percent.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(percent) / 100);
    }

    private static void keepNewest(Map<String, GridIntensity> figures, String zone, GridIntensity figure) {
        figures.merge(zone.toUpperCase(Locale.ROOT), figure, (a, b) -> a.from().isBefore(b.from()) ? b : a);
    }
}
