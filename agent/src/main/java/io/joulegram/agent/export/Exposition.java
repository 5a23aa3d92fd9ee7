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
 * the agent's own meters. Both stand on one registry.
 *
 * <p>Thread-safe. Micrometer's registry for simpleclient is deprecated, not removed; this is the one class that knows
 * it.
 */
@SuppressWarnings("deprecation")
public final class Exposition implements AutoCloseable {
    private final CollectorRegistry collectors = new CollectorRegistry();
    private final PrometheusMeterRegistry meters =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, collectors, Clock.SYSTEM);
    private final JvmGcMetrics garbageCollection = new JvmGcMetrics();

    /**
     * @param snapshots gives the newest snapshot, at once; empty before the first
     * @param build what {@code joulegram_build_info} tells
     */
    public Exposition(Supplier<Optional<Snapshot>> snapshots, BuildInfo build) {
        collectors.register(new SnapshotCollector(snapshots, build));
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
        List<MetricFamilySamples> families = new ArrayList<>();
        for (MetricFamilySamples family : Collections.list(collectors.metricFamilySamples())) {
            MetricFamilySamples known = known(family);
            if (!known.samples.isEmpty()) {
                families.add(known);
            }
        }
        format.write(writer, Collections.enumeration(families));
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
