package io.joulegram.agent.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.agent.access.Access;
import io.joulegram.agent.config.AgentConfig.Otlp.Names;
import io.joulegram.agent.config.ListenAddress;
import io.joulegram.agent.export.Exposition;
import io.joulegram.agent.export.HttpEndpoint;
import io.joulegram.agent.export.Snapshot;
import io.joulegram.agent.export.Snapshot.MeterState;
import io.joulegram.agent.export.Snapshots;
import io.joulegram.agent.export.StrictExposition;
import io.joulegram.power.Component;
import io.joulegram.power.Domain;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Metric;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is pushed is what {@code /metrics} shows of the same snapshot, to the last bit, as the official classes decode it. */
class SnapshotRequestsTest {
    private static final long START_MILLIS = 1_699_999_000_000L;
    private static final long SNAPSHOT_MILLIS = 1_700_000_000_000L;
    private static final long PROCESS_START_MILLIS = 1_699_998_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private Optional<Snapshot> snapshot = Optional.of(Snapshots.full());
    private final Exposition exposition = new Exposition(() -> snapshot, Snapshots.BUILD);

    @AfterEach
    void close() {
        exposition.close();
    }

    private ExportMetricsServiceRequest request(Names names) throws Exception {
        return request(names, START_MILLIS);
    }

    private ExportMetricsServiceRequest request(Names names, long startMillis) throws Exception {
        OtlpResource resource = OtlpResource.of(
                Snapshots.BUILD,
                Optional.of("gpu-7"),
                13600,
                new TreeMap<>(Map.of("host.name", "gpu-7.example", "deployment.environment.name", "prod")));
        return ExportMetricsServiceRequest.parseFrom(new SnapshotRequests(
                        exposition,
                        new MetricsEncoder(resource.attributes(), "0.1.0"),
                        names,
                        startMillis,
                        PROCESS_START_MILLIS)
                .get());
    }

    private StrictExposition scrape() throws Exception {
        try (HttpEndpoint endpoint = HttpEndpoint.open(
                new ListenAddress("127.0.0.1", 0),
                Access.of(Optional.empty()),
                exposition,
                () -> snapshot,
                List::of,
                Snapshots.BUILD)) {
            HttpRequest get = HttpRequest.newBuilder(URI.create(endpoint.url() + "metrics"))
                    .build();
            return StrictExposition.text(HttpClient.newHttpClient()
                    .send(get, BodyHandlers.ofString())
                    .body());
        }
    }

    private static Map<String, Double> measured(Map<String, Double> series) {
        Map<String, Double> measured = new LinkedHashMap<>(series);
        measured.keySet().removeIf(name -> !name.startsWith("joulegram_") || name.startsWith("joulegram_http_"));
        return measured;
    }

    @Test
    void everySeriesOfMetricsIsPushedWithTheVerySameNumber() throws Exception {
        Map<String, Double> shown = measured(scrape().samples());

        assertThat(shown).hasSizeGreaterThan(120);
        assertThat(measured(PushedSeries.of(request(Names.JOULEGRAM)))).containsExactlyInAnyOrderEntriesOf(shown);
        assertThat(PushedSeries.of(request(Names.BOTH))).containsAllEntriesOf(shown);
    }

    @Test
    void theAgentsOwnMetersArePushedToo() throws Exception {
        ExportMetricsServiceRequest request = request(Names.BOTH);
        Map<String, Metric> pushed = PushedSeries.byName(request);
        Map<String, String> shown = scrape().types();

        assertThat(pushed).containsKeys("process_cpu_seconds_total", "process_open_fds", "jvm_memory_used_bytes");
        shown.forEach((name, type) -> {
            if (name.startsWith("process_") || name.startsWith("jvm_memory_")) {
                assertThat(pushed).containsKey(name);
            }
        });
        assertThat(PushedSeries.metric(request, "process_cpu_seconds_total")
                        .getSum()
                        .getDataPoints(0)
                        .getStartTimeUnixNano())
                .isEqualTo(PROCESS_START_MILLIS * NANOS_PER_MILLI);
    }

