package io.joulegram.power.nvml;

import io.joulegram.nvml.NvmlDevice;
import io.joulegram.nvml.NvmlException;
import io.joulegram.nvml.NvmlGpm;
import io.joulegram.nvml.NvmlGpmActivity;
import io.joulegram.nvml.NvmlMigInstance;
import io.joulegram.nvml.NvmlMigMode;
import io.joulegram.nvml.NvmlProcessUtilization;
import io.joulegram.nvml.NvmlReturn;
import io.joulegram.power.GpuActivity;
import io.joulegram.power.GpuInstance;
import io.joulegram.power.GpuProcess;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Asks a GPU who uses it: its instances and their counters where it is divided, else the utilization of its processes.
 * The instances are asked for anew each time, since they come and go under whoever reads them.
 */
final class NvmlActivity implements AutoCloseable {
    private static final int MAX_PERCENT = 100;
    private static final int MAX_SLICES = 64;
    private static final long FUTURE_MICROS = 60_000_000;
    private static final Pattern PROFILE = Pattern.compile("MIG ([0-9a-z.+]{1,32})$");

    private final NvmlDevice device;
    private final Query<NvmlMigMode> migMode;
    private final Query<Boolean> gpmSupported;
    private final Query<List<NvmlProcessUtilization>> utilization;

    /** By the id of the GPU instance. */
    private final Map<Integer, NvmlGpm> counters = new HashMap<>();

    private long lastSeenMicros;

    NvmlActivity(NvmlDevice device) {
        this.device = device;
        migMode = new Query<>(device::migMode);
        gpmSupported = new Query<>(device::isGpmSupported);
        utilization = new Query<>(() -> device.processUtilization(lastSeenMicros));
    }

    /**
     * What happened since the last call.
     *
     * @param processes those that compute on the GPU
     * @throws NvmlException if the GPU is not well
     */
    GpuActivity read(List<GpuProcess> processes) throws NvmlException {
        if (migMode.ask().filter(NvmlMigMode::current).isPresent()) {
            return new GpuActivity(true, device.maxMigInstances(), instances(), Optional.empty());
        }
        close();
        return new GpuActivity(false, 0, List.of(), smRatioByPid(processes));
    }

    /** Drivers have been seen to tell of processes that are not there, of more than 100 % and of old times. */
    private Optional<Map<Integer, Double>> smRatioByPid(List<GpuProcess> processes) throws NvmlException {
        Optional<List<NvmlProcessUtilization>> samples = utilization.ask();
        if (samples.isEmpty()) {
            return Optional.empty();
        }
        Set<Integer> pids = processes.stream().map(GpuProcess::pid).collect(Collectors.toSet());
        long latest = System.currentTimeMillis() * 1000 + FUTURE_MICROS;
        Map<Integer, Double> sums = new HashMap<>();
        Map<Integer, Integer> counts = new HashMap<>();
        long newest = lastSeenMicros;
        for (NvmlProcessUtilization sample : samples.get()) {
            boolean believable = sample.smPercent() <= MAX_PERCENT
                    && sample.timestampMicros() > lastSeenMicros
                    && sample.timestampMicros() < latest
                    && pids.contains(sample.pid());
            if (believable) {
                sums.merge(sample.pid(), sample.smPercent() / 100.0, Double::sum);
                counts.merge(sample.pid(), 1, Integer::sum);
                newest = Math.max(newest, sample.timestampMicros());
            }
        }
        lastSeenMicros = newest;
        sums.replaceAll((pid, sum) -> sum / counts.getOrDefault(pid, 1));
        return Optional.of(sums);
    }

    private List<GpuInstance> instances() throws NvmlException {
        List<NvmlMigInstance> found = device.migInstances();
        forgetCountersExcept(found.stream().map(NvmlMigInstance::gpuInstance).collect(Collectors.toSet()));
        Map<Integer, Optional<NvmlGpmActivity>> activities = new HashMap<>();
        List<GpuInstance> instances = new ArrayList<>();
        for (NvmlMigInstance instance : found) {
            if (!activities.containsKey(instance.gpuInstance())) {
                activities.put(instance.gpuInstance(), count(instance.gpuInstance()));
            }
            instances.add(of(instance, activities.get(instance.gpuInstance())));
        }
        return instances;
    }

    private Optional<NvmlGpmActivity> count(int gpuInstance) throws NvmlException {
        if (!gpmSupported.ask().orElse(false)) {
            return Optional.empty();
        }
        try {
            NvmlGpm known = counters.get(gpuInstance);
            if (known == null) {
                known = device.gpm(gpuInstance);
                counters.put(gpuInstance, known);
            }
            return known.read();
        } catch (NvmlException e) {
            boolean gone = e.code() == NvmlReturn.NOT_FOUND || e.code() == NvmlReturn.INVALID_ARGUMENT;
            if (gone || NvmlReturn.isAbsent(e.code()) || e.code() == NvmlReturn.NO_PERMISSION) {
                // Destroyed since it was listed, or made anew under the same id: it begins again.
                forget(gpuInstance);
                return Optional.empty();
            }
            throw e;
        }
    }

    private void forgetCountersExcept(Set<Integer> gpuInstances) {
        Set.copyOf(counters.keySet()).stream()
                .filter(id -> !gpuInstances.contains(id))
                .forEach(this::forget);
    }

    private void forget(int gpuInstance) {
        NvmlGpm known = counters.remove(gpuInstance);
        if (known != null) {
            known.close();
        }
    }

    private static GpuInstance of(NvmlMigInstance instance, Optional<NvmlGpmActivity> activity) {
        long memoryBytes = instance.memoryMebibytes() << 20;
        return new GpuInstance(
                instance.gpuInstance() + "/" + instance.computeInstance(),
                instance.uuid(),
                profile(instance),
                Math.max(1, Math.min(MAX_SLICES, instance.computeSlices())),
                instance.memory()
                        .filter(memory -> memory.usedBytes() >= 0 && memory.usedBytes() <= memory.totalBytes())
                        .map(memory -> OptionalLong.of(memory.usedBytes()))
                        .orElseGet(OptionalLong::empty),
                memoryBytes > 0 ? OptionalLong.of(memoryBytes) : OptionalLong.empty(),
                ratio(activity.map(NvmlGpmActivity::smPercent)),
                ratio(activity.map(NvmlGpmActivity::dramPercent)),
                instance.processes().stream()
                        .map(process -> new GpuProcess(process.pid(), process.usedMemoryBytes()))
                        .toList());
    }

    /** As the driver names it; where it does not, made of slices and memory, which is then rounded up. */
    private static String profile(NvmlMigInstance instance) {
        Matcher named = PROFILE.matcher(instance.name());
        return named.find()
                ? named.group(1)
                : instance.gpuSlices() + "g." + (instance.memoryMebibytes() + 1023) / 1024 + "gb";
    }

    private static OptionalDouble ratio(Optional<OptionalDouble> percent) {
        OptionalDouble known = percent.orElse(OptionalDouble.empty());
        return known.isPresent() ? OptionalDouble.of(known.getAsDouble() / 100) : known;
    }

    /** Gives the driver's memory for counters back. */
    @Override
    public void close() {
        counters.values().forEach(NvmlGpm::close);
        counters.clear();
    }
}
