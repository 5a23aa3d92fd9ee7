package io.joulegram.agent.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.joulegram.agent.config.MadeCertificate;
import io.joulegram.host.KubernetesContainer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KubernetesApiTest {
    private static final String ID = "0123456789abcdef".repeat(4);
    private static final String SIDECAR = "fedcba9876543210".repeat(4);
    private static final String PODS =
            ("{'kind':'PodList','apiVersion':'v1','metadata':{'resourceVersion':'7'},'items':["
                            + "{'metadata':{'name':'vllm-0','namespace':'llm','uid':'u','labels':{'team':'blue','x':'y'},"
                            + "'annotations':{'big':'" + "z".repeat(300_000)
                            + "'}},'spec':{'containers':[{'name':'no'}]},"
                            + "'status':{'phase':'Running','containerStatuses':[{'name':'server','ready':true,"
                            + "'state':{'running':{'startedAt':'2026-03-01T00:00:00Z'}},'containerID':'containerd://"
                            + ID + "'},"
                            + "{'name':'starting','containerID':''}],'initContainerStatuses':[{'name':'init',"
                            + "'containerID':'cri-o://" + SIDECAR + "'}]}},"
                            + "{'metadata':{'name':'pending','namespace':'llm'},'status':{}}]}")
                    .replace('\'', '"');
    private static final Map<String, KubernetesContainer> NAMES = Map.of(
            ID, new KubernetesContainer("llm", "vllm-0", "server"),
            SIDECAR, new KubernetesContainer("llm", "vllm-0", "init"));

    @TempDir
    static Path certificates;

    private static MadeCertificate certificate;

    @TempDir
    Path directory;

    private HttpsServer server;
    private Path token;
    private KubernetesApi api;

    @BeforeAll
    static void certify() throws Exception {
        certificate = MadeCertificate.make(certificates, "cluster", "EC");
    }

    @BeforeEach
    void serve() throws Exception {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.served()));
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "stand-in");
            thread.setDaemon(true);
            return thread;
        }));
        server.start();
        token = Files.writeString(directory.resolve("token"), "first\n");
        api = api(Duration.ofSeconds(10));
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private KubernetesApi api(Duration patience) throws Exception {
        HttpClient client =
                HttpClient.newBuilder().sslContext(certificate.trusted()).build();
        URI url = URI.create("https://127.0.0.1:" + server.getAddress().getPort());
        return new KubernetesApi(client, url, "gpu-1", token, List.of("team"), patience);
    }

    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    private void answer(Answer answer) {
        server.createContext("/", exchange -> {
            try (exchange) {
                answer.to(exchange);
            }
        });
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Test
    void tellsNamesAndLabelsOfTheContainersOfTheNodeAndReadsTheTokenAnew() throws Exception {
        answer(exchange -> {
            boolean asked = exchange.getRequestURI()
                    .toString()
                    .equals("/api/v1/pods?fieldSelector=spec.nodeName%3Dgpu-1&resourceVersion=0");
            String expected = "Bearer " + Files.readString(token).strip();
            boolean known = expected.equals(exchange.getRequestHeaders().getFirst("Authorization"));
            send(exchange, asked ? known ? 200 : 401 : 404, PODS);
        });

        for (String renewed : List.of("first", "second")) {
            Files.writeString(token, renewed + "\n");
            KubernetesFacts.Pods pods = api.pods();
            assertThat(pods.byId()).isEqualTo(NAMES);
            assertThat(pods.labelsById()).containsEntry(ID, Map.of("team", "blue"));
        }
    }

    @ParameterizedTest
    @CsvSource({"401, is not accepted", "403, needs a ClusterRole", "500, answered with status 500", "302, status 302"})
    void anErrorIsToldWithWhatMendsIt(int status, String told) {
        answer(exchange -> send(exchange, status, "secret"));

        assertThatThrownBy(api::pods)
                .isInstanceOf(IOException.class)
                .hasMessageContaining(told)
                .hasMessageNotContainingAny("first", "secret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''",
                "nothing",
                "[]",
                "{}",
                "{\"items\":[",
                "{\"items\":[{\"metadata\":{\"name\":\"a\"",
                "{\"items\":[{\"metadata\":}]}"
            })
    void whatIsNoListOfPodsIsRefused(String body) {
        answer(exchange -> send(exchange, 200, body));

        assertThatThrownBy(api::pods).isInstanceOf(IOException.class).hasMessageContaining("/api/v1/pods");
    }

    @Test
    void oddPodsAreLeftOut() throws Exception {
        String odd = "{\"items\":[7,null,[[]],{\"metadata\":[],\"status\":\"x\"},{\"metadata\":{\"name\":{},"
                + "\"namespace\":\"\\u001b\"},\"status\":{\"containerStatuses\":[{\"name\":\"a\",\"containerID\":"
                + "\"docker://" + ID + "\"},1]}}]}";
        answer(exchange -> send(exchange, 200, odd));

        assertThat(api.pods()).isEqualTo(KubernetesFacts.Pods.NONE);
    }

    @Test
    void anAnswerThatIsDeepOrNeverEndsIsBrokenOff() {
        answer(exchange -> send(exchange, 200, "{\"items\":" + "[".repeat(100_000)));
        assertThatThrownBy(api::pods).isInstanceOf(IOException.class);
        server.removeContext("/");
        answer(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            out.write("{\"items\":[".getBytes(UTF_8));
            byte[] more = "{},".repeat(10_000).getBytes(UTF_8);
            while (true) {
                out.write(more);
            }
        });
        assertThatThrownBy(api::pods).isInstanceOf(IOException.class).hasMessageContaining("StreamConstraints");
    }

    @Test
    void anAnswerThatHangsIsGivenUp() throws Exception {
        api = api(Duration.ofMillis(500));
        answer(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("{\"items\":[".getBytes(UTF_8));
            exchange.getResponseBody().flush();
            try {
                Thread.sleep(5_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });

        assertThatThrownBy(api::pods).isInstanceOf(IOException.class).hasMessageContaining("within 500 ms");
    }

    @Test
    void aClusterThatNobodyVouchesForGetsNoToken() throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        URI url = URI.create("https://127.0.0.1:" + server.getAddress().getPort());
        answer(exchange -> {
            throw new IllegalStateException("was asked");
        });

        assertThatThrownBy(() -> new KubernetesApi(client, url, "gpu-1", token, List.of()).pods())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("SSLHandshakeException");
    }

    @Test
    void aTokenThatIsMissingOrNoneIsToldByItsFile() throws Exception {
        Files.writeString(token, "two words");
        assertThatThrownBy(api::pods).hasMessageContaining(token + " holds no token");
        Files.delete(token);
        assertThatThrownBy(api::pods).isInstanceOf(IOException.class).hasMessageContaining(token.toString());
    }
}
