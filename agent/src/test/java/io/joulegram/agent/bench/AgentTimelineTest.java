package io.joulegram.agent.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.joulegram.agent.export.Snapshot.Boundary;
import io.joulegram.power.Component;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class AgentTimelineTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long SECOND = 1_000_000_000L;

    private final AgentTimeline timeline = new AgentTimeline();

    private void add(double seconds, double gpuJoules) {
        timeline.add(new AgentSample(
                (long) (seconds * SECOND),
                Map.of(Component.GPU, gpuJoules * 1e6, Component.CPU, gpuJoules * 1e5),
                OptionalDouble.of(seconds / 100),
                OptionalDouble.of(400),
                Map.of(Boundary.GPU, 0.05),
                Map.of(Component.GPU, 7.0),
                OptionalDouble.empty(),
                OptionalDouble.of(10 * seconds),
                OptionalDouble.of(0.5),
                OptionalDouble.empty(),
                OptionalDouble.empty()));
    }

    @Test
    void energyIsThatOfTheVeryInstants() {
        add(0, 0);
        add(1, 100);
        add(2, 400);
        EnergyWindow window = timeline.between(SECOND / 2, SECOND + SECOND / 2).orElseThrow();
        assertThat(window.joules(Boundary.GPU).orElseThrow()).isCloseTo(200, offset(1e-9));
        assertThat(window.joules(Boundary.HOST).orElseThrow()).isCloseTo(220, offset(1e-9));
        assertThat(window.watts(Component.GPU).orElseThrow()).isCloseTo(200, offset(1e-9));
        assertThat(window.watts(Component.DRAM)).isEmpty();
        assertThat(window.embodiedGrams().orElseThrow()).isCloseTo(0.01, offset(1e-12));
        assertThat(window.outputTokens().orElseThrow()).isCloseTo(10, offset(1e-9));
        assertThat(window.uncertainty()).containsEntry(Boundary.GPU, 0.05).doesNotContainKey(Boundary.HOST);
    }

    @Test
    void whatWasNotSeenIsNotInvented() {
        assertThat(timeline.between(0, 1)).isEmpty();
        add(1, 100);
        add(2, 200);
        assertThat(timeline.between(SECOND / 2, 2 * SECOND - 1))
                .as("before the first")
                .isEmpty();
        assertThat(timeline.between(SECOND, 3 * SECOND)).as("after the last").isEmpty();
        add(8, 900);
        assertThat(timeline.between(SECOND, 7 * SECOND))
                .as("a gap of six seconds")
                .isEmpty();
        add(9, 10);
        add(10, 20);
        assertThat(timeline.between(8 * SECOND, 9 * SECOND + SECOND / 2)
                        .orElseThrow()
                        .joules())
                .as("an agent that began anew")
                .isEmpty();
    }

    @Test
    void readsTheDocumentsOfTheAgent() throws Exception {
        JsonNode status = JSON.readTree("{\"meters\":[{\"domain\":\"gpu\",\"additive\":true,\"energyMicrojoules\":44,"
                + "\"watts\":12,\"sampleAgeNanos\":500},{\"domain\":\"gpu\",\"additive\":false,\"energyMicrojoules\":9}],"
                + "\"servers\":[{\"server\":\"s\"}],\"gpus\":[{\"utilizationRatio\":0.5,"
                + "\"memoryUsedBytes\":10,\"temperatureCelsius\":60},{\"utilizationRatio\":1,\"memoryUsedBytes\":20,"
                + "\"temperatureCelsius\":50}]}");
        JsonNode summary = JSON.readTree("{\"models\":[{\"server\":\"s\",\"model\":\"m\",\"tokens\":{\"generation\":7},"
                + "\"embodiedGrams\":2,\"energy\":[{\"component\":\"gpu\",\"phase\":\"decode\",\"microjoules\":30},"
                + "{\"component\":\"gpu\",\"phase\":\"idle\",\"microjoules\":12}],\"perToken\":[{\"kind\":\"generation\","
                + "\"boundary\":\"host\",\"load\":\"loaded\",\"uncertaintyRatio\":0.1}]}],"
                + "\"carbon\":{\"pueRatio\":1.5,\"grid\":[{\"headline\":false,"
                + "\"gramsPerKwh\":1},{\"headline\":true,\"gramsPerKwh\":380}],\"grams\":[{\"scope\":\"embodied\",\"grams\":3},"
                + "{\"scope\":\"embodied\",\"grams\":4},{\"scope\":\"operational\",\"grams\":5}]}}");

        AgentSample host = AgentSample.of(1, status, summary, new Served("s", "m", true));
        assertThat(host.microjoules())
                .containsOnly(Map.entry(Component.GPU, 50.0), Map.entry(Component.OVERHEAD, 25.0));
        assertThat(host.embodiedGrams()).hasValue(7);
        assertThat(host.gramsPerKwh()).hasValue(380);
        assertThat(host.uncertainty()).containsOnly(Map.entry(Boundary.HOST, 2 * 0.1));
        assertThat(host.promptTokens()).isEmpty();
        assertThat(host.outputTokens()).hasValue(7);
        assertThat(host.gpuUtilization()).hasValue(0.75);
        assertThat(host.gpuMemoryBytes()).hasValue(30);
        assertThat(host.gpuCelsius()).hasValue(60);

        AgentSample model = AgentSample.of(1, status, summary, new Served("s", "m", false));
        assertThat(model.microjoules()).containsOnly(Map.entry(Component.GPU, 42.0));
        assertThat(model.embodiedGrams()).hasValue(2);

        AgentSample nothing = AgentSample.of(1, JSON.readTree("{}"), JSON.readTree("{}"), new Served("s", "m", true));
        assertThat(nothing.microjoules()).isEmpty();
        assertThat(nothing.gramsPerKwh()).isEmpty();
    }

    @Test
    void takesUncertaintyFromTheMetersWhereThereAreNoTokens() throws Exception {
        JsonNode status = JSON.readTree(
                "{\"meters\":[{\"domain\":\"gpu\",\"source\":\"nvml_energy\",\"additive\":true,"
                        + "\"energyMicrojoules\":300,\"watts\":70.5,\"streams\":[{\"source\":\"nvml_average\",\"uncertaintyRatio\":0.9},"
                        + "{\"source\":\"nvml_energy\",\"uncertaintyRatio\":0.05}]},{\"domain\":\"cpu\",\"source\":\"estimate\","
                        + "\"additive\":true,\"energyMicrojoules\":100,\"streams\":[{\"source\":\"estimate\",\"uncertaintyRatio\":0.3}]},"
                        + "{\"domain\":\"core\",\"source\":\"rapl_perf\",\"additive\":false,\"energyMicrojoules\":80,\"watts\":9}]}");
        AgentSample sample = AgentSample.of(1, status, JSON.readTree("{}"), Served.everything());
        assertThat(sample.uncertainty().get(Boundary.GPU)).isCloseTo(2 * 0.05, offset(1e-12));
        assertThat(sample.uncertainty().get(Boundary.HOST))
                .isCloseTo(2 * (300 * 0.05 + 100 * 0.3) / 400, offset(1e-12));
        assertThat(sample.watts()).containsOnly(Map.entry(Component.GPU, 70.5));
    }

    @Test
    void findsTheModelOrSaysWhichThereAre() throws Exception {
        JsonNode status = JSON.readTree("{\"servers\":[{},{}]}");
        JsonNode summary =
                JSON.readTree("{\"models\":[{\"server\":\"a\",\"model\":\"m\"},{\"server\":\"b\",\"model\":\"m\"},"
                        + "{\"server\":\"b\",\"model\":\"n\"}]}");
        assertThat(Served.find(status, summary, "n", "")).isEqualTo(new Served("b", "n", false));
        assertThat(Served.find(status, summary, "m", "a")).isEqualTo(new Served("a", "m", false));
        assertThat(catchThrowable(() -> Served.find(status, summary, "m", "")))
                .hasMessageContaining("--agent-server: a, b");
        assertThat(catchThrowable(() -> Served.find(status, summary, "x", "")))
                .hasMessageContaining("knows: a m, b m, b n");
    }
}
