package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.nvml.SquareWave;
import io.joulegram.nvml.StandInDriver;
import io.joulegram.tokens.Dialect;
import io.joulegram.tokens.FakeInferenceServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent ends in the middle of load, by SIGKILL and by SIGTERM, and another starts at once on the same port. */
@Tag("accuracy")
class RestartIT {
    private static final double WATTS = 400;
    private static final double TOKENS_PER_SECOND = 200;
    private static final double JOULES_PER_TOKEN = WATTS / TOKENS_PER_SECOND;
    /** Between the start of an agent and the request that is compared with it, counted too long rather than short. */
    private static final double SLACK_SECONDS = 0.5;

    private static final double EDGE_SECONDS = 0.25;

    @TempDir
    Path directory;

    private long startNanos;

    @Test
    void anAgentThatStartsAgainCountsFromZeroWithoutASpike() throws Exception {
        NvmlStandIn gpus = NvmlStandIn.create(directory.resolve("nvml"), StandInDriver.R580, 1);
        gpus.gpu(0).waveform(SquareWave.constant(WATTS));
        Path sysfs = Files.createDirectory(directory.resolve("sys"));
        try (FakeInferenceServer server = FakeInferenceServer.start(Dialect.VLLM)) {
            server.engine("llama", 0)
                    .steady(TOKENS_PER_SECOND, 0, TOKENS_PER_SECOND)
                    .requests(4, 0);
            AgentCommand command = AgentCommand.runOn(AgentCommand.freePort())
                    .sysfs(sysfs)
                    .gpus(gpus)
                    .server(server);
            try (AgentProcess first = start(command)) {
                awaitGoodFigures(first);
                first.kill();
            }
            try (AgentProcess second = start(command)) {
                awaitGoodFigures(second);
                second.terminate();
                assertThat(second.awaitExit()).isEqualTo(AgentProcess.ENDED_BY_SIGTERM);
            }
            try (AgentProcess third = start(command)) {
                awaitGoodFigures(third);
            }
        }
    }

    private AgentProcess start(AgentCommand command) throws Exception {
        startNanos = System.nanoTime();
        return command.start();
    }

    /** Watches the figures from the first answer until there are three seconds of them. */
    private void awaitGoodFigures(AgentProcess agent) throws Exception {
        agent.address();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            Metrics metrics = agent.metrics();
            double mostSeconds = (System.nanoTime() - startNanos) / 1e9 + SLACK_SECONDS;
            metrics.assertSane();
            metrics.assertConserved();
            assertThat(metrics.sum("joulegram_energy_joules_total", "nvml_energy"))
                    .isLessThan(mostSeconds * WATTS);
            assertThat(metrics.sum("joulegram_tokens_total", "kind=\"generation\""))
                    .isLessThan(mostSeconds * TOKENS_PER_SECOND);
            assertThat(metrics.sum("joulegram_power_watts", "domain=\"gpu\"", "nvml_instant"))
                    .isLessThan(1.1 * WATTS);
            double tokens = metrics.sum("joulegram_tokens_total", "kind=\"generation\"");
            // The instant of a count is known to half the time that the server took to answer.
            double bound = 0.2 + EDGE_SECONDS * TOKENS_PER_SECOND / Math.max(1, tokens);
            perToken(metrics)
                    .ifPresent(
                            joules -> assertThat(joules / JOULES_PER_TOKEN - 1).isBetween(-bound, bound));
            return tokens > 3 * TOKENS_PER_SECOND;
        });
        // Three seconds of which either end is known to a step of the counter, 100 ms at most.
        assertThat(perToken(agent.metrics()).orElseThrow() / JOULES_PER_TOKEN - 1)
                .isBetween(-0.035, 0.035);
    }

    private static OptionalDouble perToken(Metrics metrics) {
        return metrics.matching(
                "joulegram_energy_per_token_joules", "kind=\"generation\"", "boundary=\"gpu\"", "load=\"loaded\"");
    }
}
