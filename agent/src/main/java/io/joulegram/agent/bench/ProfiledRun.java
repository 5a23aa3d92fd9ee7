package io.joulegram.agent.bench;

import io.joulegram.agent.export.Snapshot.Boundary;
import io.joulegram.power.Component;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What one run of a command took.
 *
 * @param seconds from its start to its end
 * @param status its exit status, as a shell tells it
 * @param energy of the host; empty if the agent did not tell
 * @param samples what the agent said meanwhile
 * @param startNanos when it started
 */
record ProfiledRun(
        double seconds, int status, Optional<EnergyWindow> energy, List<AgentSample> samples, long startNanos) {
    /** Power is steady from where it first reaches this share of its median until where it last does. */
    private static final double STEADY = 0.9;

    /** How long after it happened a sample may tell of something: the agent's usual interval. */
    private static final double EDGE_SECONDS = 0.1;

    /** A span of the run. */
    record Stage(String name, double fromSeconds, double untilSeconds) {}

    /** Energy within a boundary; of the parts that are known. */
    OptionalDouble joules(Boundary boundary) {
        return energy.map(window -> window.knownJoules(boundary)).orElseGet(OptionalDouble::empty);
    }

    /** Half of the 95 % interval of that: of the meters, and of the edges of the run, which are seen to a sample's time. */
    OptionalDouble halfJoules(Boundary boundary) {
        OptionalDouble joules = joules(boundary);
        Optional<Double> ratio = energy.map(EnergyWindow::uncertainty).map(all -> all.get(boundary));
        if (joules.isEmpty() || ratio.isEmpty()) {
            return OptionalDouble.empty();
        }
        double edge = joules.getAsDouble() / seconds * EDGE_SECONDS;
        return OptionalDouble.of(Math.hypot(ratio.get() * joules.getAsDouble(), edge));
    }

    /** The highest power of each part that a sample told. */
    Map<Component, Double> peakWatts() {
        Map<Component, Double> peaks = new EnumMap<>(Component.class);
        samples.forEach(sample -> sample.watts().forEach((part, watts) -> peaks.merge(part, watts, Math::max)));
        return peaks;
    }

    /** Start, steady state and end, by the power of all parts; nothing with fewer than five samples. */
    List<Stage> stages() {
        if (samples.size() < 5) {
            return List.of();
        }
        double[] watts = samples.stream().mapToDouble(ProfiledRun::watts).toArray();
        double median = Arrays.stream(watts).sorted().toArray()[watts.length / 2];
        int first = 0;
        int last = watts.length - 1;
        while (watts[first] < STEADY * median) {
            first++;
        }
        while (watts[last] < STEADY * median) {
            last--;
        }
        List<Stage> stages = new ArrayList<>();
        double from = first == 0 ? 0 : at(first);
        double until = last == watts.length - 1 ? seconds : at(last);
        if (from > 0) {
            stages.add(new Stage("start", 0, from));
        }
        stages.add(new Stage("steady", from, until));
        if (until < seconds) {
            stages.add(new Stage("end", until, seconds));
        }
        return stages;
    }

    private double at(int index) {
        return (samples.get(index).nanos() - startNanos) / 1e9;
    }

    static double watts(AgentSample sample) {
        return sample.watts().values().stream().mapToDouble(watts -> watts).sum();
    }
}
