package io.joulegram.power.nvml;

import io.joulegram.nvml.NvmlDevice;
import io.joulegram.nvml.NvmlException;
import io.joulegram.nvml.NvmlMigMode;
import io.joulegram.power.Remark;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
        } catch (NvmlException e) {
            remarks.add(new Remark("cannot be asked how it is set up: " + e.getMessage(), ""));
        }
        return remarks;
    }
}
