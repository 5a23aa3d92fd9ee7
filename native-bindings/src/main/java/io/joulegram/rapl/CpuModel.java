package io.joulegram.rapl;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the first processor of {@code /proc/cpuinfo} says it is, on x86.
 *
 * @param vendor the vendor string of CPUID, such as {@code GenuineIntel}
 * @param family family, extended family included
 * @param model model, extended model included
 * @param hypervisor whether the processor says that it is a virtual machine's
 */
public record CpuModel(String vendor, int family, int model, boolean hypervisor) {
    /** The stanza of one processor is about 1.5 KB. */
    private static final int MAX_BYTES = 65_536;

    /**
     * Reads {@code cpuinfo}.
     *
     * @param procfsRoot where procfs is mounted, {@code /proc}
     * @return empty if the file cannot be read or is not that of an x86 processor
     */
    public static Optional<CpuModel> read(Path procfsRoot) {
        Map<String, String> fields = new HashMap<>();
        try (InputStream cpuinfo = Files.newInputStream(procfsRoot.resolve("cpuinfo"))) {
            String text = new String(cpuinfo.readNBytes(MAX_BYTES), StandardCharsets.ISO_8859_1);
            for (String line : text.split("\n", -1)) {
                int colon = line.indexOf(':');
                if (colon > 0) {
                    fields.putIfAbsent(
                            line.substring(0, colon).strip(),
                            line.substring(colon + 1).strip());
                }
            }
            return Optional.of(new CpuModel(
                    fields.getOrDefault("vendor_id", ""),
                    Integer.parseInt(fields.getOrDefault("cpu family", "")),
                    Integer.parseInt(fields.getOrDefault("model", "")),
                    List.of(fields.getOrDefault("flags", "").split(" ", -1)).contains("hypervisor")));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Whether it is made by Intel. */
    public boolean isIntel() {
        return vendor.equals("GenuineIntel");
    }

    /** Whether it is made by AMD, or by Hygon after AMD's design. */
    public boolean isAmd() {
        return vendor.equals("AuthenticAMD") || vendor.equals("HygonGenuine");
    }
}
