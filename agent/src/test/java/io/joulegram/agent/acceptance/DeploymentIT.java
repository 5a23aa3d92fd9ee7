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
import java.util.List;
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
    private static final String GPU = "component=\"gpu\"";

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

    /** Two GPUs of one host at 600 W, two of another at 450 W, which has a third; one API server. */
    @Test
    void aGroupOverTwoHostsHasTheEnergyOfBothOverTokensThatAreCountedOnce() throws Exception {
        try (FakeInferenceServer server = FakeInferenceServer.start(Dialect.VLLM);
                AgentProcess head = host("head", "devices: [0, 1]", server, 600, 600);
                AgentProcess other = host("other", "devices: [0, 1], tokens: elsewhere", server, 450, 450, 300)) {
            server.engine("llama", 0).steady(PROMPTS, 0, OUTPUT).requests(8, 0);
            await().atMost(PATIENCE).until(() -> energy(head.metrics()) > 500 && energy(other.metrics()) > 500);
            List<Metrics> before = List.of(head.metrics(), other.metrics());
            await().atMost(PATIENCE).until(() -> generated(head.metrics()) > generated(before.get(0)) + 3 * OUTPUT);
            List<Metrics> after = List.of(head.metrics(), other.metrics());

            double tokens = generated(after.get(0)) - generated(before.get(0));
            double ofHead = energy(after.get(0)) - energy(before.get(0));
            double ofOther = energy(after.get(1)) - energy(before.get(1));
            assertThat(ofHead / tokens / (1_200 / OUTPUT))
                    .as("of the host of the API")
                    .isCloseTo(1, within(0.02));
            // The two are looked at one after the other.
            assertThat((ofHead + ofOther) / tokens / (2_100 / OUTPUT)).isCloseTo(1, within(0.2));
            double whole = groupOf(after.get(1)) - groupOf(before.get(1));
            assertThat(whole / (nobodys(after.get(1)) - nobodys(before.get(1))) / 3)
                    .as("two GPUs at 450 W beside one at 300 W")
                    .isCloseTo(1, within(0.002));
            assertPartOnly(after.get(1));
            assertNothingIsIdleWhileTheHeadIsSilent(server, other);
        }
    }

    private static double energy(Metrics metrics) {
        return metrics.sum("joulegram_model_energy_joules_total", GPU);
    }

    private static double energy(Metrics metrics, String phase) {
        return metrics.sum("joulegram_model_energy_joules_total", GPU, "phase=\"" + phase + "\"");
    }

    private static double groupOf(Metrics metrics) {
        return energy(metrics) + metrics.sum("joulegram_pending_energy_joules", GPU);
    }

    private static double nobodys(Metrics metrics) {
        return metrics.sum("joulegram_unattributed_energy_joules_total", GPU);
    }

    private static double generated(Metrics metrics) {
        return metrics.sum("joulegram_tokens_total", "kind=\"generation\"");
    }

    private AgentProcess host(String name, String which, FakeInferenceServer server, double... watts) throws Exception {
        NvmlStandIn gpus = NvmlStandIn.create(directory.resolve(name), StandInDriver.R580, watts.length);
        for (int gpu = 0; gpu < watts.length; gpu++) {
            gpus.gpu(gpu).waveform(SquareWave.constant(watts[gpu]));
        }
        Path config = Files.writeString(directory.resolve(name + ".yaml"), """
                tokens.scrape-interval: 100ms
                servers:
                  - {url: "http://127.0.0.1:%d", name: chat, deployment: chats, %s}
                """.formatted(server.port(), which));
        return AgentCommand.run()
                .gpus(gpus)
                .with(
                        "--config",
                        config.toString(),
                        "--path.sysfs",
                        directory.resolve("none").toString())
                .start();
    }

    private static void assertPartOnly(Metrics part) {
        for (String family : List.of(
                "joulegram_tokens_total",
                "joulegram_requests_total",
                "joulegram_requests_running",
                "joulegram_requests_waiting",
                "joulegram_energy_per_token_joules",
                "joulegram_phase_energy_per_token_joules",
                "joulegram_phase_fit_energy_per_token_joules",
                "joulegram_deployment_energy_per_token_joules")) {
            assertThat(part.matching(family)).as(family).isEmpty();
        }
        assertThat(part.sum("joulegram_unattributed_tokens_total")).isZero();
        assertThat(part.sum("joulegram_server_role_info", "deployment=\"chats\"", "tokens=\"elsewhere\""))
                .isEqualTo(1);
        assertThat(energy(part, "decode")).isPositive();
        part.assertConserved();
    }

    private static void assertNothingIsIdleWhileTheHeadIsSilent(FakeInferenceServer server, AgentProcess other)
            throws Exception {
        server.down();
        await().atMost(PATIENCE).until(() -> other.metrics().sum("joulegram_pending_energy_joules") > 1_500);
        Metrics silent = other.metrics();
        double idle = energy(silent, "idle");
        await().atMost(PATIENCE)
                .until(() -> other.metrics().sum("joulegram_pending_energy_joules")
                        > silent.sum("joulegram_pending_energy_joules") + 500);
        assertThat(energy(other.metrics(), "idle")).isEqualTo(idle);
        other.metrics().assertConserved();
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
