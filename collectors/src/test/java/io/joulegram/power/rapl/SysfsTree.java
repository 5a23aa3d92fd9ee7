package io.joulegram.power.rapl;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A made-up {@code /sys}, {@code /proc} and {@code /dev} in a directory, with as much in it as RAPL takes. The static
 * methods lay out machines that were met in the field.
 */
public final class SysfsTree {
    /** Range of most zones: (2^32 - 1) x 61035 pJ. */
    public static final long PACKAGE_RANGE_MICROJOULES = 262_143_328_850L;

    /** Range of the DRAM of servers up to Ice Lake: (2^32 - 1) x 15300 pJ. */
    public static final long SERVER_DRAM_RANGE_MICROJOULES = 65_712_999_613L;

    /** Range of AMD's packages: (2^32 - 1) x 15258 pJ. */
    public static final long AMD_RANGE_MICROJOULES = 65_532_610_987L;

    private final Path root;
    private final Map<String, SysfsZone> zones = new LinkedHashMap<>();

    /** An empty tree below a directory: no powercap, no PMU, an Intel server's {@code cpuinfo}. */
    public SysfsTree(Path root) {
        this.root = root;
        directory(sysfsRoot());
        cpu("GenuineIntel", 6, 106, false);
    }

    /** A server with two sockets, each with cores and DRAM; {@code intel-rapl:1} is the second package. */
    public static SysfsTree twoSockets(Path root) {
        SysfsTree tree = new SysfsTree(root);
        for (int socket = 0; socket < 2; socket++) {
            String index = "intel-rapl:" + socket;
            tree.zone(index, "package-" + socket)
                    .energyMicrojoules(1_000_000L * (socket + 1))
                    .maxPowerMicrowatts(0, 270_000_000)
                    .maxPowerMicrowatts(1, 413_000_000);
            tree.zone(index + ":0", "core").energyMicrojoules(400_000);
            tree.zone(index + ":1", "dram")
                    .energyMicrojoules(50_000)
                    .maxEnergyRangeMicrojoules(SERVER_DRAM_RANGE_MICROJOULES);
        }
        return tree;
    }

    /** A laptop: one package with cores and graphics, the platform as {@code intel-rapl:1}, and the package by MMIO. */
    public static SysfsTree client(Path root) {
        SysfsTree tree = new SysfsTree(root).cpu("GenuineIntel", 6, 183, false);
        tree.zone("intel-rapl:0", "package-0").energyMicrojoules(9_000_000);
        tree.zone("intel-rapl:0:0", "core").energyMicrojoules(4_000_000);
        tree.zone("intel-rapl:0:1", "uncore").energyMicrojoules(1_000_000);
        tree.zone("intel-rapl:1", "psys").energyMicrojoules(14_000_000);
        tree.zone("intel-rapl-mmio:0", "package-0").energyMicrojoules(9_000_000);
        return tree;
    }

    /** A server of AMD: packages and untrustworthy cores, no DRAM. */
    public static SysfsTree amd(Path root) {
        SysfsTree tree = new SysfsTree(root).cpu("AuthenticAMD", 25, 17, false);
        for (int socket = 0; socket < 2; socket++) {
            tree.zone("intel-rapl:" + socket, "package-" + socket)
                    .energyMicrojoules(5_000_000L * (socket + 1))
                    .maxEnergyRangeMicrojoules(AMD_RANGE_MICROJOULES);
            tree.zone("intel-rapl:" + socket + ":0", "core").energyMicrojoules(77);
        }
        return tree;
    }

    /** One package with a zone for each of two dies, with these counters. */
    public static SysfsTree twoDies(Path root, long firstMicrojoules, long secondMicrojoules) {
        SysfsTree tree = new SysfsTree(root).cpu("AuthenticAMD", 23, 8, false);
        tree.zone("intel-rapl:0", "package-0-die-0").energyMicrojoules(firstMicrojoules);
        tree.zone("intel-rapl:1", "package-0-die-1").energyMicrojoules(secondMicrojoules);
        return tree;
    }

