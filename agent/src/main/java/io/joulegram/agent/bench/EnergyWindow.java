package io.joulegram.agent.bench;

import io.joulegram.agent.export.Snapshot.Boundary;
import io.joulegram.power.Component;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Energy and the state of the hardware in a span of time.
 *
 * @param seconds how long it is
 * @param joules by part; what is not known is absent
 * @param untold the parts that have drawn some at its begin or its end, but of which it is not known how much in it
 * @param embodiedGrams amortized in it
 * @param gramsPerKwh the grid's intensity, on average
 * @param uncertainty relative, by boundary, 95 %
 * @param promptTokens likewise, those that were read
 * @param outputTokens of the model by the server's count, which other clients' are in, too
 * @param gpuUtilization mean, 0 to 1
 * @param gpuMemoryBytes most that was in use
 * @param gpuCelsius mean of the warmest GPU
 */
record EnergyWindow(
        double seconds,
        Map<Component, Double> joules,
        Set<Component> untold,
        OptionalDouble embodiedGrams,
        OptionalDouble gramsPerKwh,
        Map<Boundary, Double> uncertainty,
        OptionalDouble promptTokens,
        OptionalDouble outputTokens,
        OptionalDouble gpuUtilization,
        OptionalDouble gpuMemoryBytes,
        OptionalDouble gpuCelsius) {

    private static final double JOULES_PER_KWH = 3.6e6;

    /** Energy within a boundary of the parts that there are; empty if there is none, or one is untold. */
    OptionalDouble knownJoules(Boundary boundary) {
        if (boundary.components().stream().anyMatch(untold::contains)) {
            return OptionalDouble.empty();
        }
        return boundary.components().stream()
                .flatMap(part -> Optional.ofNullable(joules.get(part)).stream())
                .mapToDouble(energy -> energy)
                .reduce(Double::sum);
    }

    /** The same; empty without GPUs, of which all figures of a server are. */
    OptionalDouble joules(Boundary boundary) {
        return joules.containsKey(Component.GPU) ? knownJoules(boundary) : OptionalDouble.empty();
    }

    /** Grams of CO2e of an amount of energy in it; empty where the amount or the intensity is. */
    OptionalDouble grams(OptionalDouble amountJoules) {
        return amountJoules.isPresent() && gramsPerKwh.isPresent()
                ? OptionalDouble.of(amountJoules.getAsDouble() / JOULES_PER_KWH * gramsPerKwh.getAsDouble())
                : OptionalDouble.empty();
    }

    /** Mean power of a part. */
    OptionalDouble watts(Component part) {
        Double energy = joules.get(part);
        return energy == null ? OptionalDouble.empty() : OptionalDouble.of(energy / seconds);
    }

    /** This span and another. */
    EnergyWindow plus(EnergyWindow other) {
        double all = seconds + other.seconds;
        Map<Component, Double> sums = new EnumMap<>(Component.class);
        joules.forEach((part, energy) -> {
            if (other.joules.containsKey(part)) {
                sums.put(part, energy + other.joules.get(part));
            }
        });
        Set<Component> unknown = EnumSet.noneOf(Component.class);
        for (Component part : Component.values()) {
            boolean here = joules.containsKey(part);
            if (here != other.joules.containsKey(part) || untold.contains(part) || other.untold.contains(part)) {
                unknown.add(part);
            }
        }
        Map<Boundary, Double> widest = new EnumMap<>(Boundary.class);
        uncertainty.forEach((boundary, ratio) ->
                widest.put(boundary, Math.max(ratio, other.uncertainty.getOrDefault(boundary, ratio))));
        return new EnergyWindow(
                all,
                sums,
                unknown,
                both(embodiedGrams, 1, other.embodiedGrams, 1),
                both(gramsPerKwh, seconds / all, other.gramsPerKwh, other.seconds / all),
                widest,
                both(promptTokens, 1, other.promptTokens, 1),
                both(outputTokens, 1, other.outputTokens, 1),
                both(gpuUtilization, seconds / all, other.gpuUtilization, other.seconds / all),
                most(gpuMemoryBytes, other.gpuMemoryBytes),
                both(gpuCelsius, seconds / all, other.gpuCelsius, other.seconds / all));
    }

    private static OptionalDouble both(OptionalDouble one, double weight, OptionalDouble two, double otherWeight) {
        return one.isPresent() && two.isPresent()
                ? OptionalDouble.of(one.getAsDouble() * weight + two.getAsDouble() * otherWeight)
                : OptionalDouble.empty();
    }

    private static OptionalDouble most(OptionalDouble one, OptionalDouble two) {
        return one.isPresent() && two.isPresent()
                ? OptionalDouble.of(Math.max(one.getAsDouble(), two.getAsDouble()))
                : OptionalDouble.empty();
    }
}
