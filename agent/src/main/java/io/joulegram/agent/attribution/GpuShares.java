package io.joulegram.agent.attribution;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * How the energy of a GPU is shared between those who use it, by what its driver tells of them. Weights are 0 or more,
 * in any unit.
 *
 * @param method {@link #EXCLUSIVE}, {@link #GPM}, {@link #PROCESS_UTILIZATION} or {@link #MEMORY}
 * @param active what each server did, by {@code server} label; all 0 if nobody did anything
 * @param activeOfNobody what was done by processes that belong to no server
 * @param resident what each server holds of the GPU, for what it draws while idle; with the next, not all 0
 * @param residentOfNobody what is held by processes that belong to no server
 */
public record GpuShares(
        String method,
        Map<String, Double> active,
        double activeOfNobody,
        Map<String, Double> resident,
        double residentOfNobody) {
    /** By the performance counters of instances. */
    public static final String GPM = "gpm";

    /** By the time in which kernels of each process ran. */
    public static final String PROCESS_UTILIZATION = "process_utilization";

    /** By the memory held. */
    public static final String MEMORY = "memory";

    /** One server has all of it. */
    public static final String EXCLUSIVE = "exclusive";

    /**
     * Copies the maps.
     *
     * @throws IllegalArgumentException if nobody holds anything
     */
    public GpuShares {
        active = Map.copyOf(active);
        resident = Map.copyOf(resident);
        if (!(residentOfNobody > 0) && resident.values().stream().noneMatch(weight -> weight > 0)) {
            throw new IllegalArgumentException("nobody holds anything of the GPU");
        }
    }

    /**
     * Whose parts of an energy are; together 1.
     *
     * @param byName of each that does or holds something
     * @param ofNobody of processes that belong to none of them
     * @param errorByName standard uncertainties of the parts, from how they were divided
     */
    public record Division(Map<String, Double> byName, double ofNobody, Map<String, Double> errorByName) {}

    /**
     * Divides an energy: its idle part by what each holds, the rest by what each did.
     *
     * @param idleRatio the idle part, 0 to 1; 0 where it is not known; all of it where nobody did anything
     */
    public Division divide(double idleRatio) {
        double activeSum = activeOfNobody + sum(active);
        double residentSum = residentOfNobody + sum(resident);
        double idle = activeSum > 0 ? idleRatio : 1;
        boolean idleUnknown = idle == 0;
        Map<String, Double> byName = new HashMap<>();
        Map<String, Double> errorByName = new HashMap<>();
        Set<String> names = new TreeSet<>(active.keySet());
        names.addAll(resident.keySet());
        for (String name : names) {
            double worked = activeSum > 0 ? active.getOrDefault(name, 0.0) / activeSum : 0;
            double held = resident.getOrDefault(name, 0.0) / residentSum;
            byName.put(name, (1 - idle) * worked + idle * held);
            double ofWork = activeSum > 0 ? (1 - idle) * SplitUncertainty.ofShare(method, worked) : 0;
            // An idle part that is not known is anything up to half of the energy.
            double ofIdle = idleUnknown ? SplitUncertainty.UNKNOWN * Math.abs(held - worked) : 0;
            errorByName.put(name, Math.hypot(ofWork, ofIdle));
        }
        double workedByNobody = activeSum > 0 ? activeOfNobody / activeSum : 0;
        return new Division(byName, (1 - idle) * workedByNobody + idle * residentOfNobody / residentSum, errorByName);
    }

    private static double sum(Map<String, Double> weights) {
        return weights.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    /** Whether the driver tells who is at work. */
    boolean tellsWork() {
        return method.equals(GPM) || method.equals(PROCESS_UTILIZATION);
    }

    /** Whether anybody did anything. */
    boolean isActive() {
        return activeOfNobody > 0 || active.values().stream().anyMatch(weight -> weight > 0);
    }
}
