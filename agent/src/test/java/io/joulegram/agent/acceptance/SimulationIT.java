package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.joulegram.agent.simulate.StreamCrowd;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The agent beside the simulated server of the same process, against what the server has truly taken. */
class SimulationIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The last tokens are scraped within a second, and settled when the devices' energy is known up to then. */
    private static final long SETTLING_MILLIS = 4_000;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void joulesPerTokenAreTheTruthWithinOnePercent() throws Exception {
        int port = AgentCommand.freePort();
        URI server = URI.create("http://127.0.0.1:" + port);
        AgentCommand command = AgentCommand.of(
                        "simulate",
                        "--listen",
                        "127.0.0.1:" + port,
                        "--model",
                        "llama-3-70b",
                        "--tensor-parallel",
                        "4",
                        "--web.listen-address",
                        "127.0.0.1:0",
                        "--grid.intensity",
                        "380")
                .jvm(List.of("-Xmx256m", "-Xms64m", "-Xmn48m"));
        try (AgentProcess agent = command.start();
                StreamCrowd crowd = new StreamCrowd(server)) {
            agent.address();
            // Long enough for the agent to learn what the accelerators draw at rest.
            Thread.sleep(12_000);
            JsonNode truthBefore = truth(server);
            Metrics before = agent.metrics();
            for (int round = 0; round < 3; round++) {
                assertThat(crowd.start(60, 300, 150).await(60, TimeUnit.SECONDS))
                        .isTrue();
            }
            Thread.sleep(SETTLING_MILLIS);
            JsonNode truth = truth(server);
            Metrics after = agent.metrics();

            assertThat(crowd.broken()).isZero();
            double tokens = crowd.tokens();
            assertThat(tokens).isEqualTo(3 * 60 * 150);
            assertThat(rise(before, after, "joulegram_tokens_total", "kind=\"generation\""))
                    .isEqualTo(tokens);
            assertThat(rise(before, after, "joulegram_tokens_total", "kind=\"prompt\""))
                    .isEqualTo(truth.path("tokens").path("prompt").doubleValue()
                            - truthBefore.path("tokens").path("prompt").doubleValue());
            assertActiveEnergy(before, after, truthBefore, truth, tokens);
            after.assertConserved();
            after.assertSane();
        }
    }

    private static void assertActiveEnergy(
            Metrics before, Metrics after, JsonNode truthBefore, JsonNode truth, double tokens) {
        double trueJoules = active(truth) - active(truthBefore);
        double joules = rise(
                        before, after, "joulegram_model_energy_joules_total", "component=\"gpu\"", "phase=\"prefill\"")
                + rise(before, after, "joulegram_model_energy_joules_total", "component=\"gpu\"", "phase=\"decode\"");
        System.out.printf(
                "%.4f J/token, in truth %.4f: error %.3f %%%n",
                joules / tokens, trueJoules / tokens, 100 * (joules / trueJoules - 1));
        assertThat(joules / trueJoules - 1).isBetween(-0.01, 0.01);
        double all = rise(before, after, "joulegram_facility_energy_joules_total", "component=\"gpu\"");
        double trueAll = truth.path("gpu_joules").path("total").doubleValue()
                - truthBefore.path("gpu_joules").path("total").doubleValue();
        // Both are read within a moment of each other, at a power that is known only to be that of rest.
        assertThat(all / trueAll - 1).isBetween(-0.01, 0.01);
    }

    private static double active(JsonNode truth) {
        return truth.path("gpu_joules").path("prefill").doubleValue()
                + truth.path("gpu_joules").path("decode").doubleValue();
    }

    private static double rise(Metrics before, Metrics after, String family, String... labels) {
        return after.sum(family, labels) - before.sum(family, labels);
    }

    private JsonNode truth(URI server) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(server.resolve("/truth")).build();
        return JSON.readTree(
                client.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }
}
