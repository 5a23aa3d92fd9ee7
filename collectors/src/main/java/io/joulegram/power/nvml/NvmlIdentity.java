package io.joulegram.power.nvml;

import io.joulegram.nvml.NvmlDevice;
import io.joulegram.nvml.NvmlException;
import io.joulegram.nvml.NvmlReturn;
import io.joulegram.power.GpuInfo;
import java.util.OptionalInt;

/** Asks a GPU who it is. */
final class NvmlIdentity {
    private NvmlIdentity() {}

    static GpuInfo of(NvmlDevice device, DeviceLabels labels, String driver) throws NvmlException {
        String uuid = device.uuid();
        String label = labels.of(uuid, device.index())
                .orElseThrow(() -> new NvmlException("nvmlDeviceGetUUID", NvmlReturn.INSUFFICIENT_RESOURCES));
        return new GpuInfo(
                label,
                uuid,
                device.name(),
                device.pciBusId(),
                driver,
                new Query<>(device::memory)
                        .ask()
                        .map(memory -> memory.totalBytes())
                        .orElse(0L),
                new Query<>(device::defaultPowerLimitMilliwatts)
                        .ask()
                        .map(milliwatts -> milliwatts / 1000.0)
                        .orElse(0.0),
                new Query<>(device::minorNumber).ask().map(OptionalInt::of).orElse(OptionalInt.empty()));
    }
}
