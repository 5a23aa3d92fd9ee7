package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.joulegram.agent.acceptance.LlamaServer.Usage;
import io.joulegram.host.MadeProcfs;
import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.nvml.SquareWave;
import io.joulegram.nvml.StandInDriver;
import io.joulegram.nvml.StandInProcess;
import io.joulegram.power.rapl.SysfsTree;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** llama.cpp's own server, which computes real requests on the processor, beside a GPU that stands in for the energy. */
class RealServerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final int REQUESTS = 30;
    private static final int LONG_REQUESTS = 6;
    /** As many as take longer than two scrapes. */
    private static final int READINGS = 50;

    private static final String PART = "joulegram_proxy_server_energy_joules_total";
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Of the made host alone. */
    private static final int PID = 4242;

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

    /** On a port that is known by the command line of the process that listens there. */
    @Test
    void countsWhatTheServerTellsOfEachRequestOverARestart() throws Exception {
        NvmlStandIn gpus = gpus();
        try (LlamaServer server = LlamaServer.start(directory, AgentCommand.freePort());
                AgentProcess agent = agent(gpus, server)) {
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

    private NvmlStandIn gpus() throws Exception {
        NvmlStandIn gpus = NvmlStandIn.create(directory.resolve("nvml"), StandInDriver.R580, 1);
        gpus.gpu(0).processes(new StandInProcess(PID, 1L << 30, 90)).waveform(SquareWave.constant(75));
        return gpus;
    }

    /** On a host where a process that has the GPU listens on the server's port, so that no other server has a part of it. */
    private AgentProcess agent(NvmlStandIn gpus, LlamaServer server) throws Exception {
        name = "server=\"127.0.0.1:" + server.port() + "\"";
        SysfsTree tree = SysfsTree.twoSockets(directory.resolve("host"));
        new MadeProcfs(tree.procfsRoot())
                .process(PID, 1, "llama-server")
                .command(PID, "llama-server", "-m", "tiny.gguf", "--metrics", "--port", String.valueOf(server.port()))
                .listens(server.port(), 777)
                .holds(PID, 3, 777);
        return AgentCommand.run().gpus(gpus).host(tree).start();
    }

    /** One after the other, as the server has one slot: every second one as a stream, of different lengths. */
    @Test
    void eachRequestHasTheTokensThatTheServerTellsAndTheEnergyOfTheTimesThatItTells() throws Exception {
        throughTheProxy(REQUESTS, request -> 60 + 40 * (request % 6));
    }

    /** This server counts output when a request has ended, which is here some scrapes after its prompt. */
    @Test
    void requestsThatOutlastScrapesHaveTheEnergyOfTheirTimes() throws Exception {
        throughTheProxy(LONG_REQUESTS, request -> LONG - 400 - 100 * (request % 3));
    }

    private void throughTheProxy(int count, IntUnaryOperator tokens) throws Exception {
        NvmlStandIn gpus = gpus();
        int webPort = AgentCommand.freePort();
        Path log = directory.resolve("requests.log");
        try (LlamaServer server = LlamaServer.start(directory, LlamaServer.usualPort());
                AgentProcess agent = agent(gpus, server);
                AgentProcess proxy = AgentCommand.of(
                                "proxy",
                                "--target",
                                "http://127.0.0.1:" + server.port(),
                                "--agent",
                                agent.address(),
                                "--listen",
                                "127.0.0.1:0",
                                "--web.listen-address",
                                "127.0.0.1:" + webPort,
                                "--access-log",
                                log.toString())
                        .start()) {
            isFoundByItself(agent);
            URI books = URI.create("http://127.0.0.1:" + webPort + "/metrics");
            awaitThat(() -> LlamaServer.metrics(books).sum(PART, "part=\"idle\"") > 0);
            double before = bookedBeforeTheProxy(books, agent);
            gpus.gpu(0).waveform(SquareWave.constant(400));
            List<LlamaServer.Answer> answers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String prompt = "Request " + i + "x".repeat(60 * (i % 5));
                answers.add(server.ask(proxy.address(), prompt, tokens.applyAsInt(i), i % 2 == 1));
            }
            gpus.gpu(0).waveform(SquareWave.constant(75));
            awaitThat(() -> Files.readAllLines(log).size() == answers.size());
            Map<String, JsonNode> requests = new HashMap<>();
            for (String line : Files.readAllLines(log)) {
                JsonNode request = JSON.readTree(line);
                requests.put(request.path("joulegram.request.id").asText(), request);
            }
            assertTokens(answers, requests);
            assertEnergy(answers, requests, LlamaServer.metrics(books), agent.metrics());
            assertThat(bookedBeforeTheProxy(books, agent)).isCloseTo(before, within(0.001));
            JsonNode counted = tokens(agent, server);
            assertThat(counted.path("generation").asLong())
                    .isEqualTo(answers.stream()
                            .mapToLong(answer -> answer.usage().generated())
                            .sum());
            assertThat(counted.path("generationMade")).isEqualTo(counted.path("generation"));
            // Only now is it sure that the proxy knows what tokens cost.
            assertThat(server.ask(proxy.address(), "Once more", 60, false).energyMethod())
                    .isEqualTo("estimate");
        }
    }

    /** Of this server: another may be found on this machine. */
    private static JsonNode tokens(AgentProcess agent, LlamaServer server) throws Exception {
        for (JsonNode model : agent.json("api/v1/summary").path("models")) {
            if (model.path("server").asText().equals("127.0.0.1:" + server.port())) {
                return model.path("tokens");
            }
        }
        throw new AssertionError("the agent has no tokens of the server");
    }

    /**
     * What the daemon has booked on the server, idle included, and the proxy has not: what it had before the proxy first asked,
     * and, for moments, the newest interval.
     */
    private double bookedBeforeTheProxy(URI books, AgentProcess agent) throws Exception {
        double least = Double.MAX_VALUE;
        for (int i = 0; i < READINGS; i++) {
            Metrics proxy = LlamaServer.metrics(books);
            double all = sum(agent.metrics(), ENERGY);
            least = Math.min(least, all - proxy.sum(PART) - proxy.sum("joulegram_proxy_pending_energy_joules"));
            Thread.sleep(50);
        }
        return least;
    }

    private static void assertTokens(List<LlamaServer.Answer> answers, Map<String, JsonNode> requests) {
        for (LlamaServer.Answer answer : answers) {
            JsonNode request = requests.get(answer.id());
            assertThat(request.path("joulegram.energy.state").asText()).isEqualTo("settled");
            assertThat(request.path("gen_ai.usage.input_tokens").asLong())
                    .isEqualTo(answer.usage().prompt());
            assertThat(request.path("joulegram.usage.cached_tokens").asLong())
                    .isEqualTo(answer.usage().cached());
            assertThat(request.path("gen_ai.usage.output_tokens").asLong())
                    .isEqualTo(answer.usage().generated());
        }
    }

    private void assertEnergy(
            List<LlamaServer.Answer> answers, Map<String, JsonNode> requests, Metrics books, Metrics daemon) {
        double joules = 0;
        double prefillJoules = 0;
        double decodeJoules = 0;
        double promptMillis = 0;
        double predictedMillis = 0;
        double streamedJoules = 0;
        double streamedMillis = 0;
        double streamedTokens = 0;
        double tokens = 0;
        for (LlamaServer.Answer answer : answers) {
            JsonNode request = requests.get(answer.id());
            if (answer.streamed()) {
                streamedJoules += request.path("joulegram.energy.decode_joules").asDouble();
                streamedMillis += answer.predictedMillis();
                streamedTokens += answer.usage().generated();
            }
            tokens += answer.usage().generated();
            joules += request.path("joulegram.energy.joules").asDouble();
            prefillJoules += request.path("joulegram.energy.prefill_joules").asDouble();
            decodeJoules += request.path("joulegram.energy.decode_joules").asDouble();
            promptMillis += answer.promptMillis();
            predictedMillis += answer.predictedMillis();
        }
        double active = sum(daemon, ENERGY, "phase=\"prefill\"") + sum(daemon, ENERGY, "phase=\"decode\"");
        System.out.printf(
                "%.1f J of requests, %.1f J by the daemon; prefill %.4f of it, %.4f of the server's time;"
                        + " streams %.3f of the decode, %.3f of its tokens, %.3f of its time%n",
                joules,
                active,
                prefillJoules / joules,
                promptMillis / (promptMillis + predictedMillis),
                streamedJoules / decodeJoules,
                streamedTokens / tokens,
                streamedMillis / predictedMillis);
        assertThat(books.sum(PART, "part=\"requests\"")).isCloseTo(joules, within(0.01));
        assertThat(books.sum(PART, "part=\"requests\"") + books.sum(PART, "part=\"bypass\""))
                .isCloseTo(active, within(active * 0.001));
        assertThat(joules).isGreaterThan(active * 0.98);
        assertThat(prefillJoules + decodeJoules).isCloseTo(joules, within(0.01));
        assertThat(prefillJoules / joules).isCloseTo(promptMillis / (promptMillis + predictedMillis), within(0.02));
        assertThat(streamedJoules / decodeJoules).isCloseTo(streamedTokens / tokens, within(0.1));
    }

    private void isFoundByItself(AgentProcess agent) throws Exception {
        awaitThat(() -> sum(agent.metrics(), "joulegram_server_up", "engine=\"llamacpp\"") == 1);
        awaitThat(() -> agent.json("api/v1/status")
                .path("servers")
                .findValuesAsText("devicesFrom")
                .contains("processes"));
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