    @Test
    void typesStartsAndInstantsAreRight() throws Exception {
        ExportMetricsServiceRequest request = request(Names.JOULEGRAM);
        Map<String, Metric> pushed = PushedSeries.byName(request);
        Map<String, String> types = scrape().types();

        pushed.forEach((name, metric) -> {
            String type = types.get(name);
            if (type == null || !name.startsWith("joulegram_")) {
                return;
            }
            switch (type) {
                case "counter" -> {
                    assertThat(metric.getSum().getIsMonotonic()).as(name).isTrue();
                    assertThat(metric.getSum().getAggregationTemporality())
                            .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
                    assertThat(metric.getSum().getDataPointsList()).allSatisfy(point -> {
                        assertThat(point.getStartTimeUnixNano()).isEqualTo(START_MILLIS * NANOS_PER_MILLI);
                        assertThat(point.getTimeUnixNano()).isEqualTo(SNAPSHOT_MILLIS * NANOS_PER_MILLI);
                    });
                }
                case "gauge" ->
                    assertThat(metric.getGauge().getDataPointsList())
                            .isNotEmpty()
                            .allSatisfy(point ->
                                    assertThat(point.getTimeUnixNano()).isEqualTo(SNAPSHOT_MILLIS * NANOS_PER_MILLI));
                case "histogram" -> {
                    assertThat(metric.getHistogram().getAggregationTemporality())
                            .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
                    assertThat(metric.getHistogram().getDataPointsList())
                            .isNotEmpty()
                            .allSatisfy(point ->
                                    assertThat(point.getStartTimeUnixNano()).isEqualTo(START_MILLIS * NANOS_PER_MILLI));
                }
                default -> assertThat(metric.getSummary().getDataPointsList()).isNotEmpty();
            }
        });
        assertThat(PushedSeries.metric(request, "joulegram_energy_joules_total").getUnit())
                .isEqualTo("J");
        assertThat(PushedSeries.metric(request, "joulegram_energy_per_token_joules")
                        .getUnit())
                .isEqualTo("J/{token}");
        assertThat(PushedSeries.metric(request, "joulegram_gpu_info").getUnit()).isEmpty();
        assertThat(PushedSeries.metric(request, "joulegram_power_watts").getDescription())
                .contains("Power now");
    }

    @Test
    void aClockThatWasSetBackGivesNoNegativeTime() throws Exception {
        Metric energy = PushedSeries.metric(
                request(Names.JOULEGRAM, SNAPSHOT_MILLIS + 3_600_000), "joulegram_energy_joules_total");

        assertThat(energy.getSum().getDataPointsList())
                .allSatisfy(point -> assertThat(point.getStartTimeUnixNano()).isEqualTo(point.getTimeUnixNano()));
    }

    @Test
    void theResourceIsWhatWasFoundUnderWhatWasConfigured() throws Exception {
        var metrics = request(Names.BOTH).getResourceMetrics(0);

        assertThat(PushedSeries.labels(metrics.getResource().getAttributesList()))
                .containsEntry("service.name", "joulegram")
                .containsEntry("service.version", "0.1.0")
                .containsEntry("service.instance.id", "gpu-7:13600")
                .containsEntry("host.name", "gpu-7.example")
                .containsEntry("deployment.environment.name", "prod")
                .containsKeys("host.arch", "os.type")
                .hasSize(metrics.getResource().getAttributesCount());
        assertThat(metrics.getScopeMetrics(0).getScope().getName()).isEqualTo("io.joulegram");
        assertThat(metrics.getScopeMetrics(0).getScope().getVersion()).isEqualTo("0.1.0");
    }

