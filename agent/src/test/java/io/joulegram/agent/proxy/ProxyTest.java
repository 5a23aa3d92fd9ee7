package io.joulegram.agent.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.joulegram.agent.config.ListenAddress;
import io.joulegram.agent.config.MadeCertificate;
import io.joulegram.agent.config.WebConfig;
import io.joulegram.agent.top.AgentAddress;
import io.joulegram.agent.top.AgentView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The proxy between raw sockets on both sides, so that no library mends or hides what passes. */
final class ProxyTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String POST = "POST /v1/chat/completions HTTP/1.1\r\nHost: proxy\r\n";
    private static final String USAGE =
            "\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":4,\"prompt_tokens_details\":{\"cached_tokens\":16}}";

    /** Answers one request after the other on each connection. */
    private interface Script {
        void answer(String head, InputStream in, OutputStream out) throws IOException, InterruptedException;
    }

    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final CountDownLatch serverSawEnd = new CountDownLatch(1);
    private final AtomicLong tick = new AtomicLong();
    private volatile Script script = (head, in, out) -> out.write(ok("", "hello"));
    private ServerSocket server;
    private Proxy proxy;

    @TempDir
    Path directory;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        daemon(this::accept);
        restart(settings(4096, Duration.ofSeconds(30), Duration.ofSeconds(30)), ProxyTrust.USUAL, Tenants.none());
    }

    private ProxySettings settings(int connections, Duration client, Duration patience) {
        return ProxySettings.to(URI.create("http://127.0.0.1:" + server.getLocalPort()))
                .withBounds(connections, client, patience);
    }

    private void restart(int connections, Duration client, Duration patience, Tenants tenants) throws IOException {
        restart(settings(connections, client, patience), ProxyTrust.USUAL, tenants);
    }

    private void restart(ProxySettings settings, ProxyTrust trust, Tenants tenants) throws IOException {
        if (proxy != null) {
            proxy.close();
        }
        ListenAddress any = new ListenAddress("127.0.0.1", 0);
        proxy = Proxy.start(new ProxyPlan(
                any,
                any,
                settings,
                trust,
                this::agent,
                Duration.ofMillis(50),
                Optional.empty(),
                tenants,
                Optional.of(directory.resolve("log"))));
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        server.close();
    }

    /** Books one joule of prefill, two of decode and half of idle each second, for 4 prompt and 4 output tokens. */
    private AgentView agent() {
        long n = tick.incrementAndGet();
        String summary = """
                {'models':[{'server':'s','model':'m','bookedUntilUnixMillis':%d,
                 'tokens':{'prompt':%d,'promptCached':%d,'generation':%d},'operationalGrams':%d,'embodiedGrams':0,
                 'energy':[{'component':'gpu','phase':'prefill','microjoules':%d},
                  {'component':'gpu','phase':'decode','microjoules':%d},{'component':'gpu','phase':'idle','microjoules':%d}]}]}
                """.formatted(
                System.currentTimeMillis(), 20 * n, 16 * n, 4 * n, 7 * n, 1_000_000 * n, 2_000_000 * n, 500_000 * n);
        return new AgentView(
                AgentAddress.parse("http://127.0.0.1:1"),
                json("{'servers':[{'server':'s','promptIncludesCached':true}]}"),
                json(summary),
                "",
                false);
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text.replace('\'', '"'));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "test-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                daemon(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            String head = head(in);
            while (!head.isEmpty()) {
                heads.add(head);
                script.answer(head, in, socket.getOutputStream());
                socket.getOutputStream().flush();
                head = head(in);
            }
        } catch (IOException e) {
            // The proxy closed it, which is what some tests wait for.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            serverSawEnd.countDown();
        }
    }

    /** A head with its empty line, or what there is of one at the end. */
    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = in.read();
            if (octet < 0) {
                return head.toString();
            }
            head.append((char) octet);
        }
        return head.toString();
    }

    private static byte[] ok(String headers, String body) {
        return ("HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + body.getBytes(UTF_8).length + "\r\n\r\n" + body)
                .getBytes(UTF_8);
    }

    private Socket client() throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), proxy.baseUri().getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private String ask(String request) throws IOException {
        return ask(request.getBytes(UTF_8));
    }

    /** What comes until the proxy closes. */
    private String ask(byte[] request) throws IOException {
        try (Socket socket = client()) {
            socket.getOutputStream().write(request);
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    private static byte[] body(InputStream in, String head) throws IOException {
        int at = head.toLowerCase(Locale.ROOT).indexOf("content-length: ");
        if (at >= 0) {
            return in.readNBytes(Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at))));
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (head.toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked")) {
            for (int size = chunkSize(in); size > 0; size = chunkSize(in)) {
                body.write(in.readNBytes(size));
                line(in);
            }
            for (String trailer = line(in); !trailer.isEmpty(); trailer = line(in)) {
                body.write(("|" + trailer).getBytes(UTF_8));
            }
        }
        return body.toByteArray();
    }

    private static int chunkSize(InputStream in) throws IOException {
        return Integer.parseInt(line(in), 16);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet != '\n' && octet >= 0; octet = in.read()) {
            if (octet != '\r') {
                line.append((char) octet);
            }
        }
        return line.toString();
    }

    private static void chunk(OutputStream out, byte[] bytes) throws IOException {
        out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(UTF_8));
        out.write(bytes);
        out.write("\r\n".getBytes(UTF_8));
        out.flush();
    }

    @Test
    void bodiesPassByteForByteHoweverTheyAreCut() throws Exception {
        script = (head, in, out) -> {
            byte[] body = body(in, head);
            Random cuts = new Random(body.length);
            String type = cuts.nextBoolean() ? "text/event-stream" : "application/octet-stream";
            out.write(("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .getBytes(UTF_8));
            for (int from = 0; from < body.length; ) {
                int to = Math.min(body.length, from + 1 + cuts.nextInt(9000));
                chunk(out, Arrays.copyOfRange(body, from, to));
                from = to;
            }
            out.write("0\r\nX-Sum: 7\r\n\r\n".getBytes(UTF_8));
        };
        Random random = new Random(7);
        try (Socket socket = client()) {
            for (int round = 0; round < 20; round++) {
                byte[] body = new byte[1 + random.nextInt(round % 10 == 0 ? 600_000 : 20_000)];
                random.nextBytes(body);
                send(socket.getOutputStream(), body, random);
                InputStream in = socket.getInputStream();
                String head = head(in);
                assertThat(head).startsWith("HTTP/1.1 200 OK\r\n").containsIgnoringCase("joulegram-request-id: ");
                byte[] expected = Arrays.copyOf(body, body.length + 9);
                System.arraycopy("|X-Sum: 7".getBytes(UTF_8), 0, expected, body.length, 9);
                assertThat(body(in, head)).isEqualTo(expected);
            }
        }
        assertThat(heads)
                .hasSize(20)
                .allSatisfy(head -> assertThat(head)
                        .startsWith("POST /v1/chat/completions?x=%20y HTTP/1.1\r\n")
                        .containsIgnoringCase("host: 127.0.0.1:" + server.getLocalPort())
                        .contains("traceparent: 00-0123456789abcdef0123456789abcdef-0123456789abcdef-01")
                        .doesNotContain("secret-hop")
                        .doesNotContainIgnoringCase("connection:"));
    }

    /** Sends in another thread, as the server answers before it has all. */
    private static void send(OutputStream out, byte[] body, Random random) {
        boolean chunked = random.nextBoolean();
        int size = 1 + random.nextInt(30_000);
        daemon(() -> {
            try {
                out.write(
                        ("POST /v1/chat/completions?x=%20y HTTP/1.1\r\nHost: proxy\r\nConnection: keep-alive, X-Hop\r\n"
                                        + "X-Hop: secret-hop\r\nContent-Type: application/json\r\n"
                                        + "traceparent: 00-0123456789abcdef0123456789abcdef-0123456789abcdef-01\r\n"
                                        + (chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + body.length)
                                        + "\r\n\r\n")
                                .getBytes(UTF_8));
                for (int from = 0; from < body.length; from += size) {
                    byte[] piece = Arrays.copyOfRange(body, from, Math.min(body.length, from + size));
                    if (chunked) {
                        chunk(out, piece);
                    } else {
                        out.write(piece);
                    }
                }
                if (chunked) {
                    out.write("0\r\n\r\n".getBytes(UTF_8));
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void manyStreamsAtATimeAreNotMixed() throws Exception {
        script = (head, in, out) -> {
            out.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .getBytes(UTF_8));
            for (byte[] piece : pieces(head.substring(head.indexOf('/'), head.indexOf(" HTTP")))) {
                chunk(out, piece);
            }
            out.write("0\r\n\r\n".getBytes(UTF_8));
        };
        int clients = 100;
        List<String> wrong = new CopyOnWriteArrayList<>();
        CountDownLatch left = new CountDownLatch(clients);
        for (int i = 0; i < clients; i++) {
            String path = "/v1/completions?" + i;
            daemon(() -> {
                try (Socket socket = client()) {
                    socket.getOutputStream()
                            .write(("POST " + path + " HTTP/1.1\r\nHost: p\r\nContent-Length: 0\r\n\r\n")
                                    .getBytes(UTF_8));
                    InputStream in = socket.getInputStream();
                    ByteArrayOutputStream expected = new ByteArrayOutputStream();
                    pieces(path).forEach(expected::writeBytes);
                    if (!Arrays.equals(body(in, head(in)), expected.toByteArray())) {
                        wrong.add(path);
                    }
                } catch (IOException e) {
                    wrong.add(path + e);
                } finally {
                    left.countDown();
                }
            });
        }
        assertThat(left.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(wrong).isEmpty();
    }

    /** The same for the same path. */
    private static List<byte[]> pieces(String path) {
        Random random = new Random(path.hashCode());
        List<byte[]> pieces = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            byte[] piece = new byte[1 + random.nextInt(400)];
            random.nextBytes(piece);
            pieces.add(piece);
        }
        return pieces;
    }

    @Test
    void aStreamIsMeteredAndSettledInTheBooks() throws Exception {
        restart(4096, Duration.ofSeconds(30), Duration.ofSeconds(30), Tenants.none());
        await().until(() -> metrics().contains("joulegram_proxy_agent_up 1.0\n"));
        script = (head, in, out) -> {
            body(in, head);
            out.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .getBytes(UTF_8));
            chunk(out, event("{\"model\":\"m\",\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}"));
            for (int i = 0; i < 4; i++) {
                chunk(out, event("{\"choices\":[{\"delta\":{\"content\": \"x\"}}]}"));
            }
            chunk(out, event("{\"choices\":[]," + USAGE + "}"));
            chunk(out, event("[DONE]"));
            out.write("0\r\n\r\n".getBytes(UTF_8));
        };
        String body = "{\"model\":\"alias\",\"stream\":true,\"messages\":[]}";
        String answer = ask(POST + "Connection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);

        JsonNode request = settled(answer);
        assertThat(request.path("gen_ai.usage.input_tokens").asInt()).isEqualTo(20);
        assertThat(request.path("gen_ai.usage.output_tokens").asInt()).isEqualTo(4);
        assertThat(request.path("joulegram.usage.cached_tokens").asInt()).isEqualTo(16);
        assertThat(request.path("gen_ai.request.model").asText()).isEqualTo("alias");
        assertThat(request.path("gen_ai.response.model").asText()).isEqualTo("m");
        assertThat(request.path("gen_ai.operation.name").asText()).isEqualTo("chat");
        assertThat(request.path("joulegram.request.outcome").asText()).isEqualTo("completed");
        // It was alone: what the daemon booked for its tokens, and what was held before, are its.
        assertThat(request.path("joulegram.energy.decode_joules").asDouble()).isPositive();
        assertThat(request.path("joulegram.co2.grams").asDouble()).isPositive();
        assertThat(directory.resolve("log")).content().contains("\"joulegram.energy.state\":\"settled\"");
    }

    @Test
    void whoWantsItIsToldInTheStream() throws Exception {
        String usage = "{\"choices\":[]," + USAGE + "}";
        script = (head, in, out) -> {
            body(in, head);
            out.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .getBytes(UTF_8));
            chunk(out, event("{\"choices\":[{\"text\":\"x\"}],\"usage\":{\"completion_tokens\":1}}"));
            chunk(out, event(usage));
            chunk(out, event("[DONE]"));
            out.write("0\r\n\r\n".getBytes(UTF_8));
        };
        String request = "Connection: close\r\nContent-Length: 2\r\n\r\n{}";
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            String answer = ask(POST + "joulegram-usage: include\r\n" + request);
            return answer.contains(usage.substring(0, usage.length() - 1) + ",\"joulegram\":{\"request_id\":\"")
                    && answer.contains(
                            "\",\"energy_joules\":3.000,\"co2_grams\":6.000,\"energy_method\":\"estimate\"}}\n\n");
        });
        assertThat(ask(POST + request)).contains(usage + "\n\n").doesNotContain("energy_joules");
        assertThat(heads).noneMatch(head -> head.contains("joulegram-usage"));
    }

    private JsonNode settled(String answer) throws IOException {
        String id = answer.replaceAll("(?s).*joulegram-request-id: ([0-9a-f]{32}).*", "$1");
        JsonNode[] last = new JsonNode[1];
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            last[0] = document(id);
            return !last[0].path("joulegram.energy.state").asText().equals("pending");
        });
        assertThat(last[0].path("joulegram.energy.state").asText()).isEqualTo("settled");
        return last[0];
    }

    private JsonNode document(String id) throws IOException {
        String answer = ask("GET /joulegram/v1/requests/" + id + " HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 200 OK");
        return JSON.readTree(answer.substring(answer.indexOf("\r\n\r\n")));
    }

    private static byte[] event(String data) {
        return ("data: " + data + "\n\n").getBytes(UTF_8);
    }

    private String metrics() throws IOException {
        try (InputStream in = proxy.webUri().resolve("/metrics").toURL().openStream()) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    @Test
    void anAnswerInOnePieceTellsInItsHeadersWhatItTook() throws Exception {
        script = (head, in, out) -> {
            body(in, head);
            out.write(ok("Content-Type: application/json\r\n", "{\"model\":\"m\"," + USAGE + "}"));
        };
        // One joule for 4 computed prompt tokens, two for 4 output tokens; 7 grams for 3.5 J.
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            String answer = ask(POST + "Connection: close\r\nContent-Length: 2\r\n\r\n{}");
            return answer.contains("joulegram-energy-joules: 3.000\r\n")
                    && answer.contains("joulegram-co2-grams: 6.000\r\n")
                    && answer.contains("joulegram-energy-method: estimate\r\n")
                    && answer.endsWith("{\"model\":\"m\"," + USAGE + "}");
        });
    }

    @Test
    void aClientThatGoesAwayEndsItsRequest() throws Exception {
        CountDownLatch streaming = new CountDownLatch(1);
        script = (head, in, out) -> {
            body(in, head);
            out.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .getBytes(UTF_8));
            chunk(out, event("{\"choices\":[{\"text\":\"x\"}]}"));
            streaming.countDown();
            in.read();
        };
        try (Socket socket = client()) {
            socket.getOutputStream().write((POST + "Content-Length: 2\r\n\r\n{}").getBytes(UTF_8));
            assertThat(streaming.await(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(serverSawEnd.await(10, TimeUnit.SECONDS)).isTrue();
        await().until(() -> metrics().contains("outcome=\"cancelled\",} 1.0\n"));
    }

    @Test
    void aServerThatIsNotThereIsABadGateway() throws Exception {
        server.close();

        assertThat(ask(POST + "Content-Length: 2\r\n\r\n{}"))
                .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
                .contains("{\"error\":{\"message\":\"joulegram proxy: the server cannot be reached");
    }

    @Test
    void anAnswerThatBreaksOffIsNotMadeWhole() throws Exception {
        script = (head, in, out) -> {
            body(in, head);
            out.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .getBytes(UTF_8));
            chunk(out, "data: a\n\n".getBytes(UTF_8));
            throw new IOException("breaks off");
        };
        assertThat(ask(POST + "Content-Length: 2\r\n\r\n{}"))
                .contains("data: a")
                .doesNotContain("\r\n0\r\n");
    }

    @Test
    void aServerThatSaysNothingIsGivenUp() throws Exception {
        restart(4096, Duration.ofMillis(400), Duration.ofMillis(400), Tenants.none());
        script = (head, in, out) -> in.read();

        assertThat(ask(POST + "Content-Length: 0\r\n\r\n")).startsWith("HTTP/1.1 504 ");
    }

    @Test
    void aClientThatStallsIsGivenUp() throws Exception {
        restart(4096, Duration.ofMillis(400), Duration.ofSeconds(30), Tenants.none());
        script = (head, in, out) -> out.write(ok("", new String(body(in, head), UTF_8)));

        assertThat(ask("POST /v1/comple")).isEmpty();
        assertThat(ask(POST + "Content-Length: 10\r\n\r\n{")).startsWith("HTTP/1.1 408 ");
    }

    @Test
    void aReaderThatTakesNothingHoldsNoMoreThanBuffersAndIsGivenUp() throws Exception {
        restart(4096, Duration.ofMillis(500), Duration.ofSeconds(30), Tenants.none());
        AtomicLong written = new AtomicLong();
        script = (head, in, out) -> {
            body(in, head);
            out.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .getBytes(UTF_8));
            for (int i = 0; i < 2000; i++) {
                chunk(out, new byte[1 << 16]);
                written.addAndGet(1 << 16);
            }
        };
        try (Socket socket = client()) {
            socket.getOutputStream().write((POST + "Content-Length: 2\r\n\r\n{}").getBytes(UTF_8));
            assertThat(serverSawEnd.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(written.get()).isLessThan(60L << 20);
    }

    @Test
    void whoReadsLateGetsTheWholeAnswer() throws Exception {
        List<Integer> sizes = List.of(50_000, 150_000, 400_000, 1_500_000, 3_000_000, 6_000_000);
        script = (head, in, out) ->
                out.write(ok("", "x".repeat(Integer.parseInt(head.substring(5, head.indexOf(" HTTP"))))));
        CountDownLatch left = new CountDownLatch(sizes.size());
        List<String> wrong = new CopyOnWriteArrayList<>();
        for (int size : sizes) {
            daemon(() -> {
                try (Socket socket = new Socket()) {
                    socket.setReceiveBufferSize(4096);
                    socket.setSoTimeout(20_000);
                    socket.connect(new InetSocketAddress(
                            InetAddress.getLoopbackAddress(), proxy.baseUri().getPort()));
                    socket.getOutputStream()
                            .write(("GET /" + size + " HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n")
                                    .getBytes(UTF_8));
                    // Longer than a connection lingers that has nothing more to write.
                    Thread.sleep(1_500);
                    InputStream in = socket.getInputStream();
                    head(in);
                    int got = in.readAllBytes().length;
                    if (got != size) {
                        wrong.add(got + " of " + size);
                    }
                } catch (IOException | InterruptedException e) {
                    wrong.add(size + ": " + e);
                } finally {
                    left.countDown();
                }
            });
        }
        assertThat(left.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(wrong).isEmpty();
    }

    @Test
    void hugeBodiesPassInBothDirections() throws Exception {
        int size = 30 << 20;
        script = (head, in, out) -> {
            byte[] piece = new byte[1 << 16];
            long sum = 0;
            for (int left = size; left > 0; ) {
                int n = in.read(piece, 0, Math.min(left, piece.length));
                left -= n;
                sum += n;
            }
            out.write(("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + sum + "\r\n\r\n")
                    .getBytes(UTF_8));
            for (int left = size; left > 0; left -= piece.length) {
                out.write(piece, 0, Math.min(left, piece.length));
            }
        };
        try (Socket socket = client()) {
            OutputStream out = socket.getOutputStream();
            out.write((POST + "Content-Length: " + size + "\r\n\r\n").getBytes(UTF_8));
            for (int sent = 0; sent < size; sent += 1 << 20) {
                out.write(new byte[1 << 20]);
            }
            String head = head(socket.getInputStream());
            assertThat(head).startsWith("HTTP/1.1 200 OK").contains("joulegram-request-id");
            assertThat(socket.getInputStream().readNBytes(size)).hasSize(size);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /v1/completions HTTP/1.1\r\nHost: p\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /v1/completions HTTP/1.1\r\nHost: p\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                "POST /v1/completions HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "POST /v1/completions HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
                "POST /v1/completions HTTP/1.1\r\nHost: p\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                "POST /v1/completions HTTP/1.0\r\nHost: p\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /v1/completions HTTP/1.1\r\nHost: p\r\nContent-Length: -3\r\n\r\n",
                "POST /v1/completions HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n",
                "GET http://elsewhere/v1/models HTTP/1.1\r\nHost: p\r\n\r\n",
                "GET /v1/models HTTP/1.1\r\n\r\n",
                "GET /v1/models HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "CONNECT elsewhere:443 HTTP/1.1\r\nHost: p\r\n\r\n",
                "nonsense\r\n\r\n",
            })
    void whatCouldBeReadInTwoWaysIsRefused(String request) throws Exception {
        assertThat(ask(request)).matches("(?s)HTTP/1.1 4\\d\\d .*\"type\":\"joulegram_proxy\".*");
        assertThat(heads).filteredOn(head -> !head.startsWith("POST")).isEmpty();
    }

    @Test
    void requestsOfAConnectionAreAnsweredInTheirOrder() throws Exception {
        script = (head, in, out) -> out.write(ok("", head.substring(4, head.indexOf(" HTTP"))));
        StringBuilder requests = new StringBuilder();
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            paths.add("/p" + i);
            requests.append("GET /p").append(i).append(" HTTP/1.1\r\nHost: p\r\n");
            requests.append(i == 99 ? "Connection: close\r\n\r\n" : "\r\n");
        }

        String answers = ask(requests.toString());

        assertThat(answers.split("/p", -1)).hasSize(101);
        assertThat(answers.replaceAll("(?s)HTTP/1.1 200 OK.*?\r\n\r\n", "")).isEqualTo(String.join("", paths));
    }

    @Test
    void headAndEmptyAnswersHaveNoBody() throws Exception {
        script = (head, in, out) -> out.write((head.startsWith("HEAD")
                        ? "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"
                        : "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")
                .getBytes(UTF_8));

        String answers =
                ask("HEAD /a HTTP/1.1\r\nHost: p\r\n\r\nGET /b HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n");

        assertThat(answers).startsWith("HTTP/1.1 200 OK\r\n").containsIgnoringCase("content-length: 500");
        assertThat(answers.indexOf("HTTP/1.1 204")).isEqualTo(answers.indexOf("\r\n\r\n") + 4);
        assertThat(answers).endsWith("\r\n\r\n");
    }

    @Test
    void anOldClientGetsItsAnswerUnchunked() throws Exception {
        script = (head, in, out) -> {
            out.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(UTF_8));
            chunk(out, "abc".getBytes(UTF_8));
            out.write("0\r\n\r\n".getBytes(UTF_8));
        };

        assertThat(ask("GET /a HTTP/1.0\r\n\r\n")).endsWith("\r\n\r\nabc").doesNotContainIgnoringCase("chunked");
    }

    @Test
    void whoWaitsForAContinueGetsIt() throws Exception {
        script = (head, in, out) -> out.write(ok("", new String(body(in, head), UTF_8)));
        try (Socket socket = client()) {
            socket.getOutputStream()
                    .write((POST + "Expect: 100-continue\r\nConnection: close\r\nContent-Length: 3\r\n\r\n")
                            .getBytes(UTF_8));
            assertThat(head(socket.getInputStream())).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            socket.getOutputStream().write("abc".getBytes(UTF_8));
            assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
                    .endsWith("\r\n\r\nabc");
        }
        assertThat(heads.get(0)).doesNotContainIgnoringCase("expect");
    }

    @Test
    void oneConnectionTooManyIsTold() throws Exception {
        restart(1, Duration.ofSeconds(30), Duration.ofSeconds(30), Tenants.none());
        try (Socket first = client()) {
            first.getOutputStream().write("GET /a HTTP/1.1\r\nHost: p\r\n\r\n".getBytes(UTF_8));
            assertThat(head(first.getInputStream())).startsWith("HTTP/1.1 200 OK");
            assertThat(ask("")).startsWith("HTTP/1.1 503 ");
        }
        await().until(() -> metrics().contains("joulegram_proxy_connections 0.0\n"));
        assertThat(metrics()).contains("joulegram_proxy_connections_refused_total 1.0\n");
    }

    @Test
    void malformedJsonIsTheServersToJudge() throws Exception {
        script = (head, in, out) -> {
            body(in, head);
            out.write("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"no\":1"
                    .getBytes(UTF_8));
        };

        assertThat(ask(POST + "Connection: close\r\nContent-Length: 5\r\n\r\n{\"mod"))
                .startsWith("HTTP/1.1 400 Bad Request")
                .endsWith("{\"no\":1");
        await().atMost(Duration.ofSeconds(20)).until(() -> metrics().contains("outcome=\"failed\",} 1.0\n"));
    }

    @Test
    void speaksTlsToClientsAndToServersOfAnotherAuthority() throws Exception {
        MadeCertificate own = MadeCertificate.make(directory, "own", "EC");
        MadeCertificate theirs = MadeCertificate.make(directory, "theirs", "RSA");
        Path file = Files.writeString(
                directory.resolve("web.yaml"),
                "tls_server_config: {cert_file: own.crt, key_file: own.key, min_version: TLS13}\n");
        server.close();
        server = theirs.served().getServerSocketFactory().createServerSocket(0, 64, InetAddress.getLoopbackAddress());
        daemon(this::accept);
        ProxySettings settings = ProxySettings.to(URI.create("https://127.0.0.1:" + server.getLocalPort()));
        restart(
                settings,
                new ProxyTrust(Optional.of(WebConfig.read(file)), List.of(theirs.certificate())),
                Tenants.none());
        String large = "x".repeat(3_000_000);
        script = (head, in, out) -> out.write(ok("", large));
        HttpClient client = HttpClient.newBuilder()
                .sslContext(own.trusted())
                .version(HttpClient.Version.HTTP_1_1)
                .build();

        assertThat(proxy.baseUri()).hasScheme("https");
        for (int request = 0; request < 3; request++) {
            assertThat(client.send(
                                    HttpRequest.newBuilder(proxy.baseUri().resolve("/v1/models"))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .body())
                    .isEqualTo(large);
        }
        assertThat(client.send(
                                HttpRequest.newBuilder(proxy.webUri().resolve("/-/healthy"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
        assertThat(ask("GET / HTTP/1.1\r\nHost: proxy\r\n\r\n")).doesNotContain("HTTP/1.1 200");

        restart(settings, new ProxyTrust(Optional.empty(), List.of(own.certificate())), Tenants.none());
        assertThat(ask("GET / HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 502");
    }
}
