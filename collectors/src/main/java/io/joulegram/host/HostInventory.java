package io.joulegram.host;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What this host is made of, as the kernel tells it. What it does not tell is empty.
 *
 * @param packages the processor packages by socket number; empty where {@code cpuinfo} has no {@code physical id}, as on
 *     ARM
 * @param logicalCpus processors that are online; 0 only if {@code cpuinfo} cannot be read
 * @param memoryTotalBytes memory that the kernel manages ({@code MemTotal}); somewhat less than is installed
 * @param bootId random id of this boot, by which a counter of another boot is told
 */
public record HostInventory(
        List<CpuPackage> packages, int logicalCpus, OptionalLong memoryTotalBytes, Optional<String> bootId) {

    private static final int MAX_CPUINFO_BYTES = 32 << 20;
    private static final int MAX_MEMINFO_BYTES = 64 * 1024;
    private static final int MAX_BOOT_ID_BYTES = 128;
    /** {@code __NEW_UTS_LEN} and a line feed, and more. */
    private static final int MAX_HOSTNAME_BYTES = 256;

    /** Copies the list. */
    public HostInventory {
        packages = List.copyOf(packages);
        requireNonNull(memoryTotalBytes, "memoryTotalBytes");
        requireNonNull(bootId, "bootId");
    }

    /**
     * A processor package.
     *
     * @param socket its number ({@code physical id})
     * @param model product name, such as {@code Intel(R) Xeon(R) Platinum 8480+}
     * @param logicalCpus its processors that are online, threads counted
     */
    public record CpuPackage(int socket, Optional<String> model, int logicalCpus) {
        /** @throws NullPointerException if the model is null */
        public CpuPackage {
            requireNonNull(model, "model");
        }
    }

    /**
     * Reads the inventory. A file that cannot be read leaves its part empty.
     *
     * @param procfs where procfs is mounted, {@code /proc} as a rule
     */
    public static HostInventory read(Path procfs) {
        Procfs files = new Procfs(requireNonNull(procfs, "procfs"));
        CpuInfo cpus = new CpuInfo();
        textIfReadable(files, "cpuinfo", MAX_CPUINFO_BYTES).ifPresent(cpus::parse);
        return new HostInventory(
                cpus.packages(),
                cpus.logicalCpus,
                textIfReadable(files, "meminfo", MAX_MEMINFO_BYTES)
                        .map(HostInventory::memoryTotalBytes)
                        .orElse(OptionalLong.empty()),
                textIfReadable(files, "sys/kernel/random/boot_id", MAX_BOOT_ID_BYTES)
                        .map(String::strip)
                        .filter(id -> !id.isEmpty()));
    }

    /**
     * The name of this host as the kernel has it, which in a container is that of the container.
     *
     * @param procfs where procfs is mounted, {@code /proc} as a rule
     */
    public static Optional<String> hostname(Path procfs) {
        return textIfReadable(new Procfs(procfs), "sys/kernel/hostname", MAX_HOSTNAME_BYTES)
                .map(String::strip)
                .filter(name -> !name.isEmpty());
    }

    private static Optional<String> textIfReadable(Procfs files, String file, int maxBytes) {
        try {
            return Optional.of(files.text(file, maxBytes));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** {@code MemTotal:       2113366324 kB}, where kB is 1024 bytes (proc_meminfo(5)). */
    private static OptionalLong memoryTotalBytes(String meminfo) {
        return meminfo.lines()
                .filter(line -> line.startsWith("MemTotal:") && line.endsWith("kB"))
                .map(line -> line.substring("MemTotal:".length(), line.length() - "kB".length())
                        .strip())
                .filter(number -> number.matches("[0-9]{1,15}"))
                .mapToLong(number -> Long.parseLong(number) * 1024)
                .findFirst();
    }

    /** {@code cpuinfo}: a block of {@code key : value} lines for each processor, with an empty line after each. */
    private static final class CpuInfo {
        private final Map<Integer, CpuPackage> packages = new TreeMap<>();
        private int logicalCpus;
        private OptionalInt socket = OptionalInt.empty();
        private Optional<String> model = Optional.empty();

        void parse(String cpuinfo) {
            cpuinfo.lines().forEach(this::line);
            endBlock();
        }

        List<CpuPackage> packages() {
            return new ArrayList<>(packages.values());
        }

        private void line(String line) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                endBlock();
                return;
            }
            String value = line.substring(colon + 1).strip();
            switch (line.substring(0, colon).strip()) {
                case "processor" -> logicalCpus++;
                case "model name" -> model = Optional.of(value).filter(name -> !name.isEmpty());
                case "physical id" ->
                    socket =
                            value.matches("[0-9]{1,5}") ? OptionalInt.of(Integer.parseInt(value)) : OptionalInt.empty();
                default -> {}
            }
        }

        private void endBlock() {
            if (socket.isPresent()) {
                packages.merge(
                        socket.getAsInt(),
                        new CpuPackage(socket.getAsInt(), model, 1),
                        (known, more) ->
                                new CpuPackage(known.socket(), known.model().or(more::model), known.logicalCpus() + 1));
            }
            socket = OptionalInt.empty();
            model = Optional.empty();
        }
    }
}
