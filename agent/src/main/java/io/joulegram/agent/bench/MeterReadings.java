package io.joulegram.agent.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.joulegram.agent.export.Snapshot.Boundary;
import io.joulegram.power.Component;
import io.joulegram.power.Domain;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What the meters say in the agent's status, those alone that are part of the host's total. */
final class MeterReadings {
    private MeterReadings() {}

    /**
     * Energy since the agent's start up to now: up to the last sample of each meter, and by its power since; with what PUE adds. The
     * books of the facility are the same, but rise with each look at the servers, in steps of a second.
     *
     * @param pue power usage effectiveness, 1 or more
     */
    static Map<Component, Double> microjoules(JsonNode status, double pue) {
        Map<Component, Double> energy = sums(status, "energyMicrojoules", MeterReadings::microjoulesNow);
        double host = energy.values().stream().mapToDouble(part -> part).sum();
        if (!energy.isEmpty()) {
            energy.put(Component.OVERHEAD, (pue - 1) * host);
        }
        return energy;
    }

    private static double microjoulesNow(JsonNode meter) {
        // The agent gives no power of a meter that has had no value for five of its intervals.
        double since = meter.path("sampleAgeNanos").asDouble() / 1e9;
        return meter.path("energyMicrojoules").asDouble() + meter.path("watts").asDouble() * 1e6 * since;
    }

    /** Energy since the agent's start up to the last sample of each meter, without what PUE adds. It never falls. */
    static Map<Component, Double> countedMicrojoules(JsonNode status) {
        return sums(
                status,
                "energyMicrojoules",
                meter -> meter.path("energyMicrojoules").asDouble());
    }

    /** Power by the last sample of each; a part whose meters give none is absent. */
    static Map<Component, Double> watts(JsonNode status) {
        return sums(status, "watts", meter -> meter.path("watts").asDouble());
    }

    /**
     * Relative standard uncertainty of the energy, weighted by energy: sensors of a kind err alike, so their errors add. What PUE adds is
     * taken to be as uncertain as the host.
     */
    static Map<Boundary, Double> uncertainty(JsonNode status) {
        Map<Component, Double> energy = countedMicrojoules(status);
        Map<Component, Double> errors = sums(status, "energyMicrojoules", MeterReadings::error);
        Map<Boundary, Double> ratios = new EnumMap<>(Boundary.class);
        for (Boundary boundary : Boundary.values()) {
            double whole = sum(boundary, energy);
            double ratio = sum(boundary, errors) / whole;
            if (Double.isFinite(ratio)) {
                ratios.put(boundary, ratio);
            }
        }
        return ratios;
    }

    private static double sum(Boundary boundary, Map<Component, Double> values) {
        return boundary.components().stream()
                .mapToDouble(part -> values.getOrDefault(part, 0.0))
                .sum();
    }

    /** Not a number where it is not told, and with it all that it is a part of. */
    private static double error(JsonNode meter) {
        for (JsonNode stream : meter.path("streams")) {
            if (stream.path("source").asText().equals(meter.path("source").asText())) {
                return meter.path("energyMicrojoules").asDouble()
                        * stream.path("uncertaintyRatio").asDouble(Double.NaN);
            }
        }
        return Double.NaN;
    }

    private static Map<Component, Double> sums(JsonNode status, String field, ToDoubleFunction<JsonNode> value) {
        Map<Component, Double> sums = new EnumMap<>(Component.class);
        for (JsonNode meter : status.path("meters")) {
            if (meter.path("additive").asBoolean() && meter.path(field).isNumber()) {
                Domain.of(meter.path("domain").asText())
                        .map(Domain::component)
                        .ifPresent(component -> sums.merge(component, value.applyAsDouble(meter), Double::sum));
            }
        }
        return sums;
    }
}
