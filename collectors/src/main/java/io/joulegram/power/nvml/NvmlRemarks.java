package io.joulegram.power.nvml;

import io.joulegram.nvml.NvmlDevice;
import io.joulegram.nvml.NvmlException;
import io.joulegram.nvml.NvmlMigMode;
import io.joulegram.power.GpuActivity;
import io.joulegram.power.Remark;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the user of a GPU should know of how it is set up. */
final class NvmlRemarks {
    private NvmlRemarks() {}

    static List<Remark> of(NvmlDevice device) {
        List<Remark> remarks = new ArrayList<>();
        try {
            if (new Query<>(device::persistenceMode).ask().filter(on -> !on).isPresent()) {
                remarks.add(new Remark(
                        "persistence mode is off: when its last user ends, the driver shuts the GPU down, its energy"
                                + " counter begins anew and the next start takes a second or more per GPU",
                        "`sudo systemctl enable --now nvidia-persistenced`, or `sudo nvidia-smi -pm 1` until the next"
                                + " boot"));
            }
            Optional<NvmlMigMode> mig = new Query<>(device::migMode).ask();
            if (mig.isPresent() && mig.get().current() != mig.get().pending()) {
                remarks.add(new Remark(
                        "MIG mode will be " + (mig.get().pending() ? "on" : "off") + " after the next reset",
                        "`sudo nvidia-smi --gpu-reset`, after `joulegram quiesce`"));
            }
            if (mig.isPresent() && mig.get().current()) {
                remarks.add(new Remark(layout(device), ""));
            }
        } catch (NvmlException e) {
            remarks.add(new Remark("cannot be asked how it is set up: " + e.getMessage(), ""));
        }
        return remarks;
    }

    private static String layout(NvmlDevice device) throws NvmlException {
        GpuActivity activity;
        try (NvmlActivity reader = new NvmlActivity(device)) {
            activity = reader.read(List.of());
        }
        if (activity.instances().isEmpty()) {
            return "is divided (MIG), into no instance yet";
        }
        boolean counted = new Query<>(device::isGpmSupported).ask().orElse(false);
        return "is divided (MIG) into "
                + activity.instances().stream()
                        .map(instance -> instance.id() + " " + instance.profile())
                        .collect(Collectors.joining(", "))
                + "; its energy is split by "
                + (counted ? "their performance counters (gpm)" : "the memory in use (memory)");
    }
}
