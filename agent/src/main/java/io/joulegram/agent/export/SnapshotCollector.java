package io.joulegram.agent.export;

import static java.util.Objects.requireNonNull;

import io.prometheus.client.Collector;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Gives Prometheus every measured series, all of one scrape from one and the same snapshot. What the snapshot does not
 * know has no series.
 *
 * <p>Thread-safe; a scrape reads the snapshot and nothing else: no device, no file, no network.
 */
public final class SnapshotCollector extends Collector implements Collector.Describable {
    private final Supplier<Optional<Snapshot>> snapshots;
    private final BuildInfo build;

    /**
     * @param snapshots gives the newest snapshot, at once; empty before the first
     * @param build what {@code joulegram_build_info} tells
     */
    public SnapshotCollector(Supplier<Optional<Snapshot>> snapshots, BuildInfo build) {
        this.snapshots = requireNonNull(snapshots, "snapshots");
        this.build = requireNonNull(build, "build");
    }

    @Override
    public List<MetricFamilySamples> collect() {
        return families(snapshots.get());
    }

    /** Every series of this snapshot. */
    List<MetricFamilySamples> families(Optional<Snapshot> shown) {
        Families families = new Families();
        shown.ifPresent(snapshot -> {
            new DeviceSeries(families).add(snapshot);
            new ModelSeries(families).add(snapshot);
            new FacilitySeries(families).add(snapshot);
            new WorkloadSeries(families).add(snapshot);
        });
        families.add(MetricCatalogue.BUILD_INFO, 1, build.version(), build.revision(), build.java());
        return families.toList();
    }

    /** Every family there can be, without samples, so that the registry need not make a snapshot to learn the names. */
    @Override
    public List<MetricFamilySamples> describe() {
        return Arrays.stream(MetricCatalogue.values())
                .map(metric -> Families.family(metric, List.of()))
                .toList();
    }
}
