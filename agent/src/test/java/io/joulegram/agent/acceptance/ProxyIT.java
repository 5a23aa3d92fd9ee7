package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.joulegram.agent.simulate.StreamCrowd;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The proxy before the simulated server, with the daemon that measures it, all of the packaged jar. */
class ProxyIT {
    private static final int STREAMS = 60;
    private static final int TOKENS = 120;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void energyOfRequestsSumsToThatOfTheServer() throws Exception {
        int serverPort = AgentCommand.freePort();
        int webPort = AgentCommand.freePort();
        AgentCommand simulation = AgentCommand.of(
                        "simulate",
                        "--listen",
                        "127.0.0.1:" + serverPort,
                        "--web.listen-address",
                        "127.0.0.1:0",
                        "--grid.intensity",
                        "380")
                .jvm(List.of("-Xmx256m", "-Xms64m", "-Xmn48m"));
        try (AgentProcess agent = simulation.start();
                AgentProcess proxy = AgentCommand.of(
                                "proxy",
                                "--target",
                                "http://127.0.0.1:" + serverPort,
                                "--agent",
                                agent.address(),
                                "--listen",
                                "127.0.0.1:0",
                                "--web.listen-address",
                                "127.0.0.1:" + webPort)
                        .start();
                StreamCrowd crowd = new StreamCrowd(URI.create(proxy.address().replaceAll("/$", "")))) {
            URI web = URI.create("http://127.0.0.1:" + webPort + "/metrics");
            await().atMost(Duration.ofSeconds(20)).until(() -> part(metrics(web), "idle") > 0);
            assertThat(crowd.start(STREAMS, 100, TOKENS).await(60, TimeUnit.SECONDS))
                    .isTrue();
            assertThat(crowd.broken()).isZero();
            assertThat(crowd.tokens()).isEqualTo(STREAMS * TOKENS);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> metrics(web).sum("joulegram_proxy_tenant_requests_total", "outcome=\"completed\"")
                                    == STREAMS
                            && held(metrics(web)) == 0);

            Metrics books = metrics(web);
            Metrics daemon = agent.metrics();
            double active = daemon.sum("joulegram_model_energy_joules_total", "phase=\"prefill\"")
                    + daemon.sum("joulegram_model_energy_joules_total", "phase=\"decode\"");
            System.out.printf(
                    "%.3f J of requests, %.3f J past the proxy, %.3f J by the daemon%n",
                    part(books, "requests"), part(books, "bypass"), active);
            assertThat(part(books, "requests") + part(books, "bypass")).isCloseTo(active, within(active * 0.005));
            assertThat(part(books, "requests")).isGreaterThan(active * 0.95);
            assertThat(books.sum("joulegram_proxy_tenant_tokens_total", "kind=\"generation\""))
                    .isEqualTo(STREAMS * TOKENS);
        }
    }

    private static double part(Metrics metrics, String part) {
        return metrics.sum("joulegram_proxy_server_energy_joules_total", "part=\"" + part + '"');
    }

    private static double held(Metrics metrics) {
        return metrics.samples().getOrDefault("joulegram_proxy_pending_energy_joules", -1.0);
    }

    private Metrics metrics(URI web) throws Exception {
        HttpResponse<String> answer =
                client.send(HttpRequest.newBuilder(web).build(), HttpResponse.BodyHandlers.ofString());
        return Metrics.parse(answer.body());
    }
}
