package io.joulegram.agent.export;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Everything that {@code /metrics} shows: the measured series of a {@link SnapshotCollector} and, through Micrometer,
 * the agent's own meters.
 *
 * <p>Thread-safe. Micrometer's registry for simpleclient is deprecated, not removed; this is the one class that knows
 * it.
 */
@SuppressWarnings("deprecation")
public final class Exposition implements AutoCloseable {
    private final CollectorRegistry own = new CollectorRegistry();
    private final PrometheusMeterRegistry meters =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, own, Clock.SYSTEM);
    private final Supplier<Optional<Snapshot>> snapshots;
    private final SnapshotCollector measured;
    private final JvmGcMetrics garbageCollection = new JvmGcMetrics();

    /**
     * Everything as it is at one instant, without what is unknown.
     *
     * @param snapshot what the measured families are of; empty before the first
     * @param measured what the snapshot shows
     * @param own the agent's own meters
     */
    public record Reading(
            Optional<Snapshot> snapshot, List<MetricFamilySamples> measured, List<MetricFamilySamples> own) {
        /** Copies the lists. */
        public Reading {
            measured = List.copyOf(measured);
            own = List.copyOf(own);
        }
    }

    /**
     * @param snapshots gives the newest snapshot, at once; empty before the first
     * @param build what {@code joulegram_build_info} tells
     */
    public Exposition(Supplier<Optional<Snapshot>> snapshots, BuildInfo build) {
        this.snapshots = snapshots;
        measured = new SnapshotCollector(snapshots, build);
        garbageCollection.bindTo(meters);
        new JvmMemoryMetrics().bindTo(meters);
        new JvmThreadMetrics().bindTo(meters);
        new UptimeMetrics().bindTo(meters);
        new ProcessMeters().bindTo(meters);
    }

    /** Where the agent's own parts register meters of their own. */
    public MeterRegistry meters() {
        return meters;
    }

    /** Stops listening to the garbage collector. */
    @Override
    public void close() {
        garbageCollection.close();
        meters.close();
    }

    /** Writes every series there is now. */
    void write(ExpositionFormat format, Writer writer) throws IOException {
        Reading reading = read();
        List<MetricFamilySamples> families = new ArrayList<>(reading.measured());
        families.addAll(reading.own());
        format.write(writer, Collections.enumeration(families));
    }

    /** Every series there is now. */
    public Reading read() {
        Optional<Snapshot> snapshot = snapshots.get();
        return new Reading(
                snapshot, known(measured.families(snapshot)), known(Collections.list(own.metricFamilySamples())));
    }

    private static List<MetricFamilySamples> known(List<MetricFamilySamples> families) {
        return families.stream()
                .map(Exposition::known)
                .filter(family -> !family.samples.isEmpty())
                .toList();
    }

    private static MetricFamilySamples known(MetricFamilySamples family) {
        List<MetricFamilySamples.Sample> known = new ArrayList<>(family.samples.size());
        for (MetricFamilySamples.Sample sample : family.samples) {
            if (isKnown(family, sample)) {
                known.add(sample);
            }
        }
        return known.size() == family.samples.size()
                ? family
                : new MetricFamilySamples(family.name, family.unit, family.type, family.help, known);
    }

    /**
     * Micrometer's gauges are NaN where their object is gone, and the JVM's beans say -1 for a limit that is not set:
     * both mean unknown.
     */
    private static boolean isKnown(MetricFamilySamples family, MetricFamilySamples.Sample sample) {
        boolean ofTheProcess = family.name.startsWith("jvm_") || family.name.startsWith("process_");
        return Double.isFinite(sample.value) && !(ofTheProcess && sample.value < 0);
    }
}
