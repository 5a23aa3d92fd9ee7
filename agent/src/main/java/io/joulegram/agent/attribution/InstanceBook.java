package io.joulegram.agent.attribution;

import io.joulegram.agent.attribution.GpuUse.InstanceUse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The energy of the instances of divided GPUs. A board's energy is counted once: what its instances are given, and what
 * is left unassigned, is together what the board used since it was first seen.
 */
final class InstanceBook {
    /** Instances of the past are kept, so that their counters stay; beyond this many per GPU the rest is unassigned. */
    private static final int MAX_INSTANCES = 64;

    /** One series. */
    record Key(String device, String instance, String profile, String method) {}

    private final Map<Key, Long> microjoules = new LinkedHashMap<>();
    private final Map<String, Long> assignedByDevice = new LinkedHashMap<>();

    /** Gives the instances their parts of a board's energy in a slice. */
    void add(String device, GpuUse use, long boardMicrojoules, double idleMicrojoules) {
        List<InstanceUse> instances = use.instances();
        if (instances.isEmpty()) {
            return;
        }
        assignedByDevice.putIfAbsent(device, 0L);
        if (boardMicrojoules <= 0) {
            return;
        }
        double[] weights = weights(use, boardMicrojoules, idleMicrojoules);
        long[] parts = Apportionment.split(boardMicrojoules, weights);
        for (int i = 0; i < instances.size(); i++) {
            InstanceUse instance = instances.get(i);
            Key key = new Key(device, instance.instance(), instance.profile(), instance.method());
            boolean counted = microjoules.containsKey(key)
                    || microjoules.keySet().stream()
                                    .filter(known -> known.device().equals(device))
                                    .count()
                            < MAX_INSTANCES;
            if (counted && parts[i] > 0) {
                microjoules.merge(key, parts[i], Long::sum);
                assignedByDevice.merge(device, parts[i], Long::sum);
            }
        }
    }

    /**
     * Idle energy goes by slices, those that no instance has included, the rest by what each did; the last weight is of
     * what no instance is given.
     */
    private static double[] weights(GpuUse board, long energy, double idle) {
        List<InstanceUse> instances = board.instances();
        double active = instances.stream().mapToDouble(InstanceUse::active).sum();
        int used = instances.stream().mapToInt(InstanceUse::slices).sum();
        int all = Math.max(board.slices(), used);
        double[] weights = new double[instances.size() + 1];
        for (int i = 0; i < instances.size(); i++) {
            InstanceUse use = instances.get(i);
            weights[i] = idle * use.slices() / all + (active > 0 ? (energy - idle) * use.active() / active : 0);
        }
        weights[instances.size()] = idle * (all - used) / all + (active > 0 ? 0 : energy - idle);
        return weights;
    }

    /** GPUs that are or were divided, and how much of their energy their instances were given. */
    Map<String, Long> assignedByDevice() {
        return assignedByDevice;
    }

    /** Energy since the start by series, in microjoules. */
    Map<Key, Long> microjoules() {
        return microjoules;
    }
}
