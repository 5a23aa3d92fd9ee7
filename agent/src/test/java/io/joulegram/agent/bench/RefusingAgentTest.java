package io.joulegram.agent.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.joulegram.agent.top.AgentAddress;
import io.joulegram.agent.top.AgentReader;
import io.joulegram.agent.top.AgentView;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What answers where the agent should be, and gives no figures. */
final class RefusingAgentTest {
    private AgentReader reader;
    private HttpServer server;

    @BeforeEach
    void listen() throws IOException {
        reader = AgentReader.of(Optional.empty(), Optional.empty(), Optional.empty());
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private AgentAddress answer(int status, String body) {
        server.createContext("/", exchange -> {
            byte[] bytes = body.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        return AgentAddress.parse("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @ParameterizedTest
    @CsvSource({
        "401, {}, true",
        "403, {}, true",
        "404, {'error':'there is no such page'}, true",
        "404, <html>, true",
        "200, <html>, true",
        "200, [], true",
        "503, <html>, false",
        "500, {'error':'out of memory'}, false"
    })
    void whatItSaysOfItselfLastsAndWhatItCannotDoNowDoesNot(int status, String body, boolean lasting) {
        AgentView view =
                reader.read(List.of(answer(status, body.replace('\'', '"')))).get(0);

        assertThat(view.answered()).isFalse();
        assertThat(view.lasting()).isEqualTo(lasting);
    }

    @Test
    void whereNobodyListensSomebodyMayComeYet() {
        AgentAddress address = answer(200, "{}");
        server.stop(0);

        AgentView view = reader.read(List.of(address)).get(0);

        assertThat(view.problem()).isEqualTo("nobody listens there");
        assertThat(view.lasting()).isFalse();
    }

    @Test
    void aProfileSaysWhyAtOnce() {
        AgentAddress address = answer(401, "");
        Profile profile =
                new Profile(reader, address, List.of("true"), 1, Duration.ZERO, new PowerTraceFile(Optional.empty()));

        assertThatThrownBy(profile::run)
                .isInstanceOf(BenchException.class)
                .hasMessageContaining("gives no figures: it wants a name and a password");
    }
}
