package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark of the packaged program against the simulated server, whose energy follows from its roofline. */
class BenchIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    @Test
    void aSweepTellsTheEnergyOfEachPoint() throws Exception {
        int port = AgentCommand.freePort();
        AgentCommand server = AgentCommand.of(
                        "simulate",
                        "--listen",
                        "127.0.0.1:" + port,
                        "--web.listen-address",
                        "127.0.0.1:0",
                        "--grid.intensity",
                        "380")
                .jvm(List.of("-Xmx256m", "-Xms64m", "-Xmn48m"));
        Path result = folder.resolve("r.json");
        Path page = folder.resolve("r.html");
        try (AgentProcess agent = server.start();
                AgentProcess bench = AgentCommand.of(
                                "bench",
                                "--target=http://127.0.0.1:" + port,
                                "--agent=" + agent.address(),
                                "--concurrency=1,8",
                                "--prompt-tokens=64",
                                "--output-tokens=50",
                                "--duration=3s",
                                "--warm-up=500ms",
                                "--rest=2s",
                                "--parameters=8.03e9",
                                "--output=" + result,
                                "--html=" + page)
                        .start()) {
            assertThat(bench.awaitExit()).as(bench.log()).isZero();
            assertThat(bench.log()).contains("concurrency 8", "GPU J/tok", "written to ");
        }
        JsonNode points = JSON.readTree(result.toFile()).path("points");
        assertThat(points).hasSize(2);
        for (JsonNode point : points) {
            JsonNode figures = point.path("figures");
            double tokens = value(figures, "output_tokens_per_second");
            assertThat(value(figures, "output_tokens_mean")).isBetween(49.9, 50.1);
            assertThat(value(figures, "prompt_tokens_mean")).isBetween(63.9, 64.1);
            assertThat(value(figures, "gpu_joules_per_output_token") * tokens)
                    .isBetween(0.999 * value(figures, "gpu_watts"), 1.001 * value(figures, "gpu_watts"));
            assertThat(value(figures, "rest_gpu_watts")).isBetween(73.0, 77.0);
            // An H100 by name, whose data sheet has 989.4 Tflop/s.
            double read = value(figures, "prompt_tokens_per_second");
            assertThat(value(figures, "mfu_ratio") / (2 * 8.03e9 * (tokens + read) / 989.4e12))
                    .isBetween(0.999, 1.001);
            double prefill = value(figures, "prefill_joules_per_token");
            double decode = value(figures, "decode_joules_per_token");
            assertThat(prefill).isPositive();
            // 64 tokens are read for each 50 that are written.
            assertThat((prefill * 64 / 50 + decode) / value(figures, "gpu_active_joules_per_output_token"))
                    .isBetween(0.9, 1.1);
        }
        // RooflineTest: an eighth of the steps for a token, each of nearly the same power.
        double ratio = value(points.path(0).path("figures"), "gpu_joules_per_output_token")
                / value(points.path(1).path("figures"), "gpu_joules_per_output_token");
        assertThat(ratio).isBetween(5.0, 8.0);
        assertThat(Files.readString(page)).contains("Latency against throughput");
    }

    private static double value(JsonNode figures, String name) {
        return figures.path(name).path("value").asDouble(Double.NaN);
    }
}
