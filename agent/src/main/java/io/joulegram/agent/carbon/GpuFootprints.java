package io.joulegram.agent.carbon;

import io.joulegram.agent.gpu.GpuName;
import io.joulegram.table.ShippedTable;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Embodied carbon of GPUs by the name, memory and power limit that the driver tells.
 *
 * <p>The model is that of "Carbon-efficient LLM life cycle" (HotCarbon'24), section 3.2: die + memory + power delivery
 * and cooling + printed circuit board. It gives 164.6 kg for an H100 SXM5; NVIDIA's own product carbon footprint says
 * 164 kg, which is used where it applies. The bounds are the spread of published figures for H100 and A100, which run
 * from 0.9 to 3.5 times the model.
 *
 * <p>Immutable.
 */
final class GpuFootprints {
    /** HotCarbon'24 section 3.2.5, kg per GB; HBM2e, HBM3 and HBM3e. */
    static final double HBM_KG_PER_GB = 0.24;

    /** HotCarbon'24 section 3.2.5, kg per GB. */
    static final double HBM2_KG_PER_GB = 0.28;

    /** HotCarbon'24 section 3.2.5, kg per GB; GDDR6 and kin. */
    static final double GDDR_KG_PER_GB = 0.62;

    private static final double UNKNOWN_BOARD_KG = 10;
    private static final double UNKNOWN_DIE_KG = 22;
    private static final double LOW = 0.9;
    private static final double HIGH = 3.5;
    private static final double NVIDIA_H100_SXM_KG = 164;

    /** Drivers keep some memory for themselves and for error correction: less than this part of it. */
    private static final double MEMORY_TOLERANCE = 0.12;

    private static final double BYTES_PER_GIGABYTE = 1L << 30;

    /** One row of the catalogue. */
    private record Row(
            GpuName name,
            String label,
            Set<String> forms,
            double dieKilograms,
            String memoryType,
            double memoryGigabytes,
            double tdpWatts,
            double boardCm2) {}

    private final List<Row> rows;

    private GpuFootprints(List<Row> rows) {
        this.rows = rows;
    }

    static GpuFootprints load() {
        return new GpuFootprints(ShippedTable.rows(GpuFootprints.class, "gpus.csv").stream()
                .map(row -> new Row(
                        GpuName.parse(row.getField("name")),
                        row.getField("name"),
                        GpuName.parse(row.getField("name") + " " + row.getField("form"))
                                .forms(),
                        ShippedTable.number(row, "die_kg", UNKNOWN_DIE_KG),
                        row.getField("memory_type"),
                        ShippedTable.number(row, "memory_gb", 0),
                        ShippedTable.number(row, "tdp_watts", 0),
                        ShippedTable.number(row, "pcb_area_cm2", 0)))
                .toList());
    }

    /**
     * The footprint of a GPU.
     *
     * @param name as NVML tells it, such as {@code NVIDIA H100 80GB HBM3}
     * @param memoryBytes as NVML tells it; 0 if unknown
     * @param powerLimitWatts as NVML tells it; 0 if unknown
     * @return empty if the name is not in the catalogue and memory or power is not known. What the driver tells of memory
     *     and power is used where it differs from the catalogue: there are boards of other sizes under one name.
     */
    Optional<Footprint> find(String name, long memoryBytes, double powerLimitWatts) {
        GpuName told = GpuName.parse(name);
        double gigabytes = memoryBytes > 0
                ? memoryBytes / BYTES_PER_GIGABYTE
                : told.gigabytes().orElse(0);
        Optional<Row> match = row(told, gigabytes);
        if (match.isPresent()) {
            return match.map(row -> footprint(row, gigabytes, powerLimitWatts));
        }
        return memoryBytes > 0 && powerLimitWatts > 0
                ? Optional.of(heuristic(told, gigabytes, powerLimitWatts))
                : Optional.empty();
    }

    /** What a GPU of the catalogue is designed to draw, in watts; 0 if it is not in it. */
    double designWatts(String name) {
        GpuName told = GpuName.parse(name);
        return row(told, told.gigabytes().orElse(0)).map(Row::tdpWatts).orElse(0.0);
    }

    private Optional<Row> row(GpuName told, double gigabytes) {
        return rows.stream()
                .filter(row -> row.name.isSameProduct(told))
                .max(Comparator.comparingInt((Row row) -> told.likeness(row.forms))
                        .thenComparing(row -> -memoryDistance(row, told, gigabytes)));
    }

    private static Footprint footprint(Row row, double gigabytes, double powerLimitWatts) {
        boolean usualMemory =
                gigabytes == 0 || Math.abs(gigabytes - row.memoryGigabytes) <= MEMORY_TOLERANCE * row.memoryGigabytes;
        if (row.label.startsWith("H100 SXM") && usualMemory) {
            return bounded(NVIDIA_H100_SXM_KG, "NVIDIA product carbon footprint, HGX H100: 164 kg per GPU");
        }
        double board = row.boardCm2 > 0 ? EmbodiedModel.BOARD_KG_PER_CM2 * row.boardCm2 : UNKNOWN_BOARD_KG;
        double memory = usualMemory ? row.memoryGigabytes : gigabytes;
        double watts = powerLimitWatts > 0 ? powerLimitWatts : row.tdpWatts;
        String difference = usualMemory ? "" : String.format(Locale.ROOT, " with %.0f GB", gigabytes);
        return bounded(
                model(row.dieKilograms, memory, row.memoryType, watts, board),
                "HotCarbon'24 model, catalogue row " + row.label + difference);
    }

    private static Footprint heuristic(GpuName told, double gigabytes, double watts) {
        String memory =
                told.words().stream().anyMatch(word -> word.startsWith("HBM")) || gigabytes > 60 ? "HBM3" : "GDDR6";
        double kilograms = model(UNKNOWN_DIE_KG, gigabytes, memory, watts, UNKNOWN_BOARD_KG);
        return bounded(kilograms, "heuristic from memory and power limit");
    }

    /** Kilograms by the model of HotCarbon'24 section 3.2. */
    static double model(
            double dieKilograms, double memoryGigabytes, String memoryType, double tdpWatts, double boardKilograms) {
        double perGigabyte = HBM_KG_PER_GB;
        if (memoryType.startsWith("GDDR")) {
            perGigabyte = GDDR_KG_PER_GB;
        } else if (memoryType.equals("HBM2")) {
            perGigabyte = HBM2_KG_PER_GB;
        }
        return dieKilograms
                + perGigabyte * memoryGigabytes
                + EmbodiedModel.powerAndCoolingKilograms(tdpWatts)
                + boardKilograms;
    }

    private static Footprint bounded(double kilograms, String origin) {
        return Footprint.kilograms(LOW * kilograms, kilograms, HIGH * kilograms, origin);
    }

    private static double memoryDistance(Row row, GpuName told, double gigabytes) {
        double wanted = told.gigabytes().orElse(gigabytes);
        return wanted > 0 ? Math.abs(wanted - row.memoryGigabytes) : 0;
    }
}
