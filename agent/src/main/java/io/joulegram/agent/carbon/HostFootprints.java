package io.joulegram.agent.carbon;

import de.siegmar.fastcsv.reader.NamedCsvRecord;
import io.joulegram.host.Disk;
import io.joulegram.table.ShippedTable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Embodied carbon of what is beside the GPUs: processors by name, memory by size, and the rest of a server.
 *
 * <p>Immutable.
 */
final class HostFootprints {
    /** Boavizta: 0.0197 kg per mm2 of die and 9.14 kg per processor; the upper bound. */
    private static final double BOAVIZTA_KG_PER_MM2 = 0.0197;

    private static final double BOAVIZTA_BASE_KG = 9.14;

    /** Half of the two processors of the Dell R740 life-cycle assessment (47 kg), halved and doubled for the bounds. */
    private static final Footprint UNKNOWN_CPU =
            Footprint.kilograms(11.75, 23.5, 47, "Dell R740 life-cycle assessment, per processor");

    /** kg per GB: ACT's DDR4, HotCarbon'24 section 3.2.5, and Boavizta at 1.25 GB per cm2. */
    private static final Footprint DRAM_PER_GIGABYTE =
            Footprint.kilograms(0.065, 0.29, 1.84, "HotCarbon'24 section 3.2.5, 0.29 kg per GB");

    /** EcoLogits: a node for eight GPUs without them, processors, memory and disks included; the most that is published. */
    private static final double WHOLE_SERVER_KG = 5700;

    /** Design power of a processor that is in no catalogue: the middle of those that are. */
    private static final double UNKNOWN_CPU_WATTS = 225;

    private static final double HDD_KG = 31.11;

    private static final Set<String> NOISE =
            Set.of("INTEL", "AMD", "R", "TM", "CPU", "PROCESSOR", "CORE", "CORES", "WITH");

    private final List<NamedCsvRecord> processors;

    private HostFootprints(List<NamedCsvRecord> processors) {
        this.processors = processors;
    }

    static HostFootprints load() {
        return new HostFootprints(ShippedTable.rows(HostFootprints.class, "cpus.csv"));
    }

    /** The footprint of one processor, by its name in {@code /proc/cpuinfo}. */
    Footprint processor(Optional<String> model) {
        return row(model).map(HostFootprints::footprint).orElse(UNKNOWN_CPU);
    }

    private Optional<NamedCsvRecord> row(Optional<String> model) {
        Set<String> words = words(model.orElse(""));
        return processors.stream()
                .filter(row -> words.containsAll(core(row.getField("name"))))
                .max(Comparator.comparingInt(row -> core(row.getField("name")).size()));
    }

    private static Footprint footprint(NamedCsvRecord row) {
        double dieKilograms = ShippedTable.number(row, "die_kg", UNKNOWN_CPU.grams() / 1e3);
        double area = ShippedTable.number(row, "die_area_mm2", 0);
        double packaging = EmbodiedModel.PACKAGING_KG_PER_IC * ShippedTable.number(row, "die_count", 1);
        double model = dieKilograms + packaging;
        double high = Math.max(model, BOAVIZTA_BASE_KG + BOAVIZTA_KG_PER_MM2 * area);
        return Footprint.kilograms(
                dieKilograms, model, high, "ACT die and packaging, catalogue row " + row.getField("name"));
    }

    /** The footprint of memory. */
    Footprint memory(long bytes) {
        return DRAM_PER_GIGABYTE.times(bytes / 1e9);
    }

    /**
     * The footprint of a disk. Solid-state: ACT's newest 3D NAND (6.3 g/GB), HotCarbon'24 section 3.2.1, SCARIF (0.16
     * kg/GB). Rotating: ACT's best enterprise drive (1.14 g/GB) or the drive's middle figure if that is less, Boavizta's
     * 31.11 kg for a drive, SCARIF (0.04 kg/GB) or the middle figure if that is more.
     */
    Footprint disk(Disk disk) {
        double gigabytes = disk.bytes() / 1e9;
        if (disk.rotating()) {
            return Footprint.kilograms(
                    Math.min(HDD_KG, 0.00114 * gigabytes),
                    HDD_KG,
                    Math.max(HDD_KG, 0.04 * gigabytes),
                    "Boavizta, 31.11 kg per hard disk");
        }
        return Footprint.kilograms(
                0.0063 * gigabytes,
                EmbodiedModel.SSD_KG_PER_GB * gigabytes,
                0.16 * gigabytes,
                "HotCarbon'24 section 3.2.1, 0.110 kg per GB");
    }

    /** Cores of a processor; empty if it is in no catalogue. */
    OptionalInt cores(Optional<String> model) {
        return row(model)
                .map(row -> OptionalInt.of((int) ShippedTable.number(row, "cores", 0)))
                .filter(cores -> cores.getAsInt() > 0)
                .orElse(OptionalInt.empty());
    }

    /** Design power of a processor. */
    double designWatts(Optional<String> model) {
        return row(model)
                .map(row -> ShippedTable.number(row, "tdp_watts", UNKNOWN_CPU_WATTS))
                .orElse(UNKNOWN_CPU_WATTS);
    }

    /**
     * The footprint of the rest of a server: the sum of its parts. Its upper bound is what the most that is published for
     * a whole server, or SCARIF's figure, leaves beside what stands elsewhere, if that is more.
     *
     * @param elsewhereKilograms processors, memory and disks
     * @param scarifKilograms SCARIF's figure of the whole server; empty if it has none
     */
    static Footprint rest(List<FootprintPart> parts, double elsewhereKilograms, OptionalDouble scarifKilograms) {
        double low = 0;
        double middle = 0;
        double high = 0;
        for (FootprintPart part : parts) {
            low += part.footprint().lowGrams();
            middle += part.footprint().grams();
            high += part.footprint().highGrams();
        }
        double whole = Math.max(WHOLE_SERVER_KG, scarifKilograms.orElse(0));
        String other = scarifKilograms.isPresent()
                ? String.format(Locale.ROOT, "; SCARIF has %.0f kg for the whole server", scarifKilograms.getAsDouble())
                : "";
        return new Footprint(
                low,
                middle,
                Math.max(high, 1e3 * (whole - elsewhereKilograms)),
                "sum of " + parts.size() + " parts: board, cards, power delivery, cooling, case, power supplies"
                        + other);
    }

    private static Set<String> words(String name) {
        return new HashSet<>(Arrays.asList(name.toUpperCase(Locale.ROOT).split("[^A-Z0-9+]+")));
    }

    private static Set<String> core(String name) {
        Set<String> core = words(name.replaceAll("\\(.*\\)", ""));
        core.removeAll(NOISE);
        core.remove("");
        return core;
    }
}