    @Test
    void hardwareHasTheNamesOfTheSemanticConventions() throws Exception {
        Map<String, Double> pushed = PushedSeries.of(request(Names.SEMANTIC));
        String gpu = "{hw.driver_version=570.1, hw.id=GPU-1, hw.model=NVIDIA H100, hw.name=gpu 0, hw.type=gpu}";
        String cpu = "{hw.id=cpu:0, hw.name=cpu 0, hw.type=cpu}";

        assertThat(pushed)
                .containsEntry("hw.energy" + gpu, 1234.56789)
                .containsEntry("hw.energy" + cpu, 0.5)
                .containsEntry("hw.power" + gpu, 350.5)
                .containsEntry("hw.power" + cpu, 95.0)
                .containsEntry("hw.gpu.utilization" + gpu, 0.75)
                .containsEntry("hw.gpu.memory.usage" + gpu, 6e10)
                .containsEntry("hw.gpu.memory.limit" + gpu, 8e10)
                .containsEntry("hw.gpu.memory.utilization" + gpu, 0.75);
        assertThat(pushed.keySet())
                .noneMatch(name -> name.startsWith("joulegram_energy_joules_total"))
                .noneMatch(name -> name.startsWith("joulegram_gpu_memory_used_bytes"))
                // Without a meter of its memory, what the host uses is not known.
                .noneMatch(name -> name.startsWith("hw.host."))
                .anyMatch(name -> name.startsWith("joulegram_energy_per_token_joules"));
        ExportMetricsServiceRequest request = request(Names.SEMANTIC);
        assertThat(PushedSeries.metric(request, "hw.energy").getSum().getIsMonotonic())
                .isTrue();
        assertThat(PushedSeries.metric(request, "hw.energy").getUnit()).isEqualTo("J");
        assertThat(PushedSeries.metric(request, "hw.power").hasGauge()).isTrue();
        assertThat(PushedSeries.metric(request, "hw.gpu.memory.usage").getSum().getIsMonotonic())
                .isFalse();
    }

    @Test
    void aHostIsTheSumOfItsPartsWithoutTheFacilitysShare() throws Exception {
        Snapshot full = Snapshots.full();
        MeterState cpu = Snapshots.cpuMeter();
        MeterState dram = new MeterState(
                Domain.DRAM,
                "0",
                cpu.streams(),
                cpu.bestSensor(),
                250_000,
                cpu.divergenceRatio(),
                cpu.counterDoubt(),
                0,
                0,
                0,
                0,
                true,
                true,
                cpu.powerHistogram());
        snapshot = Optional.of(new Snapshot(
                full.wallMillis(),
                full.monotonicNanos(),
                List.of(cpu, dram),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Map.of(Component.CPU, 500_000L, Component.DRAM, 250_000L, Component.OVERHEAD, 7_000_000L),
                Map.of(),
                Map.of(),
                Map.of(),
                full.carbon(),
                full.kept(),
                full.agentMicrojoules(),
                Optional.empty()));

        assertThat(PushedSeries.of(request(Names.BOTH)))
                .containsEntry("hw.host.energy{hw.id=host}", 0.75)
                .containsEntry("hw.host.power{hw.id=host}", 190.0)
                .containsEntry("hw.energy{hw.id=dram:0, hw.name=dram 0, hw.type=memory}", 0.25);
    }

    @Test
    void noHardwareNameIsAmongTheNamesOfJoulegram() throws Exception {
        assertThat(PushedSeries.byName(request(Names.JOULEGRAM)).keySet()).noneMatch(name -> name.startsWith("hw."));
    }

    @Test
    void aLostGpuKeepsItsEnergyAndLosesItsPower() throws Exception {
        snapshot = Optional.of(Snapshots.with(
                List.of(Snapshots.gpuMeter(false)), List.of(Snapshots.gpu(false)), List.of(), Snapshots.carbon()));
        ExportMetricsServiceRequest request = request(Names.BOTH);

        assertThat(PushedSeries.metric(request, "hw.energy")
                        .getSum()
                        .getDataPoints(0)
                        .getAsDouble())
                .isCloseTo(1234.56789, within(1e-9));
        assertThat(PushedSeries.byName(request).keySet())
                .noneMatch(name -> name.startsWith("hw.power") || name.startsWith("hw.gpu."));
    }

    @Test
    void beforeTheFirstSnapshotOnlyTheAgentIsKnown() throws Exception {
        snapshot = Optional.empty();

        assertThat(measured(PushedSeries.of(request(Names.BOTH))).keySet())
                .containsExactly("joulegram_build_info{java=17.0.15, revision=abc1234, version=0.1.0}");
    }
}
