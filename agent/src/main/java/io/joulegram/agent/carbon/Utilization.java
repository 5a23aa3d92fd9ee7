package io.joulegram.agent.carbon;

import java.util.Map;
import java.util.OptionalDouble;

/**
 * How much of a time devices worked, 0 to 1; what hours of use are counted by.
 *
 * @param gpus by {@code device} label; one that is not in it is not known
 * @param host of processors, memory and the rest of the server; empty if not known
 */
public record Utilization(Map<String, Double> gpus, OptionalDouble host) {
    /** Nothing is known. */
    public static final Utilization UNKNOWN = new Utilization(Map.of(), OptionalDouble.empty());

    /** Copies the map. */
    public Utilization {
        gpus = Map.copyOf(gpus);
    }

    /**
     * That of a host which works as much as its GPUs on average, or, without any, while a server has requests.
     *
     * @param servers whether there are inference servers
     * @param busy whether one of them has requests
     */
    public static Utilization of(Map<String, Double> gpus, boolean servers, boolean busy) {
        OptionalDouble mean =
                gpus.values().stream().mapToDouble(Double::doubleValue).average();
        if (mean.isPresent()) {
            return new Utilization(gpus, mean);
        }
        return new Utilization(gpus, servers ? OptionalDouble.of(busy ? 1 : 0) : OptionalDouble.empty());
    }

    OptionalDouble ofGpu(String device) {
        Double known = gpus.get(device);
        return known == null ? OptionalDouble.empty() : OptionalDouble.of(known);
    }
}
