package io.joulegram.agent.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.joulegram.agent.export.Snapshot.Boundary;
import io.joulegram.power.Component;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/**
 * What the agent said at one instant. Energies are since its start; a part that it does not know is absent.
 *
 * @param nanos the instant, on this process' clock
 * @param microjoules by part: of the host, or of the model alone where the host serves others, too
 * @param countedMicrojoules the same up to the last sample of each meter, which falls only if the agent begins anew
 * @param embodiedGrams amortized since the start, of the same
 * @param gramsPerKwh the grid's intensity that counts
 * @param uncertainty relative, of energy per token by boundary, 95 %
 * @param watts power of each part by its last sample
 * @param promptTokens of the model, by the server's count
 * @param outputTokens of the model, by the server's count
 * @param gpuUtilization mean of the GPUs, 0 to 1
 * @param gpuMemoryBytes in use, of all GPUs
 * @param gpuCelsius of the warmest GPU
 */
record AgentSample(
        long nanos,
        Map<Component, Double> microjoules,
        Map<Component, Double> countedMicrojoules,
        OptionalDouble embodiedGrams,
        OptionalDouble gramsPerKwh,
        Map<Boundary, Double> uncertainty,
        Map<Component, Double> watts,
        OptionalDouble promptTokens,
        OptionalDouble outputTokens,
        OptionalDouble gpuUtilization,
        OptionalDouble gpuMemoryBytes,
        OptionalDouble gpuCelsius) {

    private static final double COVERAGE_FACTOR = 2;

    /** Reads the agent's documents. */
    static AgentSample of(long nanos, JsonNode status, JsonNode summary, Served served) {
        JsonNode carbon = summary.path("carbon");
        JsonNode model = served.model(summary);
        return new AgentSample(
                nanos,
                served.isAlone()
                        ? MeterReadings.microjoules(
                                status, number(carbon.path("pueRatio")).orElse(1))
                        : attributed(model),
                served.isAlone() ? MeterReadings.countedMicrojoules(status) : attributed(model),
                served.isAlone() ? embodied(carbon.path("grams")) : number(model.path("embodiedGrams")),
                intensity(carbon.path("grid")),
                uncertainty(status, model.path("perToken")),
                MeterReadings.watts(status),
                served.tokens(summary, "prompt"),
                served.tokens(summary, "generation"),
                mean(status.path("gpus"), "utilizationRatio"),
                sum(status.path("gpus"), "memoryUsedBytes"),
                most(status.path("gpus"), "temperatureCelsius"));
    }

    private static Map<Component, Double> attributed(JsonNode model) {
        Map<Component, Double> energy = new EnumMap<>(Component.class);
        for (JsonNode amount : model.path("energy")) {
            Component.of(amount.path("component").asText())
                    .ifPresent(part ->
                            energy.merge(part, amount.path("microjoules").asDouble(), Double::sum));
        }
        return energy;
    }

    private static OptionalDouble embodied(JsonNode grams) {
        double sum = 0;
        boolean known = false;
        for (JsonNode amount : grams) {
            if (amount.path("scope").asText().equals("embodied")) {
                sum += amount.path("grams").asDouble();
                known = true;
            }
        }
        return known ? OptionalDouble.of(sum) : OptionalDouble.empty();
    }

    private static OptionalDouble intensity(JsonNode grid) {
        for (JsonNode signal : grid) {
            if (signal.path("headline").asBoolean()) {
                return number(signal.path("gramsPerKwh"));
            }
        }
        return OptionalDouble.empty();
    }

    /**
     * What the agent gives for energy per token; without tokens, what it gives for its meters. It gives standard uncertainties:
     * 95 % of true values lie within twice as much.
     */
    private static Map<Boundary, Double> uncertainty(JsonNode status, JsonNode perToken) {
        Map<Boundary, Double> ratios = MeterReadings.uncertainty(status);
        for (JsonNode figure : perToken) {
            JsonNode ratio = figure.path("uncertaintyRatio");
            boolean taken = figure.path("kind").asText().equals("generation")
                    && figure.path("load").asText().equals("loaded")
                    && ratio.isNumber();
            for (Boundary boundary : Boundary.values()) {
                if (taken && figure.path("boundary").asText().equals(boundary.label())) {
                    ratios.put(boundary, ratio.asDouble());
                }
            }
        }
        ratios.replaceAll((boundary, ratio) -> COVERAGE_FACTOR * ratio);
        return ratios;
    }

    private static OptionalDouble number(JsonNode node) {
        return node.isNumber() ? OptionalDouble.of(node.asDouble()) : OptionalDouble.empty();
    }

    private static OptionalDouble mean(JsonNode objects, String field) {
        return stream(objects, field).average();
    }

    private static OptionalDouble sum(JsonNode objects, String field) {
        return stream(objects, field).reduce(Double::sum);
    }

    private static OptionalDouble most(JsonNode objects, String field) {
        return stream(objects, field).max();
    }

    private static DoubleStream stream(JsonNode objects, String field) {
        return objects.valueStream()
                .map(object -> object.path(field))
                .filter(JsonNode::isNumber)
                .mapToDouble(JsonNode::asDouble);
    }
}
