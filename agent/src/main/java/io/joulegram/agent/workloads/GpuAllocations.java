package io.joulegram.agent.workloads;

import io.joulegram.agent.kubernetes.DynamicGpu;
import io.joulegram.agent.kubernetes.HeldDevice;
import io.joulegram.agent.serving.GpuEvidence;
import io.joulegram.host.KubernetesContainer;
import io.joulegram.power.GpuActivity;
import io.joulegram.power.GpuInfo;
import io.joulegram.power.GpuInstance;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Whose a GPU is by what the kubelet has given to containers: a whole one in equal parts of those that were given it,
 * several of which share it in time; one that is divided by slices, and what nobody was given is idle.
 */
final class GpuAllocations {
    private GpuAllocations() {}

    /**
     * The claims on each GPU that was given to anyone, by {@code device} label.
     *
     * @param gpus the GPUs of this host
     * @param observedByGpu what their drivers tell, by {@code device} label
     * @param claimantByName the containers that run
     */
    static Map<String, List<Claim>> claims(
            Collection<GpuInfo> gpus,
            Map<String, GpuEvidence.Observed> observedByGpu,
            List<HeldDevice> held,
            Map<KubernetesContainer, Claimant> claimantByName) {
        Map<String, List<Claim>> claims = new HashMap<>();
        if (held.isEmpty()) {
            return claims;
        }
        for (GpuInfo gpu : gpus) {
            GpuEvidence.@Nullable Observed observed = observedByGpu.get(gpu.device());
            List<Claim> its = claims(gpu, observed == null ? null : observed.activity(), held, claimantByName);
            if (!its.isEmpty()) {
                claims.put(gpu.device(), its);
            }
        }
        return claims;
    }

    private static List<Claim> claims(
            GpuInfo gpu,
            @Nullable GpuActivity activity,
            List<HeldDevice> held,
            Map<KubernetesContainer, Claimant> claimantByName) {
        List<Claim> claims = new ArrayList<>();
        double slices = 0;
        for (HeldDevice device : held) {
            Optional<DynamicGpu> dynamic = DynamicGpu.of(device).filter(named -> named.isOf(gpu));
            OptionalDouble part =
                    dynamic.isPresent() ? part(dynamic.get(), activity) : part(device.id(), gpu, activity);
            if (dynamic.isPresent() && part.isEmpty()) {
                // Some of it was given, and which part is not told: nor is it then what was given to nobody.
                return List.of();
            }
            if (part.isPresent()) {
                Claimant claimant = claimantByName.getOrDefault(device.container(), Claimant.UNATTRIBUTED);
                claims.add(claim(claimant, part.getAsDouble()));
                slices += part.getAsDouble();
            }
        }
        if (activity != null && activity.divided() && !claims.isEmpty() && slices < activity.slices()) {
            claims.add(claim(Claimant.IDLE, activity.slices() - slices));
        }
        return claims;
    }

    private static Claim claim(Claimant claimant, double weight) {
        return new Claim(claimant, ShareMethod.ALLOCATION, weight, weight);
    }

    /** How many parts of the GPU that it is of a device is; empty if several parts are alike, or none is like it. */
    private static OptionalDouble part(DynamicGpu named, @Nullable GpuActivity activity) {
        if (activity == null || !activity.divided()) {
            return named.part().isEmpty() ? OptionalDouble.of(1) : OptionalDouble.empty();
        }
        List<GpuInstance> alike = activity.instances().stream()
                .filter(instance -> named.hasProfile(instance.profile()))
                .toList();
        return alike.size() == 1 ? OptionalDouble.of(alike.get(0).slices()) : OptionalDouble.empty();
    }

    /** How many parts of the GPU a device is; empty if it is none of it. */
    private static OptionalDouble part(String id, GpuInfo gpu, @Nullable GpuActivity activity) {
        // Of one that is shared in time, NVIDIA's plugin gives several that are told apart by a number.
        int replica = id.indexOf("::");
        String device = replica < 0 ? id : id.substring(0, replica);
        if (activity != null && activity.divided()) {
            return activity.instances().stream()
                    .filter(instance -> isInstance(device, gpu, instance))
                    .mapToDouble(instance -> instance.slices())
                    .findFirst();
        }
        return isWhole(device, gpu) ? OptionalDouble.of(1) : OptionalDouble.empty();
    }

    /** The plugin of Google's clusters names the device file, and shares in time are below it. */
    private static boolean isWhole(String device, GpuInfo gpu) {
        String file = deviceFile(gpu);
        return device.equals(gpu.uuid())
                || device.equals(file)
                || device.startsWith(file + "/vgpu")
                || pciAddress(device).equals(pciAddress(gpu.pciBusId()));
    }

    private static boolean isInstance(String device, GpuInfo gpu, GpuInstance instance) {
        int compute = instance.id().indexOf('/');
        String instanceNumber = compute < 0 ? instance.id() : instance.id().substring(0, compute);
        return device.equals(instance.uuid()) || device.equals(deviceFile(gpu) + "/gi" + instanceNumber);
    }

    /** Where its number is not told it is the index, as it is on most hosts. */
    private static String deviceFile(GpuInfo gpu) {
        return "nvidia" + (gpu.minor().isPresent() ? String.valueOf(gpu.minor().getAsInt()) : gpu.device());
    }

    /** NVML writes eight digits for the domain, the kernel and AMD's plugin write four. */
    private static String pciAddress(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return lower.length() > 12 && lower.startsWith("0000") ? lower.substring(4) : lower;
    }
}
