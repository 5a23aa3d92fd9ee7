package io.joulegram.tokens;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** llama.cpp as a router, as its source has it in October 2026. */
class LlamaRouterTest {
    private static final String UNLOADED = "unloaded";

    private final Map<String, String> states = new ConcurrentHashMap<>();
    private final Map<String, Long> generated = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile String document = "";
    private HttpServer http;

    @BeforeEach
    void start() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/", this::handle);
        http.start();
    }

    @AfterEach
    void stop() {
        http.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        URI uri = exchange.getRequestURI();
        asked.add(uri.toString());
        String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
        if (uri.getPath().equals("/models") || uri.getPath().equals("/v1/models")) {
            reply(exchange, 200, document.isEmpty() ? models() : document);
        } else if (uri.getPath().equals("/metrics") && query.startsWith("model=")) {
            String model = URLDecoder.decode(query.substring(6, query.indexOf('&')), UTF_8);
            boolean loaded = states.getOrDefault(model, UNLOADED).equals("loaded") && generated.containsKey(model);
            reply(
                    exchange,
                    loaded ? 200 : 400,
                    loaded ? page(model) : "{\"error\":{\"message\":\"model is not loaded\"}}");
        } else {
            reply(exchange, 400, "{\"error\":{\"message\":\"model name is missing from the request\"}}");
        }
    }

    private static void reply(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private String models() {
        return states.entrySet().stream()
                .map(model -> "{\"id\":\"" + model.getKey() + "\",\"object\":\"model\",\"status\":{\"value\":\""
                        + model.getValue() + "\",\"args\":[\"llama-server\"]}}")
                .collect(Collectors.joining(",", "{\"data\":[", "],\"object\":\"list\"}"));
    }

    private String page(String model) {
        return "# TYPE llamacpp:prompt_tokens_total counter\nllamacpp:prompt_tokens_total 100\n"
                + "# TYPE llamacpp:tokens_predicted_total counter\nllamacpp:tokens_predicted_total "
                + generated.getOrDefault(model, 0L) + "\n"
                + "# TYPE llamacpp:requests_processing gauge\nllamacpp:requests_processing 1\n";
    }

    private void load(String model, long tokens) {
        states.put(model, "loaded");
        generated.put(model, tokens);
    }

    private void unload(String model) {
        states.put(model, UNLOADED);
        generated.remove(model);
    }

    private HttpTokenServer server(Optional<String> engine) {
        URI uri = URI.create("http://127.0.0.1:" + http.getAddress().getPort());
        return new HttpTokenServer(
                HttpClient.newHttpClient(),
                new ServerTarget("router", uri, engine, Optional.empty(), List.of()),
                EngineCatalog.builtIn(),
                ScrapeLimits.defaults().withDeadline(Duration.ofSeconds(10)));
    }

    private static Map<String, Long> tokens(Scrape scrape) {
        return scrape.models().stream()
                .filter(ModelTokens::loaded)
                .collect(Collectors.toMap(
                        ModelTokens::model, model -> model.generatedTokens().orElseThrow()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "llamacpp"})
    void modelsThatComeAndGoAreCountedEachByItself(String engine) throws ScrapeException {
        HttpTokenServer router = server(Optional.of(engine).filter(name -> !name.isEmpty()));
        load("org/a:Q4_K_M", 1_000);
        states.put("b & c", UNLOADED);
        assertThat(router.scrape().traits().engine()).isEqualTo("llamacpp");
        generated.put("org/a:Q4_K_M", 1_040L);
        load("b & c", 7);
        assertThat(tokens(router.scrape())).isEqualTo(Map.of("org/a:Q4_K_M", 40L, "b & c", 7L));

        unload("org/a:Q4_K_M");
        generated.put("b & c", 9L);
        Scrape without = router.scrape();
        assertThat(tokens(without)).isEqualTo(Map.of("b & c", 9L));
        assertThat(without.models()).hasSize(2);

        load("org/a:Q4_K_M", 5);
        assertThat(tokens(router.scrape())).isEqualTo(Map.of("org/a:Q4_K_M", 45L, "b & c", 9L));
        unload("org/a:Q4_K_M");
        unload("b & c");
        assertThat(tokens(router.scrape())).isEmpty();
    }

    @Test
    void noScrapeLoadsAModel() throws ScrapeException {
        HttpTokenServer router = server(Optional.empty());
        load("a", 1);
        states.put("b", UNLOADED);
        router.scrape();
        router.scrape();

        assertThat(asked)
                .filteredOn(uri -> uri.contains("model="))
                .isNotEmpty()
                .allMatch(uri -> uri.equals("/metrics?model=a&autoload=false"));
    }

    @Test
    void aModelThatIsEndedBetweenTwoQuestionsIsLeftOut() throws ScrapeException {
        HttpTokenServer router = server(Optional.empty());
        load("a", 1);
        states.put("b", "loaded");

        assertThat(tokens(router.scrape())).containsOnlyKeys("a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"data\":[{\"id\":\"m\",\"object\":\"model\"}]}",
                "{\"data\":{}}",
                "[]",
                "<html>",
                "{\"data\":[{\"id\":1,\"status\":{\"value\":\"loaded\"}}]}",
                "{\"data\":[null]}"
            })
    void whatIsNoListOfARouterIsNone(String answer) {
        document = answer;

        assertThatThrownBy(() -> server(Optional.empty()).scrape())
                .isInstanceOf(ScrapeException.class)
                .hasMessageContaining("/metrics answers with status 400");
    }

    @Test
    void aRouterIsFoundOnTheUsualPorts() {
        load("a", 1);
        int port = http.getAddress().getPort();
        List<ServerTarget> found = new ServerDiscovery(
                        HttpClient.newHttpClient(), EngineCatalog.builtIn(), List.of(port), Duration.ofSeconds(10))
                .discover(Set.of());

        assertThat(found).hasSize(1);
        assertThat(found.get(0).engine()).hasValue("llamacpp");
        HttpTokenServer router = new HttpTokenServer(
                HttpClient.newHttpClient(), found.get(0), EngineCatalog.builtIn(), ScrapeLimits.defaults());
        assertThat(assertScrapes(router).models())
                .extracting(ModelTokens::model)
                .containsExactly("a");
    }

    private static Scrape assertScrapes(HttpTokenServer server) {
        try {
            return server.scrape();
        } catch (ScrapeException e) {
            throw new AssertionError(e);
        }
    }
}
