package io.joulegram.agent.carbon;

import de.siegmar.fastcsv.reader.NamedCsvRecord;
import io.joulegram.host.Disk;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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

    /**
     * Mainboard 175.8 kg (Dell R740), rack case 150, two power supplies of 2.99 kg at 24.3 kg/kg, assembly 6.68
     * (Boavizta), network card 4.91 (HotCarbon'24). Disks are not in it. Low: the board by its area, case and assembly.
     * High: EcoLogits' whole server without GPUs.
     */
    private static final Footprint REST = Footprint.kilograms(
            92.6 + 150 + 6.68,
            175.8 + 150 + 2 * 2.99 * 24.3 + 6.68 + 4.91,
            5700,
            "mainboard, case, power supplies, network card; no disks");

    private static final double HDD_KG = 31.11;

    private static final Set<String> NOISE =
            Set.of("INTEL", "AMD", "R", "TM", "CPU", "PROCESSOR", "CORE", "CORES", "WITH");

    private final List<NamedCsvRecord> processors;

    private HostFootprints(List<NamedCsvRecord> processors) {
        this.processors = processors;
    }

    static HostFootprints load() {
        return new HostFootprints(CsvResource.rows("cpus.csv"));
    }

    /** The footprint of one processor, by its name in {@code /proc/cpuinfo}. */
    Footprint processor(Optional<String> model) {
        Set<String> words = words(model.orElse(""));
        return processors.stream()
                .filter(row -> words.containsAll(core(row.getField("name"))))
                .max(Comparator.comparingInt(row -> core(row.getField("name")).size()))
                .map(HostFootprints::footprint)
                .orElse(UNKNOWN_CPU);
    }

    private static Footprint footprint(NamedCsvRecord row) {
        double dieKilograms = CsvResource.number(row, "die_kg", UNKNOWN_CPU.grams() / 1e3);
        double area = CsvResource.number(row, "die_area_mm2", 0);
        double packaging = EmbodiedModel.PACKAGING_KG_PER_IC * CsvResource.number(row, "die_count", 1);
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

    /** The footprint of the rest of a server. */
    Footprint rest() {
        return REST;
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
