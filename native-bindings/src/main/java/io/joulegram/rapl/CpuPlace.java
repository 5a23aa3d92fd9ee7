package io.joulegram.rapl;

import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * Where a logical processor is.
 *
 * @param packageId number of its package
 * @param dieId number of its die within the package; empty on kernels before 5.2, which do not tell
 */
public record CpuPlace(int packageId, OptionalInt dieId) {
    private static final int MAX_ID = 1 << 20;

    /**
     * Asks sysfs.
     *
     * @param sysfsRoot where sysfs is mounted, {@code /sys}
     * @param cpu number of the logical processor
     * @throws RaplException if there is no such processor, or it is offline
     */
    public static CpuPlace of(Path sysfsRoot, int cpu) throws RaplException {
        Path topology = sysfsRoot.resolve("devices/system/cpu/cpu" + cpu + "/topology");
        int packageId = (int) SysfsAttribute.number(topology.resolve("physical_package_id"), MAX_ID);
        return new CpuPlace(packageId, die(topology.resolve("die_id")));
    }

    private static OptionalInt die(Path file) {
        try {
            return OptionalInt.of((int) SysfsAttribute.number(file, MAX_ID));
        } catch (RaplException e) {
            return OptionalInt.empty();
        }
    }
}
