package io.joulegram.agent.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.joulegram.agent.export.Snapshot.Boundary;
import io.joulegram.power.Component;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class AgentTimelineTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long SECOND = 1_000_000_000L;

    private final AgentTimeline timeline = new AgentTimeline();

    private void add(double seconds, double gpuJoules) {
        add(seconds, Map.of(Component.GPU, gpuJoules * 1e6, Component.CPU, gpuJoules * 1e5));
    }

    private void add(double seconds, Map<Component, Double> microjoules) {
        timeline.add(new AgentSample(
                (long) (seconds * SECOND),
                microjoules,
                microjoules,
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
        assertThat(timeline.between(8 * SECOND, 9 * SECOND + SECOND / 2))
                .as("an agent that began anew")
                .isEmpty();
        add(11, 5_000);
        add(12, 5_001);
        assertThat(timeline.between(8 * SECOND, 11 * SECOND + SECOND / 2))
                .as("an agent that began anew and has counted more since than it had before")
                .isEmpty();
    }

    @Test
    void aPartThatIsKnownAtOneEndAloneIsNotTakenForNothing() {
        add(0, Map.of(Component.GPU, 0.0));
        add(1, Map.of(Component.GPU, 100e6));
        add(2, Map.of(Component.GPU, 200e6, Component.CPU, 7e6));
        add(3, Map.of(Component.GPU, 300e6, Component.CPU, 9e6));
        EnergyWindow window =
                timeline.between(SECOND / 2, 2 * SECOND + SECOND / 2).orElseThrow();
        assertThat(window.joules()).containsOnly(Map.entry(Component.GPU, 200.0));
        assertThat(window.untold()).containsExactly(Component.CPU);
        assertThat(window.knownJoules(Boundary.GPU)).hasValue(200);
        assertThat(window.knownJoules(Boundary.HOST)).isEmpty();
        assertThat(window.joules(Boundary.FACILITY)).isEmpty();

        EnergyWindow later =
                timeline.between(2 * SECOND, 2 * SECOND + SECOND / 2).orElseThrow();
        assertThat(later.knownJoules(Boundary.HOST)).hasValue(51);
        assertThat(later.plus(window).knownJoules(Boundary.HOST)).isEmpty();
        assertThat(later.plus(later).knownJoules(Boundary.HOST)).hasValue(102);
        EnergyWindow early = timeline.between(0, SECOND / 2).orElseThrow();
        assertThat(early.knownJoules(Boundary.HOST)).hasValue(50);
        assertThat(early.plus(later).knownJoules(Boundary.HOST))
                .as("a part of which nothing was known before")
                .isEmpty();
    }

    @Test
    void aRecordedSpanIsWhatItWouldBeFromAllSamples() {
        long seed = 7;
        Random random = new Random(seed);
        AgentTimeline whole = new AgentTimeline();
        List<Long> inside = new ArrayList<>();
        long from = 2 * SECOND + SECOND / 3;
        double joules = 0;
        for (int i = 0; i < 3_000; i++) {
            if (i == 23) {
                // The 23rd was asked for before the span began, and comes in it.
                timeline.record(from, sample -> inside.add(sample.nanos()));
            }
            joules += 100 * random.nextDouble();
            add(i / 10.0, joules);
            whole.add(timeline.samples(Long.MIN_VALUE / 2, Long.MAX_VALUE / 2)
                    .get(timeline.samples(Long.MIN_VALUE / 2, Long.MAX_VALUE / 2)
                                    .size()
                            - 1));
            assertThat(timeline.samples(Long.MIN_VALUE / 2, Long.MAX_VALUE / 2)).hasSizeLessThan(630);
        }
        long until = 299 * SECOND + SECOND / 7;
        EnergyWindow expected = whole.between(from, until).orElseThrow();
        EnergyWindow recorded = timeline.recorded(until).orElseThrow();

        assertThat(recorded).isEqualTo(expected);
        assertThat(inside).hasSize(2_968).isSorted();
        assertThat(inside.get(0)).isEqualTo(24 * SECOND / 10);
        assertThat(timeline.between(until - SECOND, until)).isEqualTo(whole.between(until - SECOND, until));
    }

    @Test
    void aRecordedSpanInWhichTheAgentBeganAnewIsNotTold() {
        add(0, 1_000);
        timeline.record(SECOND / 2, sample -> {});
        for (int second = 1; second < 200; second++) {
            add(second, second < 50 ? 1_000 + second : 100 * second);
        }
        assertThat(timeline.recorded(198 * SECOND + 1)).isPresent();
        timeline.record(198 * SECOND + 1, sample -> {});
        for (int second = 200; second < 400; second++) {
            add(second, second < 250 ? 100 * second : 1_000 * (second - 249));
        }
        assertThat(timeline.recorded(398 * SECOND + 1)).isEmpty();
    }

    /** A meter that has a value each 1.5 s, of which the agent tells at any time, as it does of estimates. */
    @Test
    void theEnergyOfASlowMeterRisesEvenlyBetweenItsValues() throws Exception {
        double watts = 8.08;
        for (int i = 0; i < 200; i++) {
            double now = 0.1 * i;
            double value = Math.floor(now / 1.5) * 1.5;
            JsonNode status = JSON.readTree("{\"meters\":[{\"domain\":\"cpu\",\"additive\":true,\"energyMicrojoules\":"
                    + Math.round(value * watts * 1e6) + ",\"watts\":" + watts + ",\"sampleAgeNanos\":"
                    + Math.round((now - value) * 1e9) + "}]}");
            timeline.add(AgentSample.of(Math.round(now * SECOND), status, JSON.readTree("{}"), Served.everything()));
        }
        for (long from = SECOND; from < 15 * SECOND; from += SECOND / 7) {
            EnergyWindow window = timeline.between(from, from + 3 * SECOND).orElseThrow();
            assertThat(window.watts(Component.CPU).orElseThrow()).isCloseTo(watts, offset(1e-4));
        }
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
        assertThat(host.countedMicrojoules()).containsOnly(Map.entry(Component.GPU, 44.0));
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
        assertThat(Served.find(status, summary, "n", "")).contains(new Served("b", "n", false));
        assertThat(Served.find(status, summary, "m", "a")).contains(new Served("a", "m", false));
        assertThat(catchThrowable(() -> Served.find(status, summary, "m", "")))
                .hasMessageContaining("--agent-server: a, b");
        assertThat(Served.find(status, summary, "x", "")).isEmpty();
        assertThat(Served.notKnown(summary, "x", "")).endsWith("knows: a m, b m, b n");
        JsonNode elsewhere = JSON.readTree(
                "{\"servers\":[{\"server\":\"a\",\"tokens\":\"here\"},{\"server\":\"b\",\"tokens\":\"elsewhere\"}]}");
        assertThat(Served.find(elsewhere, summary, "m", "a")).contains(new Served("a", "m", false));
        assertThat(catchThrowable(() -> Served.find(elsewhere, summary, "m", "b")))
                .hasMessageContaining("does not count the tokens of server b");
    }
}
