package io.joulegram.agent.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Results as they are written, read, shown and compared. */
final class BenchResultsTest {
    @TempDir
    private Path folder;

    private static Estimate estimate(double value, double statistical, double measurement) {
        return new Estimate(value, OptionalDouble.of(statistical), OptionalDouble.of(measurement));
    }

    private static PointResult point(double pace, double joules, double seconds) {
        Map<Figure, Estimate> figures = new EnumMap<>(Figure.class);
        figures.put(Figure.GPU_JOULES_PER_OUTPUT_TOKEN, estimate(joules, 0.01, 0.05));
        figures.put(Figure.FACILITY_JOULES_PER_OUTPUT_TOKEN, estimate(2 * joules, 0.02, 0.05));
        figures.put(
                Figure.EMBODIED_GRAMS_PER_OUTPUT_TOKEN,
                new Estimate(1e-5, OptionalDouble.empty(), OptionalDouble.empty()));
        figures.put(Figure.LATENCY_P50, new Estimate(seconds, OptionalDouble.of(0.001), OptionalDouble.empty()));
        figures.put(
                Figure.OUTPUT_TOKENS_PER_SECOND, new Estimate(pace * 80, OptionalDouble.of(1), OptionalDouble.empty()));
        figures.put(Figure.EDP_JOULE_SECONDS, estimate(joules * seconds, 0, 0.05));
        figures.put(Figure.CDP_GRAM_SECONDS, estimate(seconds / pace, 0, 0.05));
        figures.put(Figure.CEP_GRAM_JOULES, estimate(joules / pace, 0, 0.05));
        return new PointResult(
                "<tp>",
                "prompts of 5 tokens, answers of 4",
                "concurrency",
                pace,
                List.of(new PointResult.Span(1_000, 31_000)),
                figures,
                new PowerTrace(List.of(0.5, 1.5), List.of(300.0, 301.0), List.of(420.0, 421.0)),
                Map.of("refused", 3),
                pace > 4 ? Optional.of("5 of 9 requests failed") : Optional.empty(),
                List.of("not steady"));
    }

    private static BenchResult result(double joules) {
        return new BenchResult(
                Map.of("study", "a & b", "GPUs", "1 x H100"),
                List.of(point(1, 4 * joules, 1), point(4, joules, 1.2), point(8, 2 * joules, 5)),
                Optional.of("interrupted"));
    }

