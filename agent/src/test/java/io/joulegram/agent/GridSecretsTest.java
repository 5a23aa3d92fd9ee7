package io.joulegram.agent;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigLoader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Keys and passwords of providers are sent to them and told to nobody else, whatever they answer. */
class GridSecretsTest {
    private static final String KEY = "k3y-of-the-maps";
    private static final String PASSWORD = "pa55word-of-the-account";

    private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final List<String> received = new CopyOnWriteArrayList<>();
    private HttpServer server;

    @TempDir
    private Path directory;

    private volatile int status;
    private volatile String body = "";

    @BeforeEach
    void start() throws IOException {
        root.setLevel(Level.TRACE);
        log.start();
        root.addAppender(log);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        root.detachAppender(log);
        root.setLevel(Level.WARN);
    }

    private void answer(HttpExchange exchange) {
        exchange.getRequestHeaders().values().forEach(values -> received.addAll(values));
        try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/elsewhere");
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private AgentConfig config() throws Exception {
        String url = "http://127.0.0.1:" + server.getAddress().getPort();
        Path file = Files.writeString(directory.resolve("joulegram.yaml"), """
                grid:
                  zone: DE
                  providers: [electricity-maps, watttime]
                  electricity-maps: {url: "%s/v3", token: "${MAPS_KEY}"}
                  watttime: {url: "%s", username: me, password: "${WATTTIME_PASSWORD}", region: DE}
                """.formatted(url, url));
        return new ConfigLoader(Map.of("MAPS_KEY", KEY, "WATTTIME_PASSWORD", PASSWORD)).load(file, List.of());
    }

    @Test
    void isInNoLineOfTheLogAndInNoText() throws Exception {
        AgentConfig config = config();
        for (int each : new int[] {200, 302, 401, 403, 404, 410, 429, 500}) {
            for (String text : new String[] {"", "no", "{\"zone\":", "{\"zone\":\"XX\",\"token\":\"t\"}"}) {
                status = each;
                body = text;
                HttpClients clients = new HttpClients();
                try (Grid grid = Grid.of(config.grid(), clients::of)) {
                    grid.askNow();
                }
            }
        }
        server.stop(0);
        HttpClients clients = new HttpClients();
        try (Grid grid = Grid.of(config.grid(), clients::of)) {
            grid.askNow();
        }

        String basic = Base64.getEncoder().encodeToString(("me:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        assertThat(received).contains(KEY, "Basic " + basic);
        assertThat(log.list).isNotEmpty();
        assertThat(log.list)
                .allSatisfy(event -> assertThat(event.getFormattedMessage() + event.getThrowableProxy())
                        .doesNotContain(KEY)
                        .doesNotContain(PASSWORD)
                        .doesNotContain(basic));
        assertThat(config.toString()).doesNotContain(KEY).doesNotContain(PASSWORD);
    }
}
