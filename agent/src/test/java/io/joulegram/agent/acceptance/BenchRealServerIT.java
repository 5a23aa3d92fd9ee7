package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark of the packaged program against llama.cpp's own server, which computes each request on the processor. */
class BenchRealServerIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PROMPT_TOKENS = 24;
    private static final int OUTPUT_TOKENS = 48;

    @TempDir
    Path directory;

    @Test
    void aSweepOverARealServerEndsWell() throws Exception {
        Path result = directory.resolve("bench.json");
        Path page = directory.resolve("bench.html");
        try (LlamaServer server = LlamaServer.start(directory, AgentCommand.freePort())) {
            String address = "127.0.0.1:" + server.port();
            AgentCommand daemon = AgentCommand.run().with("--server", "llamacpp+http://" + address);
            try (AgentProcess agent = daemon.start();
                    AgentProcess bench = AgentCommand.of(
                                    "bench",
                                    "--target=http://" + address,
                                    "--agent=" + agent.address(),
                                    "--concurrency=1,2",
                                    "--prompt-tokens=" + PROMPT_TOKENS,
                                    "--output-tokens=" + OUTPUT_TOKENS,
                                    // Those of the model.
                                    "--vocabulary=260",
                                    "--duration=2s",
                                    "--warm-up=200ms",
                                    "--rest=1s",
                                    "--output=" + result,
                                    "--html=" + page)
                            .start()) {
                assertThat(bench.awaitExit()).as(bench.log()).isZero();
            }
        }
        JsonNode root = JSON.readTree(result.toFile());
        assertThat(root.has("ended")).isFalse();
        assertThat(root.path("points")).hasSize(2);
        for (JsonNode point : root.path("points")) {
            assertThat(point.path("failures")).isEmpty();
            assertThat(value(point, "output_tokens_mean")).isBetween(OUTPUT_TOKENS - 0.1, OUTPUT_TOKENS + 0.1);
            assertThat(value(point, "prompt_tokens_mean")).isBetween(PROMPT_TOKENS - 1.0, PROMPT_TOKENS + 1.0);
            assertThat(value(point, "output_tokens_per_second")).isPositive();
            // There is no GPU, of which nothing is told then; what the processor takes, no virtual machine need tell.
            assertThat(point.path("figures").properties())
                    .noneMatch(figure -> figure.getKey().startsWith("gpu_"));
        }
        // As many as there are clients are under way (Little's law), one of whom waits where the server has one slot.
        assertThat(underWay(root.path("points").path(0))).isBetween(0.7, 1.3);
        assertThat(underWay(root.path("points").path(1))).isBetween(1.5, 2.5);
    }

    private static double underWay(JsonNode point) {
        return value(point, "requests_per_second") * value(point, "latency_mean");
    }

    private static double value(JsonNode point, String figure) {
        return point.path("figures").path(figure).path("value").asDouble(Double.NaN);
    }
}
