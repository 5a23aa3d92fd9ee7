package io.joulegram.agent.bench;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was measured at one point of a sweep.
 *
 * @param server which of the servers that are compared
 * @param workload what was asked of it
 * @param paceKind {@code concurrency} or {@code rate}
 * @param pace the figure of it
 * @param spans when its runs were in steady state, one for each repeat
 * @param figures what is known
 * @param power of its first run
 * @param failures requests that failed, by reason
 * @param limit why it could not be measured, or why nothing above it was; empty if all went well
 * @param notes what should be known when the figures are read
 */
public record PointResult(
        String server,
        String workload,
        String paceKind,
        double pace,
        List<Span> spans,
        Map<Figure, Estimate> figures,
        PowerTrace power,
        Map<String, Integer> failures,
        Optional<String> limit,
        List<String> notes) {
    /**
     * A span of time.
     *
     * @param beginUnixMillis its begin
     * @param endUnixMillis its end
     */
    public record Span(long beginUnixMillis, long endUnixMillis) {}

    /** It in words: server and pace. */
    public String label() {
        String number = pace == Math.rint(pace) ? Long.toString((long) pace) : Double.toString(pace);
        return (server.isEmpty() ? "" : server + ", ") + paceKind + " " + number;
    }

    /** What makes it the same point as that of another result. */
    public String key() {
        return String.join("\n", server, workload, paceKind, Double.toString(pace));
    }
}
