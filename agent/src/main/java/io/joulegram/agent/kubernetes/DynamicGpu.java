package io.joulegram.agent.kubernetes;

import io.joulegram.power.GpuInfo;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A GPU, or a part of one, as NVIDIA's driver of dynamic resource allocation names it: {@code gpu-3} and {@code
 * gpu-3-mig-1g10gb-19-4}. The first number is that of the device file ({@code CanonicalName} of {@code
 * cmd/gpu-kubelet-plugin/deviceinfo.go} in kubernetes-sigs/dra-driver-nvidia-gpu, from v25.3.0 on; release candidates
 * before it took NVML's index). Of a part, profile, number of the profile and place follow, since v25.12.0; before it there
 * was no profile.
 *
 * @param minor number of the GPU's device file
 * @param part the profile of the part as it is written there; empty if it is the whole GPU
 */
public record DynamicGpu(int minor, Optional<String> part) {
    private static final String DRIVER = "gpu.nvidia.com";
    private static final Pattern NAME = Pattern.compile("gpu-([0-9]{1,4})(?:-mig-(.+)-[0-9]+-[0-9]+)?");

    /** The GPU that a device is or is of; empty if another driver gave it, or if its name is none of these. */
    public static Optional<DynamicGpu> of(HeldDevice device) {
        Matcher name = NAME.matcher(device.id());
        return device.driver().filter(DRIVER::equals).isPresent() && name.matches()
                ? Optional.of(new DynamicGpu(Integer.parseInt(name.group(1)), Optional.ofNullable(name.group(2))))
                : Optional.empty();
    }

    /** Whether it is this GPU or a part of it; none is where the number of its device file is not known. */
    public boolean isOf(GpuInfo gpu) {
        return gpu.minor().equals(OptionalInt.of(minor));
    }

    /** Whether it is a part with this profile, {@code 1g.10gb}. The driver writes it as a part of a DNS name. */
    public boolean hasProfile(String profile) {
        String written = profile.replace(".", "").toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]", "-");
        return part.filter(written::equals).isPresent();
    }
}
