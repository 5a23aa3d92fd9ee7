package io.joulegram.nvml;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Opens and closes NVML as often as it is told, in a process of its own whose heap does not grow, and says by how many
 * bytes the process grew per time, at least.
 */
final class ReopenVictim {
    private static final int BATCHES = 5;

    private ReopenVictim() {}

    /** Arguments: the directory of the stand-in, and how often. */
    public static void main(String[] args) throws Exception {
        NvmlStandIn standIn = NvmlStandIn.attach(Path.of(args[0]));
        int times = Integer.parseInt(args[1]);
        int number = 0;
        long least = Long.MAX_VALUE;
        for (int batch = 0; batch < BATCHES; batch++) {
            long before = residentBytes();
            for (int i = 0; i < times / BATCHES; i++) {
                cycle(standIn.library(), number++);
            }
            // Caches and code that is compiled grow in some batches, a leak in each.
            least = Math.min(least, (residentBytes() - before) / (times / BATCHES));
        }
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.println("grew " + least + " threads " + Thread.activeCount() + " held "
                + NvmlResidue.ofThisProcess().size());
    }

    private static void cycle(Path library, int number) {
        try (Nvml nvml = Nvml.open(library)) {
            NvmlDevice device = nvml.device(number % nvml.deviceCount());
            device.fieldValues(List.of(NvmlField.TOTAL_ENERGY)).read();
            device.computeProcesses();
            device.processUtilization(0);
            device.powerRing().read(0);
        } catch (NvmlException e) {
            if (e.code() != NvmlReturn.LIB_RM_VERSION_MISMATCH) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static long residentBytes() throws Exception {
        System.gc();
        Thread.sleep(200);
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("RssAnon:"))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }
}
