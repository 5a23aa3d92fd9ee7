package io.joulegram.dashboards;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.joulegram.agent.config.ListenAddress;
import io.joulegram.agent.proxy.Proxy;
import io.joulegram.agent.proxy.ProxyPlan;
import io.joulegram.agent.proxy.ProxySettings;
import io.joulegram.agent.proxy.ProxyTrust;
import io.joulegram.agent.proxy.Tenants;
import io.joulegram.agent.top.AgentAddress;
import io.joulegram.agent.top.AgentReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Clients of two tenants whose requests pass the proxy, which books on them a part of what the agent tells of its simulated
 * server. What answers them only says how many tokens it took, so that they add nothing to the load of that server.
 */
final class MeteredClients implements AutoCloseable {
    private static final long PAUSE_MILLIS = 200;
    private static final String ANSWER = """
            {"model":"simulated/llama-70b","choices":[{"text":"yes"}],
             "usage":{"prompt_tokens":150,"completion_tokens":60,"prompt_tokens_details":{"cached_tokens":40}}}""";

    private final HttpServer server;
    private final Proxy proxy;
    private final HttpClient client = HttpClient.newHttpClient();
    private final Repeated requests;
    private int asked;

    private MeteredClients(HttpServer server, Proxy proxy) {
        this.server = server;
        this.proxy = proxy;
        requests = Repeated.start("metered-clients", PAUSE_MILLIS, this::ask);
    }

    /** @param agent the root of the agent that measures the server */
    static MeteredClients start(Path directory, URI agent) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", MeteredClients::answer);
        server.start();
        Path tenants = Files.writeString(
                directory.resolve("tenants"), "blue header X-Team blue team\nred header X-Team red team\n");
        AgentReader reader = AgentReader.of(Optional.empty(), Optional.empty(), Optional.empty());
        AgentAddress address = AgentAddress.parse(agent.toString());
        ListenAddress any = new ListenAddress("127.0.0.1", 0);
        Proxy proxy = Proxy.start(new ProxyPlan(
                any,
                any,
                ProxySettings.to(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort())),
                ProxyTrust.USUAL,
                () -> reader.read(List.of(address)).get(0),
                Duration.ofSeconds(1),
                Optional.of("simulated"),
                Tenants.read(tenants),
                Optional.empty()));
        return new MeteredClients(server, proxy);
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            byte[] body = ANSWER.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private void ask() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(proxy.baseUri().resolve("/v1/completions"))
                .header("Content-Type", "application/json")
                .header("X-Team", asked++ % 3 == 0 ? "red team" : "blue team")
                .POST(BodyPublishers.ofString("{\"model\":\"simulated/llama-70b\",\"prompt\":\"well?\"}"))
                .build();
        client.send(request, BodyHandlers.discarding());
    }

    /** Where the proxy's metrics are, HOST:PORT. */
    String address() {
        return "127.0.0.1:" + proxy.webUri().getPort();
    }

    @Override
    public void close() throws IOException {
        requests.close();
        proxy.close();
        server.stop(0);
    }
}
