package io.joulegram.agent.load;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run has seen. Immutable.
 *
 * @param parts the time that was measured, one part after the other; empty if the steady state was never reached
 * @param limit why the run was given up, if it was
 * @param inFlightAtBegin requests on their way at the begin
 * @param inFlightAtEnd those at the end
 * @param failures how many requests failed, by reason; those that were given up at the end are none
 * @param firstReason what the first request that failed was told; empty if none did
 */
public record LoadResult(
        List<Part> parts,
        Optional<String> limit,
        int inFlightAtBegin,
        int inFlightAtEnd,
        Map<Failure, Integer> failures,
        Optional<String> firstReason) {
    /**
     * A part of the measurement.
     *
     * @param beginNanos its begin, on the clock of {@link System#nanoTime()}
     * @param endNanos its end, exclusive
     * @param load what happened in it
     */
    public record Part(long beginNanos, long endNanos, LoadWindow load) {}

    /** Copies what can change. */
    public LoadResult {
        parts = List.copyOf(parts);
        failures = Map.copyOf(failures);
    }

    /** Whether there is a time to tell of. */
    public boolean isMeasured() {
        return !parts.isEmpty();
    }

    /** All parts as one; only if there is a time to tell of. */
    public Part whole() {
        return together(parts);
    }

    /** Some parts that follow one another as one. */
    public static Part together(List<Part> parts) {
        LoadWindow load =
                parts.stream().map(Part::load).reduce(LoadWindow::plus).orElseThrow();
        return new Part(parts.get(0).beginNanos(), parts.get(parts.size() - 1).endNanos(), load);
    }
}
