package io.joulegram.agent.serving;

import io.joulegram.agent.attribution.GpuShares;
import io.joulegram.agent.attribution.GpuUse;
import io.joulegram.agent.attribution.GpuUse.InstanceUse;
import io.joulegram.power.GpuActivity;
import io.joulegram.power.GpuInstance;
import io.joulegram.power.GpuProcess;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Turns what a driver tells of the users of a GPU into shares of its servers. The best evidence there is decides: the
 * counters of the instances of a divided GPU (GPM), else the utilization of the servers' processes, else the memory that
 * they hold. It is only used if at least one process of each server is known; else tokens decide.
 */
public final class GpuEvidence {
    /** A process of no server. */
    private static final String NOBODY = "";

    private GpuEvidence() {}

    /**
     * What a GPU's driver tells.
     *
     * @param processes the processes that compute on it
     * @param activity what they did; null if that is not known
     */
    public record Observed(
            List<GpuProcess> processes, @Nullable GpuActivity activity) {
        /** Copies the list. */
        public Observed {
            processes = List.copyOf(processes);
        }
    }

    /** How the GPUs are used, by {@code device} label. */
    public static Map<String, GpuUse> of(ServedDevices served, Map<String, Observed> observedByGpu) {
        Map<String, List<String>> serversByGpu = served.serversByGpu();
        Map<String, GpuUse> uses = new TreeMap<>();
        observedByGpu.forEach((device, observed) -> uses.put(
                device,
                new GpuUse(
                        shares(serversByGpu.getOrDefault(device, List.of()), served, observed),
                        instances(observed.activity()),
                        observed.activity() == null ? 0 : observed.activity().slices())));
        return uses;
    }

    /** Memory of GPUs that each model holds, as far as it has processes of its own, by {@code server} and {@code model}. */
    public static Map<String, Map<String, Double>> memoryOfModels(
            ServedDevices served, Map<String, Observed> observedByGpu) {
        Map<String, Map<String, Double>> memory = new TreeMap<>();
        served.byServer().forEach((server, link) -> {
            Map<String, Double> held = new TreeMap<>();
            for (String device : link.devices()) {
                Observed observed = observedByGpu.get(device);
                for (GpuProcess process : observed == null ? List.<GpuProcess>of() : observed.processes()) {
                    String model = link.modelByPid().get(process.pid());
                    if (model != null) {
                        held.merge(model, bytes(process), Double::sum);
                    }
                }
            }
            memory.put(server, held);
        });
        return memory;
    }

    private static List<InstanceUse> instances(@Nullable GpuActivity activity) {
        if (activity == null) {
            return List.of();
        }
        boolean counted = isCounted(activity);
        return activity.instances().stream()
                .map(instance -> new InstanceUse(
                        instance.id(),
                        instance.profile(),
                        counted ? GpuShares.GPM : GpuShares.MEMORY,
                        counted ? work(instance) : held(instance),
                        instance.slices()))
                .toList();
    }

    private static Optional<GpuShares> shares(List<String> servers, ServedDevices served, Observed observed) {
        Map<Integer, Set<String>> owners = owners(servers, served, observed.processes());
        boolean allKnown = !servers.isEmpty()
                && servers.stream()
                        .allMatch(server -> owners.values().stream().anyMatch(names -> names.contains(server)));
        if (!allKnown) {
            return Optional.empty();
        }
        if (owners.values().stream().allMatch(names -> names.equals(Set.of(servers.get(0))))) {
            return Optional.of(alone(servers.get(0)));
        }
        Map<String, Double> memory = new HashMap<>();
        observed.processes()
                .forEach(process -> give(memory, owners.getOrDefault(process.pid(), Set.of(NOBODY)), (double)
                        process.memoryUsedBytes().orElse(0)));
        GpuActivity activity = observed.activity();
        if (activity != null && activity.divided() && isCounted(activity)) {
            return Optional.of(shares(GpuShares.GPM, ofInstances(activity, owners), memory));
        }
        if (activity != null && activity.smRatioByPid().isPresent()) {
            Map<String, Double> busy = new HashMap<>();
            activity.smRatioByPid()
                    .get()
                    .forEach((pid, ratio) -> give(busy, owners.getOrDefault(pid, Set.of(NOBODY)), ratio));
            return Optional.of(shares(GpuShares.PROCESS_UTILIZATION, busy, memory));
        }
        boolean memoryKnown = memory.values().stream().anyMatch(bytes -> bytes > 0);
        return memoryKnown ? Optional.of(shares(GpuShares.MEMORY, memory, memory)) : Optional.empty();
    }

