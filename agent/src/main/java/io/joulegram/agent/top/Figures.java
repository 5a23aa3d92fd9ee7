package io.joulegram.agent.top;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.StreamSupport;

/** Figures out of an agent's documents, and how they are written: three digits, a prefix of the SI, a dash for unknown. */
final class Figures {
    private static final String UNKNOWN = "-";
    private static final MathContext THREE = new MathContext(3);
    private static final double PERCENT = 100;

    private record Prefix(double factor, String name) {}

    private static final List<Prefix> PREFIXES = List.of(
            new Prefix(1e9, "G"),
            new Prefix(1e6, "M"),
            new Prefix(1e3, "k"),
            new Prefix(1, ""),
            new Prefix(1e-3, "m"),
            new Prefix(1e-6, "u"),
            new Prefix(1e-9, "n"));

    private Figures() {}

    /** A number of a document; empty where there is none. */
    static OptionalDouble number(JsonNode node) {
        return node.isNumber() ? OptionalDouble.of(node.asDouble()) : OptionalDouble.empty();
    }

    /** The sum of an object's numbers. */
    static double sum(JsonNode numbers) {
        double sum = 0;
        for (JsonNode number : numbers) {
            sum += number.asDouble();
        }
        return sum;
    }

    /** What a workload is called: a container by the names of its pod, where they are known. */
    static String workload(JsonNode entry) {
        String kind = entry.path("kind").asText();
        String name = entry.path("workload").asText();
        if (kind.equals("none")) {
            return "(" + name + ")";
        }
        return kind.replace('_', ' ')
                + " "
                + (entry.path("podName").isMissingNode()
                        ? name
                        : entry.path("podNamespace").asText() + "/"
                                + entry.path("podName").asText() + "/"
                                + entry.path("containerName").asText());
    }

    /** A value with its unit. */
    static String si(OptionalDouble value, String unit) {
        if (value.isEmpty() || !Double.isFinite(value.getAsDouble())) {
            return UNKNOWN;
        }
        double known = value.getAsDouble();
        Prefix prefix = PREFIXES.stream()
                .filter(candidate -> Math.abs(known) >= candidate.factor)
                .findFirst()
                .orElse(known == 0 ? new Prefix(1, "") : PREFIXES.get(PREFIXES.size() - 1));
        return (plain(known / prefix.factor) + " " + prefix.name + unit).trim();
    }

    /** A value without prefix. */
    static String plain(double value) {
        double magnitude = Math.abs(value);
        return magnitude >= PERCENT
                ? Long.toString(Math.round(value))
                : new BigDecimal(value).round(THREE).stripTrailingZeros().toPlainString();
    }

    /** A ratio in percent, without digits after the point. */
    static String percent(OptionalDouble ratio) {
        return ratio.isPresent() ? Math.round(PERCENT * ratio.getAsDouble()) + "%" : UNKNOWN;
    }

    /** A figure per generated token of a model in the last minute; missing without tokens. */
    static JsonNode perToken(JsonNode model, String boundary, String load) {
        for (JsonNode figure : model.path("perToken")) {
            if (figure.path("kind").asText().equals("generation")
                    && figure.path("boundary").asText().equals(boundary)
                    && figure.path("load").asText().equals(load)) {
                return figure;
            }
        }
        return MissingNode.getInstance();
    }

    /** The model that has written most, of those with tokens in the last minute, or of all; missing without any. */
    static JsonNode busiest(JsonNode summary) {
        return StreamSupport.stream(summary.path("models").spliterator(), false)
                .max(Comparator.<JsonNode>comparingInt(
                                model -> model.path("perToken").isEmpty() ? 0 : 1)
                        .thenComparingLong(
                                model -> model.path("tokens").path("generation").asLong()))
                .orElse(MissingNode.getInstance());
    }

    /** The intensity that grams of models are by, or the first; missing without any. */
    static JsonNode intensity(JsonNode summary) {
        JsonNode grid = summary.path("carbon").path("grid");
        for (JsonNode entry : grid) {
            if (entry.path("headline").asBoolean()) {
                return entry;
            }
        }
        return grid.path(0);
    }

    /** Power of what is measured, without overlaps, in watts; empty if nothing is. */
    static OptionalDouble watts(JsonNode status) {
        boolean known = false;
        double sum = 0;
        for (JsonNode meter : status.path("meters")) {
            if (meter.path("additive").asBoolean() && meter.path("watts").isNumber()) {
                known = true;
                sum += meter.path("watts").asDouble();
            }
        }
        return known ? OptionalDouble.of(sum) : OptionalDouble.empty();
    }
}
