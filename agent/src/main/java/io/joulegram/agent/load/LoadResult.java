package io.joulegram.agent.load;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run has seen. Immutable.
 *
 * @param requests all requests, in the order in which they ended
 * @param beginNanos the steady state begins
 * @param endNanos it ends; not after its begin if it was never reached
 * @param limit why the run was given up, if it was
 * @param inFlightAtBegin requests on their way at the begin
 * @param inFlightAtEnd those at the end
 */
public record LoadResult(
        List<RequestRecord> requests,
        long beginNanos,
        long endNanos,
        Optional<String> limit,
        int inFlightAtBegin,
        int inFlightAtEnd) {
    /** Whether there is a time to tell of. */
    public boolean isMeasured() {
        return endNanos - beginNanos > 0;
    }

    /** What happened from one instant to another. */
    public LoadWindow window(long fromNanos, long untilNanos) {
        return LoadWindow.of(requests, fromNanos, untilNanos);
    }

    /** How many requests failed, by reason; those that were given up at the end are none. */
    public Map<Failure, Integer> failures() {
        Map<Failure, Integer> failures = new EnumMap<>(Failure.class);
        requests.forEach(request -> request.failure()
                .filter(failure -> failure != Failure.CANCELLED)
                .ifPresent(failure -> failures.merge(failure, 1, Integer::sum)));
        return failures;
    }

    /** What the first request that failed was told. */
    public Optional<String> firstReason() {
        return requests.stream()
                .filter(request ->
                        request.failure().isPresent() && request.failure().get() != Failure.CANCELLED)
                .map(RequestRecord::reason)
                .findFirst();
    }
}
