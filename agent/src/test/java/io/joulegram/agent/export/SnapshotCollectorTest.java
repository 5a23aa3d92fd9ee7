package io.joulegram.agent.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.export.Snapshot.CarbonState;
import io.joulegram.agent.export.Snapshot.GramsState;
import io.joulegram.agent.export.Snapshot.ModelState;
import io.joulegram.agent.export.Snapshot.PerToken;
import io.joulegram.power.Component;
import io.joulegram.power.Quantity;
import io.joulegram.power.Sensor;
import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.CollectorRegistry;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SnapshotCollectorTest {
    @Test
    void everySeriesOfTheCatalogueCanBeFilled() {
        assertThat(familyNames(Snapshots.full()))
                .containsExactlyElementsOf(Arrays.stream(MetricCatalogue.values())
                        .map(metric -> metric.metricName().replaceFirst("_total$", ""))
                        .toList());
    }

    @Test
    void aBareHostShowsOnlyWhatIsKnownOfIt() {
        assertThat(familyNames(Snapshots.bare()))
                .containsExactly(
                        "joulegram_pue_ratio",
                        "joulegram_source_up",
                        "joulegram_source_read_seconds",
                        "joulegram_sampling_ticks",
                        "joulegram_sampling_missed_ticks",
                        "joulegram_sampling_lateness_seconds",
                        "joulegram_build_info");
    }

    @Test
    void beforeTheFirstSnapshotThereIsOnlyTheProgramItself() {
        SnapshotCollector collector = new SnapshotCollector(Optional::empty, Snapshots.BUILD);

        assertThat(collector.collect()).extracting(family -> family.name).containsExactly("joulegram_build_info");
    }

    @Test
    void energyIsInJoulesForEachStream() {
        Registry registry = new Registry(Snapshots.full());

        assertThat(registry.value("energy_joules_total", "domain", "gpu", "device", "0", "source", "nvml_energy"))
                .isEqualTo(1234.56789);
        assertThat(registry.value("energy_joules_total", "domain", "gpu", "device", "0", "source", "nvml_instant"))
                .isEqualTo(1230);
        assertThat(registry.value("energy_joules_total", "domain", "cpu", "device", "0", "source", "rapl_perf"))
                .isEqualTo(0.5);
        assertThat(registry.value("power_watts", "domain", "gpu", "device", "0", "source", "nvml_instant"))
                .isEqualTo(351.25);
        assertThat(registry.value("facility_energy_joules_total", "component", "overhead"))
                .isEqualTo(1e-6);
        assertThat(registry.value("energy_divergence_ratio", "domain", "gpu", "device", "0"))
                .isEqualTo(-0.0037);
        assertThat(registry.value("energy_unobserved_seconds_total", "domain", "gpu", "device", "0"))
                .isEqualTo(2.5);
    }

    @Test
    void bucketsOfTheHistogramAreCumulative() {
        Registry registry = new Registry(Snapshots.full());

        assertThat(registry.value("power_sample_watts_bucket", "domain", "gpu", "device", "0", "le", "100.0"))
                .isEqualTo(5);
        assertThat(registry.value("power_sample_watts_bucket", "domain", "gpu", "device", "0", "le", "400.0"))
                .isEqualTo(15);
        assertThat(registry.value("power_sample_watts_bucket", "domain", "gpu", "device", "0", "le", "+Inf"))
                .isEqualTo(16);
        assertThat(registry.value("power_sample_watts_count", "domain", "gpu", "device", "0"))
                .isEqualTo(16);
        assertThat(registry.value("power_sample_watts_sum", "domain", "gpu", "device", "0"))
                .isEqualTo(3456.5);
    }

    @Test
    void timesOfReadsAreSummariesInSeconds() {
        Registry registry = new Registry(Snapshots.full());

        assertThat(registry.value("source_read_seconds_count", "source", "nvml:0"))
                .isEqualTo(598);
        assertThat(registry.value("source_read_seconds_sum", "source", "nvml:0"))
                .isEqualTo(1.5);
        assertThat(registry.value("sampling_lateness_seconds_sum", "source", "nvml:0"))
                .isEqualTo(0.25);
    }

    @Test
    void aDeviceThatIsLostKeepsItsCountersAndLosesItsGauges() {
        Snapshot snapshot = Snapshots.with(
                List.of(Snapshots.gpuMeter(false)),
                List.of(Snapshots.gpu(false)),
                List.of(),
                new CarbonState(1, List.of(), List.of(), List.of(), Snapshot.OriginState.NONE));

        assertThat(familyNames(snapshot))
                .contains(
                        "joulegram_energy_joules",
                        "joulegram_energy_counter_resets",
                        "joulegram_energy_unobserved_seconds",
                        "joulegram_power_sample_watts",
                        "joulegram_gpu_info")
                .doesNotContain(
                        "joulegram_power_watts",
                        "joulegram_energy_uncertainty_ratio",
                        "joulegram_energy_divergence_ratio",
                        "joulegram_sample_age_seconds",
                        "joulegram_sensor_window_seconds",
                        "joulegram_sensor_update_period_seconds",
                        "joulegram_gpu_utilization_ratio",
                        "joulegram_gpu_throttle_active",
                        "joulegram_gpu_memory_total_bytes");
    }

    @Test
    void throttleReasonsAreOneForThoseThatHoldAndZeroForTheOthers() {
        Registry registry = new Registry(Snapshots.full());

        assertThat(registry.value("gpu_throttle_active", "device", "0", "reason", "sw_power_cap"))
                .isEqualTo(1);
        assertThat(registry.value("gpu_throttle_active", "device", "0", "reason", "hw_slowdown"))
                .isZero();
        assertThat(registry.value("gpu_throttle_active", "device", "0", "reason", "gpu_idle"))
                .isNull();
    }

    @Test
    void memoryThatTelemetryDoesNotTellComesFromTheIdentity() {
        assertThat(new Registry(Snapshots.full()).value("gpu_memory_total_bytes", "device", "0"))
                .isEqualTo(80e9);
    }

    @Test
    void whatIsNotANumberIsNotPublished() {
        ModelState model = Snapshots.model("m");
        ModelState sick = new ModelState(
                model.server(),
                model.model(),
                OptionalLong.of(-5),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                0,
                OptionalLong.empty(),
                OptionalDouble.of(Double.NaN),
                OptionalDouble.of(Double.POSITIVE_INFINITY),
                OptionalLong.empty(),
                OptionalDouble.of(Double.NaN),
                model.phaseMethod(),
                Optional.empty(),
                List.of(),
                OptionalDouble.of(-1),
                Double.NaN,
                List.of(new PerToken(
                        Snapshot.TokenKind.ALL,
                        Snapshot.Boundary.HOST,
                        Snapshot.Load.LOADED,
                        Double.POSITIVE_INFINITY,
                        OptionalDouble.of(Double.NaN),
                        OptionalDouble.of(Double.NaN),
                        OptionalDouble.of(Double.POSITIVE_INFINITY))),
                List.of(),
                Optional.of(new Sci(1, Double.NEGATIVE_INFINITY, 0, 1)),
                Optional.of(new DelayProducts(1, Double.NaN, 1, OptionalDouble.of(1), 1)));
        CarbonState carbon = new CarbonState(
                Double.NaN,
                List.of(),
                List.of(new GramsState("operational", Component.GPU, "0", "location", Double.NaN)),
                List.of(),
                Snapshot.OriginState.NONE);

        Snapshot snapshot = Snapshots.with(List.of(), List.of(), List.of(sick), carbon);

        assertThat(familyNames(snapshot))
                .contains("joulegram_unattributed_tokens", "joulegram_phase_split_info")
                .doesNotContain(
                        "joulegram_tokens",
                        "joulegram_requests_running",
                        "joulegram_requests_waiting",
                        "joulegram_model_co2_grams",
                        "joulegram_energy_per_token_joules",
                        "joulegram_co2_per_token_grams",
                        "joulegram_energy_per_token_uncertainty_ratio",
                        "joulegram_co2_per_token_uncertainty_ratio",
                        "joulegram_sci_grams_per_token",
                        "joulegram_co2_grams",
                        "joulegram_pue_ratio");
    }

    @Test
    void embodiedGramsOfAModelAreAbsentWhereNoFootprintIsKnown() {
        Snapshot snapshot = Snapshots.with(
                List.of(),
                List.of(),
                List.of(Snapshots.model("m")),
                new CarbonState(1, List.of(), List.of(), List.of(), Snapshot.OriginState.NONE));
        Registry registry = new Registry(snapshot);

        assertThat(registry.value("model_co2_grams_total", "server", "vllm:8000", "model", "m", "scope", "embodied"))
                .isNull();
        assertThat(registry.value("model_co2_grams_total", "server", "vllm:8000", "model", "m", "scope", "operational"))
                .isEqualTo(0.125);
    }

    @Test
    void theSameLabelsTwiceGiveOneSeries() {
        Snapshot snapshot = Snapshots.with(
                List.of(Snapshots.gpuMeter(true), Snapshots.gpuMeter(true)),
                List.of(),
                List.of(Snapshots.model("m"), Snapshots.model("m")),
                Snapshots.carbon());

        for (MetricFamilySamples family :
                new SnapshotCollector(() -> Optional.of(snapshot), Snapshots.BUILD).collect()) {
            assertThat(family.samples)
                    .extracting(sample -> sample.name + sample.labelValues)
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void domainsThatShareASensorShareItsPeriod() {
        assertThat(Snapshots.stream(Sensor.RAPL_PERF, Quantity.ENERGY, 1, 1).updatePeriodNanos())
                .hasValue(100_000_000);
        assertThat(new Registry(Snapshots.full())
                        .value("sensor_update_period_seconds", "device", "0", "source", "rapl_perf"))
                .isEqualTo(0.1);
    }

    @Test
    void aScrapeIsOfOneSnapshotAndRegistrationOfNone() {
        AtomicInteger taken = new AtomicInteger();
        CollectorRegistry registry = new CollectorRegistry(true);
        registry.register(new SnapshotCollector(
                () -> {
                    taken.incrementAndGet();
                    return Optional.of(Snapshots.full());
                },
                Snapshots.BUILD));
        assertThat(taken).hasValue(0);

        Collections.list(registry.metricFamilySamples());

        assertThat(taken).hasValue(1);
    }

    private static List<String> familyNames(Snapshot snapshot) {
        return new SnapshotCollector(() -> Optional.of(snapshot), Snapshots.BUILD)
                .collect().stream().map(family -> family.name).toList();
    }

    /** Looks series up by name and labels. */
    private static final class Registry {
        private final CollectorRegistry registry = new CollectorRegistry();

        Registry(Snapshot snapshot) {
            registry.register(new SnapshotCollector(() -> Optional.of(snapshot), Snapshots.BUILD));
        }

        Double value(String name, String... labels) {
            String[] names = new String[labels.length / 2];
            String[] values = new String[labels.length / 2];
            for (int i = 0; i < names.length; i++) {
                names[i] = labels[2 * i];
                values[i] = labels[2 * i + 1];
            }
            return registry.getSampleValue("joulegram_" + name, names, values);
        }
    }
}
