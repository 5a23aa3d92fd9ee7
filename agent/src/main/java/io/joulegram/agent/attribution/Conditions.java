package io.joulegram.agent.attribution;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What holds during a slice of time.
 *
 * @param meters the meters of the facility
 * @param embodied the devices whose making is amortized
 * @param serversByGpu the servers that each GPU serves, by {@code device} label; a GPU that is not in it serves none
 * @param useByGpu what is known of how each GPU is used, by {@code device} label
 * @param gramsPerKwh carbon intensity for the grams of models, by the headline's basis; empty if unknown
 * @param locationGramsPerKwh the same, location-based; empty if unknown
 */
public record Conditions(
        List<MeterFeed> meters,
        List<EmbodiedRate> embodied,
        Map<String, List<String>> serversByGpu,
        Map<String, GpuUse> useByGpu,
        OptionalDouble gramsPerKwh,
        OptionalDouble locationGramsPerKwh) {
    /** Copies the collections. */
    public Conditions {
        meters = List.copyOf(meters);
        embodied = List.copyOf(embodied);
        serversByGpu = Map.copyOf(serversByGpu);
        useByGpu = Map.copyOf(useByGpu);
    }

    /** Where servers share GPUs by their tokens alone, and the headline is location-based. */
    public Conditions(
            List<MeterFeed> meters,
            List<EmbodiedRate> embodied,
            Map<String, List<String>> serversByGpu,
            OptionalDouble gramsPerKwh) {
        this(meters, embodied, serversByGpu, Map.of(), gramsPerKwh, gramsPerKwh);
    }
}
