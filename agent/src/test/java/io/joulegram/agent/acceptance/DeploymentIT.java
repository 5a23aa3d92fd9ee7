package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.nvml.SquareWave;
import io.joulegram.nvml.StandInDriver;
import io.joulegram.power.rapl.SysfsTree;
import io.joulegram.tokens.Dialect;
import io.joulegram.tokens.FakeInferenceServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A vLLM that reads prompts on one GPU at 650 W, one that writes output on two GPUs at 300 W, and another model on a fourth GPU
 * at 400 W.
 */
class DeploymentIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private static final double PROMPTS = 4_000;
    private static final double OUTPUT = 400;

    @TempDir
    Path directory;

    @Test
    void prefillAndDecodeServersAreOneDeploymentAndEachTokenIsCountedOnce() throws Exception {
        NvmlStandIn gpus = NvmlStandIn.create(directory.resolve("nvml"), StandInDriver.R580, 4);
        double[] watts = {650, 300, 300, 400};
        for (int gpu = 0; gpu < watts.length; gpu++) {
            gpus.gpu(gpu).waveform(SquareWave.constant(watts[gpu]));
        }
        SysfsTree tree = SysfsTree.twoSockets(directory.resolve("host"));
        try (FakeInferenceServer prefill = FakeInferenceServer.start(Dialect.VLLM);
                FakeInferenceServer decode = FakeInferenceServer.start(Dialect.VLLM);
                FakeInferenceServer other = FakeInferenceServer.start(Dialect.VLLM)) {
            prefill.engine("llama", 0)
                    .steady(PROMPTS, PROMPTS / 4, OUTPUT / 100)
                    .requests(2, 0);
            decode.engine("llama", 0).steady(PROMPTS, PROMPTS, OUTPUT).requests(8, 0);
            other.engine("qwen", 0).steady(1_000, 0, 1_000).requests(8, 0);
            Path config = Files.writeString(
                    directory.resolve("joulegram.yaml"), """
                    servers:
                      - {url: "http://127.0.0.1:%d", name: reads, devices: [0], deployment: chat, role: prefill}
                      - {url: "http://127.0.0.1:%d", name: writes, devices: [1, 2], deployment: chat, role: decode}
                      - {url: "http://127.0.0.1:%d", name: alone, devices: [3]}
                    """.formatted(prefill.port(), decode.port(), other.port()));
            try (AgentProcess agent = AgentCommand.run()
                    .gpus(gpus)
                    .host(tree)
                    .with("--config", config.toString())
                    .start()) {
                await().atMost(PATIENCE)
                        .until(() -> agent.metrics()
                                        .sum("joulegram_tokens_total", "server=\"writes\"", "kind=\"generation\"")
                                > 10 * OUTPUT);
                Metrics metrics = agent.metrics();
                assertCountedOnce(metrics);
                assertPerToken(metrics, "joulegram_deployment_energy_per_token_joules", "chat", 1_250 / OUTPUT);
                assertPerToken(metrics, "joulegram_energy_per_token_joules", "alone", 400 / 1_000.0);
                assertThat(agent.json("api/v1/summary").get("deployments"))
                        .anyMatch(part -> part.get("deployment").asText().equals("chat")
                                && part.get("model").asText().equals("llama"));
                metrics.assertConserved();
            }
        }
    }

    private static void assertPerToken(Metrics metrics, String family, String of, double joules) {
        double told =
                metrics.sum(family, "=\"" + of + "\"", "kind=\"generation\"", "boundary=\"gpu\"", "load=\"loaded\"");
        assertThat(told / joules).as(of).isCloseTo(1, within(0.02));
    }

    private static void assertCountedOnce(Metrics metrics) {
        String tokens = "joulegram_tokens_total";
        assertThat(metrics.matching(tokens, "server=\"reads\"", "kind=\"generation\""))
                .isEmpty();
        assertThat(metrics.matching(tokens, "server=\"writes\"", "kind=\"prompt\""))
                .isEmpty();
        assertThat(metrics.matching(tokens, "server=\"writes\"", "kind=\"prompt_cached\""))
                .isEmpty();
        double prompt = metrics.sum(tokens, "model=\"llama\"", "kind=\"prompt\"");
        double generated = metrics.sum(tokens, "model=\"llama\"", "kind=\"generation\"");
        assertThat(prompt / generated).isCloseTo(PROMPTS / OUTPUT, within(1.5));

        String energy = "joulegram_model_energy_joules_total";
        assertThat(metrics.sum(energy, "server=\"reads\"", "phase=\"prefill\"")).isPositive();
        assertThat(metrics.sum(energy, "server=\"reads\"", "phase=\"decode\"")).isZero();
        assertThat(metrics.sum(energy, "server=\"writes\"", "phase=\"decode\"")).isPositive();
        assertThat(metrics.sum(energy, "server=\"writes\"", "phase=\"prefill\""))
                .isZero();
        assertThat(metrics.sum("joulegram_phase_split_info", "model=\"llama\"", "method=\"role\""))
                .isEqualTo(2);
        assertThat(metrics.sum("joulegram_server_role_info", "deployment=\"chat\""))
                .isEqualTo(2);
        assertThat(metrics.matching("joulegram_server_role_info", "server=\"alone\""))
                .isEmpty();
    }
}
