package io.joulegram.agent.otlp;

import io.joulegram.agent.config.AgentConfig.Otlp.Names;
import io.joulegram.agent.export.Exposition;
import io.joulegram.agent.export.Snapshot;
import io.joulegram.agent.otlp.MetricsEncoder.Batch;
import io.prometheus.client.Collector.MetricFamilySamples;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What is pushed: everything that {@code /metrics} shows now, encoded. For one thread. */
final class SnapshotRequests implements Supplier<byte[]> {
    private final Exposition exposition;
    private final MetricsEncoder encoder;
    private final Names names;
    private final long startMillis;
    private final long processStartMillis;

    /**
     * @param startMillis when the measured counters were 0, since 1970
     * @param processStartMillis when those of the process and the virtual machine were
     */
    SnapshotRequests(
            Exposition exposition, MetricsEncoder encoder, Names names, long startMillis, long processStartMillis) {
        this.exposition = exposition;
        this.encoder = encoder;
        this.names = names;
        this.startMillis = startMillis;
        this.processStartMillis = processStartMillis;
    }

    @Override
    public byte[] get() {
        Exposition.Reading reading = exposition.read();
        long nowMillis = System.currentTimeMillis();
        long measuredMillis = reading.snapshot().map(Snapshot::wallMillis).orElse(nowMillis);
        List<Metric> measured = new ArrayList<>();
        if (names != Names.JOULEGRAM) {
            reading.snapshot().map(HardwareMetrics::of).ifPresent(measured::addAll);
        }
        for (Metric metric : metrics(reading.measured())) {
            if (names != Names.SEMANTIC || !HardwareMetrics.COVERED.contains(metric.name())) {
                measured.add(metric);
            }
        }
        return encoder.encode(List.of(
                new Batch(startMillis, measuredMillis, measured),
                new Batch(processStartMillis, nowMillis, metrics(reading.own()))));
    }

    private static List<Metric> metrics(List<MetricFamilySamples> families) {
        return families.stream()
                .filter(family -> !family.samples.isEmpty())
                .map(FamilyMetrics::of)
                .toList();
    }
}
