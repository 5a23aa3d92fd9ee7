package io.joulegram.agent.bench;

import io.joulegram.agent.export.Snapshot.Boundary;
import io.joulegram.power.Component;
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
 * @param peakWatts the highest power of each part that a sample told
 * @param stages start, steady state and end; none if it was too short
 */
record ProfiledRun(
        double seconds,
        int status,
        Optional<EnergyWindow> energy,
        Map<Component, Double> peakWatts,
        List<Stage> stages) {
    /** How long after it happened a sample may tell of something: the agent's usual interval. */
    private static final double EDGE_SECONDS = 0.1;

    /** A span of the run, and the mean power of all parts in it. */
    record Stage(String name, double fromSeconds, double untilSeconds, double watts) {}

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
}
