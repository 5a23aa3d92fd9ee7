package io.joulegram.agent.bench;

import io.joulegram.agent.export.Snapshot.Boundary;
import io.joulegram.power.Component;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a span of time took, from samples that are given one after another, none of which is kept but those at its ends. Energy
 * between two samples rises evenly, as far as we know; so a span has the energy of its very instants.
 */
final class WindowBuilder {
    /** A span over which the agent was silent for longer has no energy that could be told. */
    private static final long MAX_GAP_NANOS = 5_000_000_000L;

    private final long from;
    private final Mean gramsPerKwh = new Mean();
    private final Mean gpuUtilization = new Mean();
    private final Mean gpuCelsius = new Mean();
    private final Map<Boundary, Double> widest = new EnumMap<>(Boundary.class);
    private OptionalDouble mostMemoryBytes = OptionalDouble.empty();
    private @Nullable AgentSample first;
    private @Nullable AgentSample second;
    private @Nullable AgentSample before;
    private @Nullable AgentSample last;
    private boolean broken;

    private static final class Mean {
        private double sum;
        private long count;

        void add(OptionalDouble value) {
            if (value.isPresent()) {
                sum += value.getAsDouble();
                count++;
            }
        }

        OptionalDouble value() {
            return count > 0 ? OptionalDouble.of(sum / count) : OptionalDouble.empty();
        }
    }

    /** @param from where the span begins */
    WindowBuilder(long from) {
        this.from = from;
    }

    /** Adds the next sample, of which the first is the last one that is not after the begin of the span. */
    void add(AgentSample sample) {
        AgentSample previous = last;
        if (previous == null) {
            first = sample;
            broken = sample.nanos() - from > 0;
        } else {
            second = second == null ? sample : second;
            broken |= sample.nanos() - previous.nanos() > MAX_GAP_NANOS || beganAnew(previous, sample);
        }
        before = previous;
        last = sample;
        gramsPerKwh.add(sample.gramsPerKwh());
        gpuUtilization.add(sample.gpuUtilization());
        gpuCelsius.add(sample.gpuCelsius());
        sample.uncertainty().forEach((boundary, ratio) -> widest.merge(boundary, ratio, Math::max));
        if (sample.gpuMemoryBytes().orElse(-1) > mostMemoryBytes.orElse(-1)) {
            mostMemoryBytes = sample.gpuMemoryBytes();
        }
    }

    /** An agent that began anew counts from 0, at first without some parts: what it had counted is not known any more. */
    private static boolean beganAnew(AgentSample one, AgentSample two) {
        return one.countedMicrojoules().entrySet().stream()
                .anyMatch(part -> two.countedMicrojoules().getOrDefault(part.getKey(), -1.0) < part.getValue());
    }

    /**
     * The span up to an instant, after which the last sample must be the first; empty where the agent did not answer around or
     * throughout it, or began anew.
     */
    Optional<EnergyWindow> until(long until) {
        AgentSample one = first;
        AgentSample two = second;
        AgentSample three = before;
        AgentSample four = last;
        if (one == null || two == null || three == null || four == null || broken || until - from <= 0) {
            return Optional.empty();
        }
        if (three.nanos() - until > 0 || four.nanos() - until <= 0) {
            return Optional.empty();
        }
        Map<Component, Double> joules = new EnumMap<>(Component.class);
        Set<Component> untold = EnumSet.noneOf(Component.class);
        for (Component part : Component.values()) {
            OptionalDouble begin = at(one, two, from, sample -> value(sample, part));
            OptionalDouble end = at(three, four, until, sample -> value(sample, part));
            difference(begin, end).ifPresentOrElse(microjoules -> joules.put(part, microjoules / 1e6), () -> {
                if (value(one, part).isPresent() || value(four, part).isPresent()) {
                    untold.add(part);
                }
            });
        }
        return Optional.of(new EnergyWindow(
                (until - from) / 1e9,
                joules,
                untold,
                difference(
                        at(one, two, from, AgentSample::embodiedGrams),
                        at(three, four, until, AgentSample::embodiedGrams)),
                gramsPerKwh.value(),
                widest,
                difference(
                        at(one, two, from, AgentSample::promptTokens),
                        at(three, four, until, AgentSample::promptTokens)),
                difference(
                        at(one, two, from, AgentSample::outputTokens),
                        at(three, four, until, AgentSample::outputTokens)),
                gpuUtilization.value(),
                mostMemoryBytes,
                gpuCelsius.value()));
    }

    private static OptionalDouble value(AgentSample sample, Component part) {
        Double value = sample.microjoules().get(part);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    private static OptionalDouble at(
            AgentSample one, AgentSample two, long nanos, Function<AgentSample, OptionalDouble> figure) {
        OptionalDouble begin = figure.apply(one);
        OptionalDouble end = figure.apply(two);
        if (begin.isEmpty() || end.isEmpty()) {
            return OptionalDouble.empty();
        }
        double share = (double) (nanos - one.nanos()) / (two.nanos() - one.nanos());
        return OptionalDouble.of(begin.getAsDouble() + share * (end.getAsDouble() - begin.getAsDouble()));
    }

    private static OptionalDouble difference(OptionalDouble begin, OptionalDouble end) {
        return begin.isPresent() && end.isPresent() && end.getAsDouble() >= begin.getAsDouble()
                ? OptionalDouble.of(end.getAsDouble() - begin.getAsDouble())
                : OptionalDouble.empty();
    }
}
