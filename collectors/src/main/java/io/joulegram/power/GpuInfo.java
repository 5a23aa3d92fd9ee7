package io.joulegram.power;

import java.util.OptionalInt;

/**
 * The identity of a GPU.
 *
 * @param device the {@code device} label: NVML index
 * @param uuid NVML's UUID, which stays the same over reboots
 * @param name product name, such as {@code NVIDIA H100 80GB HBM3}
 * @param pciBusId PCI address, {@code 00000000:3B:00.0}
 * @param driver driver version
 * @param memoryTotalBytes size of the memory; 0 if unknown
 * @param defaultPowerLimitWatts power limit as shipped; 0 if unknown
 * @param minor number of its device file, {@code /dev/nvidia3}, which need not be its index; empty if unknown
 */
public record GpuInfo(
        String device,
        String uuid,
        String name,
        String pciBusId,
        String driver,
        long memoryTotalBytes,
        double defaultPowerLimitWatts,
        OptionalInt minor) {
    /** One whose device file is not known. */
    public GpuInfo(
            String device,
            String uuid,
            String name,
            String pciBusId,
            String driver,
            long memoryTotalBytes,
            double defaultPowerLimitWatts) {
        this(device, uuid, name, pciBusId, driver, memoryTotalBytes, defaultPowerLimitWatts, OptionalInt.empty());
    }
}