    @Test
    void whatIsWrittenIsRead() throws Exception {
        Path file = folder.resolve("r.json");
        BenchDocument.write(result(0.5), file);
        assertThat(BenchDocument.read(file)).isEqualTo(result(0.5));
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void saysWhereAFileIsWrong() throws Exception {
        assertThatThrownBy(() -> BenchDocument.read(folder.resolve("absent")))
                .hasMessageContaining("absent cannot be read");
        Path broken = Files.writeString(folder.resolve("broken"), "{\n\"a\":");
        assertThatThrownBy(() -> BenchDocument.read(broken)).hasMessageContaining("broken:2: ");
        Path other = Files.writeString(folder.resolve("other"), "{\"schema\":\"joulegram-bench/2\"}");
        assertThatThrownBy(() -> BenchDocument.read(other))
                .hasMessageContaining("schema is \"joulegram-bench/2\"; allowed: \"joulegram-bench/1\"");
        Path wrong = Files.writeString(
                folder.resolve("wrong"),
                "{\"schema\":\"joulegram-bench/1\",\"points\":[{\"value\":1,\"figures\":{\"x\":{\"value\":\"1\"}}}]}");
        assertThatThrownBy(() -> BenchDocument.read(wrong))
                .hasMessageContaining("wrong: points[0].figures.x.value is \"1\"");
        Path later = Files.writeString(
                folder.resolve("later"),
                "{\"schema\":\"joulegram-bench/1\",\"points\":[{\"value\":1,\"figures\":{\"of_later\":{\"value\":1}}}]}");
        assertThat(BenchDocument.read(later).points().get(0).figures()).isEmpty();
    }

    @Test
    void theTableMarksTheBestAndTellsTheLimit() {
        String text = BenchText.of(result(0.5));
        assertThat(text)
                .contains("<tp>, concurrency 4")
                .contains("0.5000 +-5% *")
                .contains("\n*: the best of the points\n")
                .contains("limit at <tp>, concurrency 8: 5 of 9 requests failed")
                .contains("note on <tp>, concurrency 1: not steady")
                .contains("ended early: interrupted");
        assertThat(text.lines()
                        .filter(line -> line.contains("2.000 +-5%"))
                        .findFirst()
                        .orElseThrow())
                .doesNotContain("2.000 +-5% *");
    }

    @Test
    void thePageHasItsDataAndNothingThatEndsIt() throws Exception {
        String page = BenchPage.of(result(0.5));
        assertThat(page)
                .contains("<h1>a &amp; b</h1>")
                .contains("operational in DE")
                .contains("5 of 9 requests failed")
                .doesNotContain("{{")
                .doesNotContain("<tp>")
                .doesNotContain("http://")
                .doesNotContain("src=");
        String data = page.substring(page.indexOf("id=\"data\">") + 10);
        JsonNode charts = new ObjectMapper().readTree(data.substring(0, data.indexOf("</script>")));
        assertThat(charts).hasSize(6);
        JsonNode products = charts.path(4);
        assertThat(products.path("title").asText()).startsWith("EDP, CDP and CEP");
        for (JsonNode series : products.path("series")) {
            assertThat(series.path("y")
                            .valueStream()
                            .mapToDouble(JsonNode::asDouble)
                            .min()
                            .orElseThrow())
                    .isEqualTo(1);
        }
    }

    @Test
    void tellsWhichDifferencesCount() {
        Estimate base = estimate(1.00, 0.03, 0.05);
        assertThat(BenchComparison.difference(base, estimate(1.10, 0.03, 0.05), true))
                .isEqualTo("+10.0 % !");
        assertThat(BenchComparison.difference(base, estimate(1.04, 0.03, 0.05), true))
                .isEqualTo("+4.0 % ~");
        // With other meters their gains may differ, too: 5.8 % each.
        assertThat(BenchComparison.difference(base, estimate(1.08, 0.03, 0.05), false))
                .isEqualTo("+8.0 % ~");
        Estimate bare = new Estimate(2, OptionalDouble.empty(), OptionalDouble.empty());
        assertThat(BenchComparison.difference(base, bare, true)).isEqualTo("+100.0 % ?");
    }

    @Test
    void comparesPointsThatAreTheSame() {
        BenchComparison comparison = new BenchComparison();
        comparison.add("a.json", result(0.5));
        BenchResult shorter =
                new BenchResult(Map.of("GPUs", "1 x H100"), List.of(point(4, 0.25, 1.2)), Optional.empty());
        comparison.add("b.json", shorter);
        assertThat(comparison.text())
                .contains("-50.0 % !")
                .contains("B has no point <tp>, concurrency 1")
                .contains("B has no point <tp>, concurrency 8");
    }

    /** Two results whose energies differ by 3 %: by more than their spread, by less than what other meters may differ. */
    private static String compared(Map<String, String> one, Map<String, String> two) {
        PointResult base = point(4, 1.00, 1);
        PointResult other = point(4, 1.03, 1);
        BenchComparison comparison = new BenchComparison();
        comparison.add("a.json", new BenchResult(one, List.of(base), Optional.empty()));
        comparison.add("b.json", new BenchResult(two, List.of(other), Optional.empty()));
        return comparison
                .text()
                .lines()
                .filter(line -> line.contains("gpu_joules_per_output_token"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void metersAreTheSameOnlyIfTheVeryGpusAre() {
        Map<String, String> mine = Map.of("GPUs", "1 x H100", "GPU UUIDs", "GPU-1");
        Map<String, String> others = Map.of("GPUs", "1 x H100", "GPU UUIDs", "GPU-2");
        Map<String, String> untold = Map.of("GPUs", "1 x H100");
        Map<String, String> none = Map.of("GPUs", "");
        assertThat(compared(mine, mine)).contains("+3.0 % !");
        assertThat(compared(mine, others)).contains("+3.0 % ~");
        assertThat(compared(untold, untold)).contains("+3.0 % ~");
        assertThat(compared(mine, untold)).contains("+3.0 % ~");
        assertThat(compared(none, none)).contains("+3.0 % ~");
        BenchComparison comparison = new BenchComparison();
        comparison.add("a.json", new BenchResult(mine, List.of(), Optional.empty()));
        assertThat(comparison.text()).contains("1 x H100").doesNotContain("GPU-1");
    }

    @Test
    void metersAreNamedWhereEachGpuHasAUuidOfItsOwn() throws Exception {
        ObjectMapper json = new ObjectMapper();
        assertThat(Bench.meters(json.readTree("{\"gpus\":[{\"uuid\":\"GPU-b\"},{\"uuid\":\"GPU-a\"}]}")))
                .contains("GPU-a, GPU-b");
        assertThat(Bench.meters(json.readTree("{\"gpus\":[{\"uuid\":\"GPU-b\"},{\"uuid\":\"pci-0000:03:00.0\"}]}")))
                .isEmpty();
        assertThat(Bench.meters(json.readTree("{\"gpus\":[{\"name\":\"x\"}]}"))).isEmpty();
        assertThat(Bench.meters(json.readTree("{\"gpus\":[]}"))).isEmpty();
    }

    @Test
    void uncertaintyIsOfBothKinds() {
        assertThat(estimate(2, 0.03, 0.02).half().orElseThrow()).isCloseTo(0.05, offset(1e-12));
        assertThat(new Estimate(2, OptionalDouble.empty(), OptionalDouble.empty()).half())
                .isEmpty();
        // NIST e-Handbook 1.3.5.2: t(0.975, 3) = 3.182; deviation of 1, 2, 3, 4 is 1.29099.
        assertThat(Estimates.half(1, 2, 3, 4).orElseThrow()).isCloseTo(3.182 * 1.2909944 / 2, offset(1e-6));
        assertThat(Estimates.half(1)).isEmpty();
    }
}
