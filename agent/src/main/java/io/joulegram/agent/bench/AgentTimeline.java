package io.joulegram.agent.bench;

import io.joulegram.agent.export.Snapshot.Boundary;
import io.joulegram.power.Component;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * What the agent said over time. Energy between two answers rises evenly, as far as we know; so a span of time has the energy
 * of its very instants. Thread-safe: one thread adds, others read.
 */
final class AgentTimeline {
    /** A span over which the agent was silent for longer has no energy that could be told. */
    private static final long MAX_GAP_NANOS = 5_000_000_000L;

    private final List<AgentSample> samples = new ArrayList<>();

    /** Adds what it said last. */
    synchronized void add(AgentSample sample) {
        samples.add(sample);
    }

    /** The last instant of which something is known; empty if there is none. */
    synchronized Optional<Long> lastNanos() {
        return samples.isEmpty()
                ? Optional.empty()
                : Optional.of(samples.get(samples.size() - 1).nanos());
    }

    /** Forgets what was before an instant, but for what is needed at it. */
    synchronized void forgetBefore(long nanos) {
        samples.subList(0, Math.max(0, before(nanos))).clear();
    }

    /** The samples that were taken in a span of time, in order. */
    synchronized List<AgentSample> samples(long from, long until) {
        return samples.stream()
                .filter(sample -> sample.nanos() - from >= 0 && sample.nanos() - until < 0)
                .toList();
    }

    /** A span of time; empty where the agent did not answer around it. */
    synchronized Optional<EnergyWindow> between(long from, long until) {
        int first = before(from);
        int last = before(until);
        if (first < 0 || last < 0 || last + 1 >= samples.size() || until - from <= 0 || hasGap(first, last + 1)) {
            return Optional.empty();
        }
        Map<Component, Double> joules = new EnumMap<>(Component.class);
        for (Component part : Component.values()) {
            OptionalDouble begin = at(first, from, sample -> value(sample, part));
            OptionalDouble end = at(last, until, sample -> value(sample, part));
            // An agent that began anew counts from 0: what it had counted is not known any more.
            if (begin.isPresent() && end.isPresent() && end.getAsDouble() >= begin.getAsDouble()) {
                joules.put(part, (end.getAsDouble() - begin.getAsDouble()) / 1e6);
            }
        }
        List<AgentSample> inside = samples.subList(first, last + 2);
        return Optional.of(new EnergyWindow(
                (until - from) / 1e9,
                joules,
                difference(at(first, from, AgentSample::embodiedGrams), at(last, until, AgentSample::embodiedGrams)),
                mean(inside, AgentSample::gramsPerKwh),
                widest(inside),
                difference(at(first, from, AgentSample::promptTokens), at(last, until, AgentSample::promptTokens)),
                difference(at(first, from, AgentSample::outputTokens), at(last, until, AgentSample::outputTokens)),
                mean(inside, AgentSample::gpuUtilization),
                inside.stream()
                        .flatMapToDouble(sample -> sample.gpuMemoryBytes().stream())
                        .max(),
                mean(inside, AgentSample::gpuCelsius)));
    }

    private static OptionalDouble value(AgentSample sample, Component part) {
        Double value = sample.microjoules().get(part);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /** The last sample that is not after an instant, or -1. */
    private int before(long nanos) {
        int low = -1;
        int high = samples.size();
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (samples.get(middle).nanos() - nanos <= 0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private boolean hasGap(int first, int last) {
        for (int i = first; i < last; i++) {
            if (samples.get(i + 1).nanos() - samples.get(i).nanos() > MAX_GAP_NANOS) {
                return true;
            }
        }
        return false;
    }

    private OptionalDouble at(int index, long nanos, Function<AgentSample, OptionalDouble> figure) {
        AgentSample one = samples.get(index);
        AgentSample two = samples.get(index + 1);
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

    private static OptionalDouble mean(List<AgentSample> inside, Function<AgentSample, OptionalDouble> figure) {
        return inside.stream()
                .flatMapToDouble(sample -> figure.apply(sample).stream())
                .average();
    }

    private static Map<Boundary, Double> widest(List<AgentSample> inside) {
        Map<Boundary, Double> widest = new EnumMap<>(Boundary.class);
        inside.forEach(
                sample -> sample.uncertainty().forEach((boundary, ratio) -> widest.merge(boundary, ratio, Math::max)));
        return widest;
    }
}
