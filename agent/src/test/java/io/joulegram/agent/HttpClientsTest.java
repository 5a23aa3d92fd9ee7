package io.joulegram.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigLoader;
import io.joulegram.agent.config.MadeCertificate;
import io.joulegram.agent.export.ServerLimits;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpClientsTest {
    @TempDir
    Path directory;

    @Test
    void theAuthoritiesOfAReceiverAreTrustedAndNoOthers() throws Exception {
        MadeCertificate own = MadeCertificate.make(directory, "own", "EC");
        MadeCertificate other = MadeCertificate.make(directory, "other", "EC");
        Path file = Files.writeString(directory.resolve("joulegram.yaml"), "otlp.ca-file: own.crt\n");
        AgentConfig.Otlp otlp = new ConfigLoader(Map.of()).load(file, List.of()).otlp();
        HttpClients clients = new HttpClients();
        HttpsServer server = server(own);
        try {
            URI address = URI.create("https://127.0.0.1:" + server.getAddress().getPort() + "/");

            assertThat(get(clients.of(address, otlp.authorities()), address)).isEqualTo(204);
            assertThatThrownBy(() -> get(clients.of(address, List.of(other.certificate())), address))
                    .isInstanceOf(SSLException.class);
            assertThatThrownBy(() -> get(clients.of(address, List.of()), address))
                    .isInstanceOf(SSLException.class);
        } finally {
            server.stop(0);
        }
    }

    private static int get(HttpClient client, URI address) throws Exception {
        return client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.discarding())
                .statusCode();
    }

    private static HttpsServer server(MadeCertificate certificate) throws Exception {
        ServerLimits.apply();
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.served()));
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        return server;
    }
}
