package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.joulegram.agent.acceptance.LlamaServer.Usage;
import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.nvml.SquareWave;
import io.joulegram.nvml.StandInDriver;
import io.joulegram.power.rapl.SysfsTree;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** llama.cpp's own server, which computes real requests on the processor, beside a GPU that stands in for the energy. */
class RealServerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String TOKENS = "joulegram_tokens_total";
    private static final String ENERGY = "joulegram_model_energy_joules_total";
    /** Tokens that take the server some seconds; the model's context has room for 2048. */
    private static final int LONG = 2000;
    /** Tokens of a prompt of 26 letters: the tokenizer puts a start and a space before them. */
    private static final int PROMPT = 28;

    @TempDir
    Path directory;

    private Usage told = Usage.NONE;
    private String name = "";

    @Test
    void countsWhatTheServerTellsOfEachRequestOverARestart() throws Exception {
        NvmlStandIn gpus = NvmlStandIn.create(directory.resolve("nvml"), StandInDriver.R580, 1);
        gpus.gpu(0).waveform(SquareWave.constant(75));
        SysfsTree tree = SysfsTree.twoSockets(directory.resolve("host"));
        try (LlamaServer server = LlamaServer.start(directory);
                AgentProcess agent = AgentCommand.run().gpus(gpus).host(tree).start()) {
            name = "server=\"127.0.0.1:" + server.port() + "\"";
            isFoundByItself(agent);
            gpus.gpu(0).waveform(SquareWave.constant(400));
            ownRequestsRunAndWait(agent, server);
            phasesHaveTheirEnergy(agent);
            server.restart();
            // The interval in which a server restarts is attributed to nobody, and its tokens are not of the model.
            Thread.sleep(3_000);
            work(server);
            awaitThat(() -> isCounted(agent.metrics()));
            agent.metrics().assertConserved();
            agent.metrics().assertSane();
        }
    }

    private void isFoundByItself(AgentProcess agent) throws Exception {
        awaitThat(() -> sum(agent.metrics(), "joulegram_server_up", "engine=\"llamacpp\"") == 1);
    }

    private void ownRequestsRunAndWait(AgentProcess agent, LlamaServer server) throws Exception {
        List<CompletableFuture<Usage>> requests = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            requests.add(server.complete("What is told of request " + i + "?", LONG));
        }
        awaitThat(() -> {
            Metrics metrics = agent.metrics();
            // Prompt tokens are counted when they have been computed, output tokens when the request is at its end.
            double prompts = prompt(metrics) + sum(metrics, TOKENS, "kind=\"prompt_cached\"");
            return sum(metrics, "joulegram_requests_running") == 1
                    && sum(metrics, "joulegram_requests_waiting") >= 1
                    && prompts / PROMPT > generated(metrics) / LONG;
        });
        for (CompletableFuture<Usage> request : requests) {
            told = told.plus(request.get());
        }
        assertThat(told.prompt()).isEqualTo(4 * PROMPT);
        assertThat(told.generated()).isEqualTo(4 * LONG);
        awaitThat(() -> isCounted(agent.metrics())
                && sum(agent.metrics(), "joulegram_requests_running") == 0
                && sum(agent.metrics(), "joulegram_requests_waiting") == 0);
    }

    private void phasesHaveTheirEnergy(AgentProcess agent) throws Exception {
        awaitThat(() -> sum(agent.metrics(), ENERGY, "phase=\"decode\"") > 0);
        Metrics metrics = agent.metrics();
        assertThat(sum(metrics, "joulegram_phase_split_info", "model=\"tiny.gguf\"", "method=\"phase_seconds\""))
                .isEqualTo(1);
        assertThat(sum(metrics, ENERGY, "phase=\"prefill\""))
                .isPositive()
                .isLessThan(sum(metrics, ENERGY, "phase=\"decode\""));
        metrics.assertConserved();
    }

    /** Of the same prompt, so that the server has most of it from the second request on. */
    private void work(LlamaServer server) throws Exception {
        Usage before = told;
        for (int i = 0; i < 3; i++) {
            told = told.plus(server.complete("Again, and again", 64).get());
        }
        assertThat(told.cached()).isGreaterThan(before.cached());
    }

    /** The server's counter of prompt tokens leaves out those that it had, its answers do not. */
    private boolean isCounted(Metrics metrics) {
        return prompt(metrics) == told.prompt() - told.cached()
                && sum(metrics, TOKENS, "kind=\"prompt_cached\"") == told.cached()
                && generated(metrics) == told.generated();
    }

    private double prompt(Metrics metrics) {
        return sum(metrics, TOKENS, "kind=\"prompt\"");
    }

    private double generated(Metrics metrics) {
        return sum(metrics, TOKENS, "kind=\"generation\"");
    }

    /** Of this server alone: another may be found on this machine. */
    private double sum(Metrics metrics, String family, String... labels) {
        return metrics.sum(
                family, Stream.concat(Stream.of(name), Stream.of(labels)).toArray(String[]::new));
    }

    private static void awaitThat(Callable<Boolean> condition) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(condition);
    }
}
