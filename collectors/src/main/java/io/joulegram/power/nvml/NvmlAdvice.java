package io.joulegram.power.nvml;

import io.joulegram.nvml.NvmlException;
import io.joulegram.nvml.NvmlReturn;
import io.joulegram.power.SourceUnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Why NVML cannot be used on this host, in words for its operator, and what to do. */
final class NvmlAdvice {
    private static final String CONTAINER_FIX =
            "start the container with `--gpus all -e NVIDIA_DRIVER_CAPABILITIES=compute,utility`";

    private final Optional<Path> library;
    private final Path devices;
    private final Supplier<Set<String>> residue;

    /**
     * @param library the configured file, if any
     * @param devices where device nodes are, {@code /dev}
     * @param residue what this process holds of the driver although nothing is open
     */
    NvmlAdvice(Optional<Path> library, Path devices, Supplier<Set<String>> residue) {
        this.library = library;
        this.devices = devices;
        this.residue = residue;
    }

    /** A call of an earlier time is still inside NVML, which therefore cannot be closed, nor opened again. */
    static SourceUnavailableException onStillOpen() {
        return new SourceUnavailableException(
                "an earlier call into NVML hangs in the driver, so NVML cannot be opened again until it returns",
                "`sudo dmesg | grep -i -e nvrm -e xid` tells what ails the GPU; restart the agent, and the host if it"
                        + " does not end");
    }

    /** NVML could not be loaded or initialized. */
    SourceUnavailableException onOpen(NvmlException e) {
        return switch (e.code()) {
            case NvmlReturn.LIBRARY_NOT_FOUND -> libraryNotFound(e);
            case NvmlReturn.FUNCTION_NOT_FOUND ->
                unavailable("the library loaded as NVML is not NVML", e, "let --nvml.library name libnvidia-ml.so.1");
            case NvmlReturn.DRIVER_NOT_LOADED ->
                unavailable(
                        "the NVIDIA kernel driver is not loaded",
                        e,
                        "run `sudo modprobe nvidia`; if that fails, `sudo dmesg | grep -i nvrm` tells why");
            case NvmlReturn.LIB_RM_VERSION_MISMATCH -> versionMismatch(e);
            case NvmlReturn.NO_PERMISSION -> noPermission(e);
            case NvmlReturn.OPERATING_SYSTEM, NvmlReturn.UNKNOWN ->
                unavailable(
                        "NVML cannot reach the devices (a container loses them after `systemctl daemon-reload`)",
                        e,
                        "recreate the container; on a host, check that `nvidia-smi` works for this user");
            default -> unavailable("NVML does not work", e, "check that `nvidia-smi` works for this user");
        };
    }

    /** There are GPUs, but not one could be opened. */
    SourceUnavailableException onDevice(NvmlException last, List<String> reasons) {
        SourceUnavailableException cause = onOpen(last);
        return new SourceUnavailableException("no GPU could be opened: " + String.join("; ", reasons), cause.fix());
    }

    /** There is no GPU, or none that tells energy or power. */
    SourceUnavailableException onNoDevice(List<String> reasons) {
        if (reasons.isEmpty()) {
            return new SourceUnavailableException(
                    "NVML works but sees no GPU",
                    "check `nvidia-smi -L`; in a container, " + CONTAINER_FIX
                            + " and set NVIDIA_VISIBLE_DEVICES to the GPUs it may see");
        }
        return new SourceUnavailableException(String.join("; ", reasons), "");
    }

    private SourceUnavailableException versionMismatch(NvmlException e) {
        Set<String> held = residue.get();
        if (!held.isEmpty()) {
            return unavailable(
                    "the NVIDIA driver was replaced, and this process cannot let go of the old one's library ("
                            + String.join(", ", held) + ")",
                    e,
                    "restart the agent");
        }
        return unavailable(
                "the NVIDIA driver was updated while its old kernel module stayed loaded",
                e,
                "reboot the host, or stop what uses its GPUs and run `sudo rmmod nvidia_uvm nvidia_drm nvidia_modeset"
                        + " nvidia && sudo modprobe nvidia`; recreate containers that are older than the update");
    }

    private SourceUnavailableException libraryNotFound(NvmlException e) {
        if (library.isPresent()) {
            return unavailable(
                    library.get() + " cannot be loaded",
                    e,
                    "let --nvml.library name the driver's libnvidia-ml.so.1, or leave it out");
        }
        if (Files.exists(devices.resolve("nvidiactl"))) {
            return unavailable(
                    "the NVIDIA driver is loaded but its library libnvidia-ml.so.1 is not installed here",
                    e,
                    "in a container, " + CONTAINER_FIX
                            + " (the library comes with `utility`); on a host, install the driver's package that has"
                            + " libnvidia-ml.so.1 (Debian: libnvidia-ml1, Ubuntu: libnvidia-compute-<branch>)");
        }
        return unavailable(
                "there is no NVIDIA driver here (libnvidia-ml.so.1 not found)",
                e,
                "install the NVIDIA driver; in a container, " + CONTAINER_FIX
                        + "; or name the library by --nvml.library FILE");
    }

    private SourceUnavailableException noPermission(NvmlException e) {
        return unavailable(
                "this user may not open the NVIDIA devices",
                e,
                "see `ls -l " + devices + "/nvidia*` and add the user to the group of these files, usually"
                        + " `sudo usermod -aG video USER`; under systemd, DeviceAllow= must list them, /dev/nvidiactl too");
    }

    private static SourceUnavailableException unavailable(String reason, NvmlException e, String fix) {
        return new SourceUnavailableException(reason + " (" + e.getMessage() + ")", fix);
    }
}
