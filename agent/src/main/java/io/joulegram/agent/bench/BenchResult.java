package io.joulegram.agent.bench;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A sweep.
 *
 * @param about what was measured, on what, by what: names and values as people read them, in order
 * @param points in the order in which they were measured
 * @param ended why it ended before all points were measured; empty if it did not
 */
public record BenchResult(Map<String, String> about, List<PointResult> points, Optional<String> ended) {
    /** What it is about that names the very meters: UUIDs of the GPUs. */
    static final String METERS = "GPU UUIDs";
}