    /** A container: the links of the powercap class are there, and what they point to is hidden. */
    public static SysfsTree masked(Path root) {
        SysfsTree tree = new SysfsTree(root);
        tree.link("intel-rapl:0", "../../devices/virtual/powercap/intel-rapl/intel-rapl:0");
        directory(tree.sysfsRoot().resolve("devices/virtual/powercap"));
        return tree;
    }

    /** What to give as {@code --path.sysfs}. */
    public Path sysfsRoot() {
        return root.resolve("sys");
    }

    /** What to give as {@code --path.procfs}. */
    public Path procfsRoot() {
        return root.resolve("proc");
    }

    /** What stands for {@code /dev}. */
    public Path devRoot() {
        return root.resolve("dev");
    }

    /** Says what the processor is. */
    public SysfsTree cpu(String vendor, int family, int model, boolean hypervisor) {
        put(
                procfsRoot(),
                "cpuinfo",
                "processor\t: 0\nvendor_id\t: %s\ncpu family\t: %d\nmodel\t\t: %d\nflags\t\t: fpu msr%s\n\n"
                        .formatted(vendor, family, model, hypervisor ? " hypervisor" : ""));
        return this;
    }

    /** Adds a zone, holding 1 microjoule; {@code intel-rapl:0:1} lies within {@code intel-rapl:0}. */
    public SysfsZone zone(String index, String name) {
        String[] parts = index.split(":", -1);
        String top = parts[0] + "/" + parts[0] + ":" + parts[1];
        String path = "devices/virtual/powercap/" + (parts.length == 2 ? top : top + "/" + index);
        link(index, "../../" + path);
        put(sysfsRoot().resolve(path), "name", name + "\n");
        SysfsZone zone = new SysfsZone(sysfsRoot().resolve(path))
                .energyMicrojoules(1)
                .maxEnergyRangeMicrojoules(PACKAGE_RANGE_MICROJOULES);
        zones.put(index, zone);
        return zone;
    }

    /** A zone that was added. */
    public SysfsZone zone(String index) {
        SysfsZone zone = zones.get(index);
        if (zone == null) {
            throw new IllegalArgumentException("no zone " + index + ": there are " + zones.keySet());
        }
        return zone;
    }

    /** Adds a logical processor. */
    public SysfsTree topology(int cpu, int packageId, int dieId) {
        Path topology = sysfsRoot().resolve("devices/system/cpu/cpu" + cpu + "/topology");
        put(topology, "physical_package_id", packageId + "\n");
        put(topology, "die_id", dieId + "\n");
        return this;
    }

    /** Adds the {@code power} PMU; type 1 is the kernel's software PMU, whose event 0 counts nanoseconds. */
    public SysfsTree pmu(int type, String cpumask) {
        put(sysfsRoot().resolve("devices/power"), "type", type + "\n");
        put(sysfsRoot().resolve("devices/power"), "cpumask", cpumask + "\n");
        return this;
    }

    /** Adds an event of the PMU. */
    public SysfsTree event(String name, int config, String joulesPerCount) {
        Path events = sysfsRoot().resolve("devices/power/events");
        put(events, name, "event=0x%02x\n".formatted(config));
        put(events, name + ".scale", joulesPerCount + "\n");
        put(events, name + ".unit", "Joules\n");
        return this;
    }

    /** Sets a model-specific register of a processor. */
    public SysfsTree msr(int cpu, long register, long value) {
        Path device = directory(devRoot().resolve("cpu/" + cpu)).resolve("msr");
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        try (FileChannel file = FileChannel.open(
                device, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            file.write(bytes.putLong(0, value), register);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    private void link(String index, String target) {
        Path links = directory(sysfsRoot().resolve("class/powercap"));
        try {
            Files.createSymbolicLink(links.resolve(index), Path.of(target));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void put(Path directory, String file, String content) {
        try {
            Files.writeString(directory(directory).resolve(file), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path directory(Path directory) {
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