    private static GpuShares alone(String server) {
        return new GpuShares(GpuShares.EXCLUSIVE, Map.of(server, 1.0), 0, Map.of(server, 1.0), 0);
    }

    private static GpuShares shares(String method, Map<String, Double> active, Map<String, Double> memory) {
        // Where the driver tells of nobody's memory, the servers hold the same; there is one at least.
        boolean memoryKnown = memory.values().stream().anyMatch(bytes -> bytes > 0);
        Map<String, Double> resident = new HashMap<>(memory);
        if (!memoryKnown) {
            resident.replaceAll((server, bytes) -> server.equals(NOBODY) ? 0.0 : 1.0);
        }
        double activeOfNobody = active.getOrDefault(NOBODY, 0.0);
        double residentOfNobody = resident.getOrDefault(NOBODY, 0.0);
        Map<String, Double> activeOfServers = new HashMap<>(active);
        activeOfServers.remove(NOBODY);
        resident.remove(NOBODY);
        return new GpuShares(method, activeOfServers, activeOfNobody, resident, residentOfNobody);
    }

    /** The work of an instance is that of those who compute in it, by the memory they hold. */
    private static Map<String, Double> ofInstances(GpuActivity activity, Map<Integer, Set<String>> owners) {
        Map<String, Double> active = new HashMap<>();
        for (GpuInstance instance : activity.instances()) {
            double work = work(instance);
            double held = heldByProcesses(instance);
            if (instance.processes().isEmpty()) {
                give(active, Set.of(NOBODY), work);
            }
            for (GpuProcess process : instance.processes()) {
                double part = held > 0
                        ? bytes(process) / held
                        : 1.0 / instance.processes().size();
                give(active, owners.getOrDefault(process.pid(), Set.of(NOBODY)), work * part);
            }
        }
        return active;
    }

    /** Slices, by how busy they are: the multiprocessors and the memory count alike. */
    private static double work(GpuInstance instance) {
        double sm = instance.smRatio().orElse(0);
        return instance.slices() * (sm + instance.dramRatio().orElse(sm)) / 2;
    }

    private static double held(GpuInstance instance) {
        return Math.max((double) instance.memoryUsedBytes().orElse(0), heldByProcesses(instance));
    }

    private static double heldByProcesses(GpuInstance instance) {
        return instance.processes().stream().mapToDouble(GpuEvidence::bytes).sum();
    }

    /** 0 if it is unknown, or told as less than nothing. */
    private static double bytes(GpuProcess process) {
        return Math.max(0, process.memoryUsedBytes().orElse(0));
    }

    private static boolean isCounted(GpuActivity activity) {
        return !activity.instances().isEmpty()
                && activity.instances().stream()
                        .allMatch(instance -> instance.smRatio().isPresent());
    }

    private static void give(Map<String, Double> weights, Set<String> servers, double weight) {
        servers.forEach(server -> weights.merge(server, weight / servers.size(), Double::sum));
    }

    /** The servers of each process, {@link #NOBODY} for one of none. */
    private static Map<Integer, Set<String>> owners(
            List<String> servers, ServedDevices served, List<GpuProcess> processes) {
        Map<Integer, Set<String>> owners = new HashMap<>();
        for (GpuProcess process : processes) {
            Set<String> names = new TreeSet<>();
            for (String server : servers) {
                if (served.of(server).pids().contains(process.pid())) {
                    names.add(server);
                }
            }
            owners.put(process.pid(), names.isEmpty() ? Set.of(NOBODY) : names);
        }
        return owners;
    }
}
