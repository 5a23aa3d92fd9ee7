package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.nvml.SquareWave;
import io.joulegram.nvml.StandInDriver;
import io.joulegram.tokens.Dialect;
import io.joulegram.tokens.FakeInferenceServer;
import io.joulegram.tokens.FakeInferenceServer.Fault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server under steady load whose metrics go through one mischief after another while its tokens go on. */
class HostileServerIT {
    private static final double WATTS = 300;
    private static final double TOKENS_PER_SECOND = 100;
    private static final String GENERATION = "kind=\"generation\"";
    private static final double JOULES_PER_TOKEN = WATTS / TOKENS_PER_SECOND;

    @TempDir
    Path directory;

    @Test
    void nothingIsLostWhateverTheMetricsAre() throws Exception {
        NvmlStandIn gpus = NvmlStandIn.create(directory.resolve("nvml"), StandInDriver.R580, 1);
        gpus.gpu(0).waveform(SquareWave.constant(WATTS));
        Path config = Files.writeString(directory.resolve("joulegram.yaml"), """
                rapl: {enabled: false}
                estimate: {enabled: false}
                tokens: {scrape-interval: 100ms, scrape-timeout: 500ms, outage-after: 1m}
                """);
        try (FakeInferenceServer server = FakeInferenceServer.start(Dialect.VLLM);
                AgentProcess agent = AgentCommand.run()
                        .with("--config", config.toString())
                        .gpus(gpus)
                        .server(server)
                        .start()) {
            server.engine("llama", 0)
                    .steady(2 * TOKENS_PER_SECOND, 0, TOKENS_PER_SECOND)
                    .requests(4, 0);
            awaitUp(agent);
            Metrics before = agent.metrics();

            suffer(agent, server, Fault.NAN, "is NaN: a count of tokens is a whole number");
            suffer(agent, server, Fault.NEGATIVE, "is -1.0: a count of tokens is a whole number");
            suffer(agent, server, Fault.HUGE_BODY, "announces a body of 1073741824 bytes");
            suffer(agent, server, Fault.HUGE_CHUNKED_BODY, "the body is longer than");
            suffer(agent, server, Fault.SLOW_DRIP, "did not arrive in time");
            suffer(agent, server, Fault.HANG, "did not arrive in time");
            suffer(agent, server, Fault.HTML, "line 1");
            suffer(agent, server, Fault.JSON, "line 1");
            suffer(agent, server, Fault.BROKEN_OFF, "the connection broke");
            acceptMetricsByAnotherName(agent, server);
            server.down();
            try (ResettingPort port = ResettingPort.open(server.port())) {
                awaitDown(agent, "the connection broke");
                assertThat(port.resets()).isPositive();
            }
            server.up();
            awaitUp(agent);

            Metrics after = agent.metrics();
            after.assertConserved();
            double joules = growth("joulegram_model_energy_joules_total", before, after);
            double tokens = growth("joulegram_tokens_total", before, after, GENERATION);
            System.out.printf("through all of it: %.4f J per token, not %.4f%n", joules / tokens, JOULES_PER_TOKEN);
            assertThat(joules / tokens / JOULES_PER_TOKEN - 1).isBetween(-0.01, 0.01);
            assertThat(growth("joulegram_unattributed_energy_joules_total", before, after))
                    .isZero();
        }
    }

    private static void suffer(AgentProcess agent, FakeInferenceServer server, Fault fault, String reason)
            throws Exception {
        server.fault(fault);
        awaitDown(agent, reason);
        server.fault(Fault.NONE);
        awaitUp(agent);
    }

    /** Real servers call their metrics JSON, or nothing at all: the body alone decides. */
    private static void acceptMetricsByAnotherName(AgentProcess agent, FakeInferenceServer server) throws Exception {
        server.fault(Fault.WRONG_CONTENT_TYPE);
        int taken = server.requestsTaken();
        await().until(() -> server.requestsTaken() > taken + 8);
        assertThat(scraped(agent).sum("joulegram_server_up")).isEqualTo(1);
        server.fault(Fault.NONE);
    }

    private static void awaitDown(AgentProcess agent, String reason) {
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            assertThat(scraped(agent).matching("joulegram_server_up")).hasValue(0);
            assertThat(agent.json("api/v1/status")
                            .get("servers")
                            .get(0)
                            .get("lastError")
                            .asText())
                    .contains(reason);
        });
    }

    private static void awaitUp(AgentProcess agent) {
        await().atMost(Duration.ofSeconds(15))
                .until(() -> scraped(agent).sum("joulegram_server_up") == 1
                        && scraped(agent).sum("joulegram_model_energy_joules_total") > 0);
    }

    private static Metrics scraped(AgentProcess agent) throws Exception {
        Metrics metrics = agent.metrics();
        metrics.assertSane();
        // The first tokens of all are fewer than the instants of their scrapes are known for.
        if (metrics.sum("joulegram_tokens_total", GENERATION) > 3 * TOKENS_PER_SECOND) {
            double joules =
                    metrics.sum("joulegram_energy_per_token_joules", GENERATION, "boundary=\"gpu\"", "load=\"loaded\"");
            assertThat(joules / JOULES_PER_TOKEN).isBetween(0.9, 1.1);
        }
        return metrics;
    }

    private static double growth(String family, Metrics before, Metrics after, String... labels) {
        return after.sum(family, labels) - before.sum(family, labels);
    }
}
