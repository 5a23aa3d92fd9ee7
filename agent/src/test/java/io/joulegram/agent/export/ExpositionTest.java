package io.joulegram.agent.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.joulegram.agent.export.Snapshot.ServerState;
import io.micrometer.core.instrument.Gauge;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpositionTest {
    private Snapshot snapshot = Snapshots.full();
    private final Exposition exposition = new Exposition(() -> Optional.of(snapshot), Snapshots.BUILD);

    @AfterEach
    void close() {
        exposition.close();
    }

    @Test
    void bothFormatsHoldTheSameSeries() throws IOException {
        StrictExposition text = StrictExposition.text(write(ExpositionFormat.TEXT));
        StrictExposition openMetrics = StrictExposition.openMetrics(write(ExpositionFormat.OPENMETRICS));

        assertThat(joulegram(text)).isNotEmpty().isEqualTo(joulegram(openMetrics));
        assertThat(text.types())
                .containsEntry("joulegram_energy_joules_total", "counter")
                .containsEntry("joulegram_power_sample_watts", "histogram")
                .containsEntry("joulegram_source_read_seconds", "summary");
        assertThat(openMetrics.types()).containsEntry("joulegram_energy_joules", "counter");
    }

    @Test
    void valuesAreExactInTheText() throws IOException {
        StrictExposition text = StrictExposition.text(write(ExpositionFormat.TEXT));

        assertThat(text.value("joulegram_energy_joules_total", "domain", "gpu", "device", "0", "source", "nvml_energy"))
                .isEqualTo(1234.56789);
        assertThat(text.value("joulegram_build_info", "version", "0.1.0", "revision", "abc1234", "java", "17.0.15"))
                .isEqualTo(1);
    }

    @Test
    void noSeriesTellsWhenItWasCreated() throws IOException {
        assertThat(write(ExpositionFormat.TEXT)).doesNotContain("_created");
        assertThat(write(ExpositionFormat.OPENMETRICS)).doesNotContain("_created");
    }

    @Test
    void theAgentsOwnMetersAreThereByTheirUsualNames() throws IOException {
        assertThat(StrictExposition.text(write(ExpositionFormat.TEXT)).types())
                .containsEntry("process_cpu_seconds_total", "counter")
                .containsEntry("process_start_time_seconds", "gauge")
                .containsEntry("process_open_fds", "gauge")
                .containsEntry("process_max_fds", "gauge")
                .containsEntry("jvm_memory_used_bytes", "gauge")
                .containsEntry("jvm_threads_live_threads", "gauge")
                .containsKey("jvm_gc_memory_allocated_bytes_total");
    }

    @Test
    void aMeterOfTheAgentThatIsNotANumberIsNotThere() throws IOException {
        Gauge.builder("joulegram.sick", () -> Double.NaN).description("sick").register(exposition.meters());
        Gauge.builder("joulegram.well", () -> -1).description("well").register(exposition.meters());

        StrictExposition text = StrictExposition.text(write(ExpositionFormat.TEXT));

        assertThat(text.types()).doesNotContainKey("joulegram_sick").containsKey("joulegram_well");
    }

    @Test
    void limitsThatTheJvmDoesNotKnowAreNotThere() throws IOException {
        StrictExposition text = StrictExposition.text(write(ExpositionFormat.TEXT));

        assertThat(text.samples().keySet()).anyMatch(series -> series.startsWith("jvm_memory_max_bytes"));
        text.samples().forEach((series, value) -> {
            if (series.startsWith("jvm_")) {
                assertThat(value).as(series).isNotNegative();
            }
        });
    }

    @Test
    void evilNamesComeThroughUnharmed() throws IOException {
        for (String evil : List.of(
                "a\"b",
                "a\\b",
                "a\nb",
                "\\n",
                "\",server=\"x",
                "}\njoulegram_pue_ratio 0\n#",
                "模型-😀",
                "a,b={c} d",
                "")) {
            snapshot = Snapshots.with(List.of(), List.of(), List.of(Snapshots.model(evil)), Snapshots.carbon());
            for (StrictExposition read : List.of(
                    StrictExposition.text(write(ExpositionFormat.TEXT)),
                    StrictExposition.openMetrics(write(ExpositionFormat.OPENMETRICS)))) {
                assertThat(read.value("joulegram_requests_running", "server", "vllm:8000", "model", evil))
                        .as(evil)
                        .isEqualTo(4);
                assertThat(read.value("joulegram_pue_ratio")).isEqualTo(1.25);
            }
        }
    }

    @Test
    void aServerWhoseEngineIsNotKnownYetIsDownWithoutAName() throws IOException {
        ServerState server = new ServerState(
                "s",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                List.of(),
                "none",
                Optional.empty(),
                Optional.empty(),
                "here",
                "refused",
                Map.of());
        snapshot = new Snapshot(
                0,
                0,
                List.of(),
                List.of(),
                List.of(),
                List.of(server),
                List.of(),
                List.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Snapshots.carbon(),
                Snapshot.KeptState.NONE,
                Snapshots.full().agentMicrojoules(),
                Optional.empty());

        StrictExposition text = StrictExposition.text(write(ExpositionFormat.TEXT));

        assertThat(text.value("joulegram_server_up", "server", "s", "engine", ""))
                .isZero();
        assertThat(text.types()).doesNotContainKey("joulegram_server_info");
    }

    @Test
    void prometheusOwnCheckerHasNoComplaint(@TempDir Path directory) throws Exception {
        Optional<Path> promtool = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "promtool"))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(promtool.isPresent(), "promtool is not installed");
        Path scrape = Files.writeString(directory.resolve("scrape"), write(ExpositionFormat.TEXT));
        Path output = directory.resolve("output");

        int exit = new ProcessBuilder(promtool.get().toString(), "check", "metrics")
                .redirectInput(scrape.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start()
                .waitFor();

        // It takes "counter" for the type of the metric; here it is the device's energy counter that is meant.
        assertThat(Files.readString(output)
                        .lines()
                        .filter(line -> line.contains("joulegram_"))
                        .filter(line -> !line.startsWith("joulegram_energy_counter_resets_total ")))
                .isEmpty();
        assertThat(exit).as(Files.readString(output)).isIn(0, 3); // 3: the names that Micrometer gives to jvm_* meters
    }

    private static Map<String, Double> joulegram(StrictExposition read) {
        Map<String, Double> samples = new TreeMap<>(read.samples());
        samples.keySet().removeIf(series -> !series.startsWith("joulegram_"));
        return samples;
    }

    private String write(ExpositionFormat format) throws IOException {
        StringWriter writer = new StringWriter();
        exposition.write(format, writer);
        return writer.toString();
    }
}
