package io.joulegram.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against an agent that answers what is written here: its counter rises by 100 tokens with each second of its clock. */
final class TopCommandTest {
    private static final String STATUS = "{'meters':[{'domain':'gpu','device':'0','source':'nvml_energy','watts':350,"
            + "'live':true,'additive':true,'unobservedNanos':1500000000,"
            + "'streams':[{'source':'nvml_energy','uncertaintyRatio':0.05}]},"
            + "{'domain':'cpu','device':'0','source':'rapl_perf','live':false,'additive':true,'streams':[]}],"
            + "'gpus':[{'device':'0','powerLimitWatts':700,'utilizationRatio':0.5}],"
            + "'sources':[{'name':'rapl_perf','up':false,'reason':'permission denied'}],"
            + "'servers':[{'server':'s','up':true}]}";
    private static final String SUMMARY = "{'unixMillis':MILLIS,'models':[{'server':'s','model':'llama\\u001b[31m',"
            + "'tokens':{'generation':TOKENS},'requests':{'running':3},"
            + "'perToken':[{'kind':'generation','boundary':'facility','load':'loaded','joulesPerToken':1.5,"
            + "'gramsPerToken':0.0002,'uncertaintyRatio':0.05}]}],"
            + "'carbon':{'grid':[{'zone':'DE','gramsPerKwh':380,'headline':true}]},"
            + "'workloads':{'energy':[{'kind':'container','workload':'0123456789ab','podNamespace':'llm',"
            + "'podName':'vllm-0','containerName':'server','microjoules':{'gpu':5000000,'cpu':1000000},"
            + "'operationalGrams':0.25},{'kind':'none','workload':'idle','microjoules':{'cpu':2000000}}],"
            + "'others':{'workloads':7,'microjoules':{'cpu':1500000}},'pendingMicrojoules':{'cpu':500000},"
            + "'retiredMicrojoules':{}},"
            + "'budgets':[{'budget':'site','period':'month','limitGrams':1000,'usedGrams':250,'elapsedRatio':0.5,"
            + "'projectedGrams':500}]}";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final AtomicLong unixMillis = new AtomicLong(1_700_000_000_000L);
    private HttpServer agent;

    @TempDir
    Path directory;

    @BeforeEach
    void serve() throws IOException {
        agent = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
        answer("/api/v1/status", false);
        answer("/api/v1/summary", false);
        agent.start();
    }

    @AfterEach
    void stop() {
        agent.stop(0);
    }

    private void answer(String path, boolean guarded) {
        agent.createContext(path, exchange -> {
            try (exchange) {
                String expected = "Basic " + Base64.getEncoder().encodeToString("ann:secret".getBytes(UTF_8));
                String given = exchange.getRequestHeaders().getFirst("Authorization");
                long millis = path.endsWith("summary") ? unixMillis.addAndGet(1000) : 0;
                String text = path.endsWith("summary")
                        ? SUMMARY.replace("MILLIS", "" + millis).replace("TOKENS", "" + millis / 10)
                        : STATUS;
                byte[] body = text.replace('\'', '"').getBytes(UTF_8);
                exchange.sendResponseHeaders(guarded && !expected.equals(given) ? 401 : 200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
    }

    private String url() {
        return "http://127.0.0.1:" + agent.getAddress().getPort();
    }

    @Test
    void onceShowsOneAgentInEightyColumns() {
        assertThat(top("--once", "--interval", "500ms", url())).isZero();

        List<String> lines = out.toString().lines().toList();
        assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(lines).hasSizeLessThanOrEqualTo(24);
        assertThat(lines.get(0)).startsWith("Joulegram  127.0.0.1:").doesNotContain("simulated");
        assertThat(lines.get(1)).isEqualTo("350 W   100 tok/s   1.5 J/token   200 ug/token   380 g/kWh DE");
        assertThat(lines.get(3))
                .isEqualTo("gpu 0          350 W    700 W ##########..........   50%     5% nvml_energy");
        assertThat(lines.get(4)).startsWith("cpu 0           lost");
        assertThat(lines.get(6))
                .startsWith("llama?[31m")
                .contains(" 100 ", "1.5 J", "5%", "200 ug")
                .endsWith(" 3");
        assertThat(lines.subList(7, 11))
                .containsExactly(
                        "WORKLOAD                                                ENERGY  SHARE      CO2E",
                        "container llm/vllm-0/server                                6 J    60%    250 mg",
                        "(idle)                                                     2 J    20%         -",
                        "and 7 workloads that used less");
        assertThat(lines.get(11)).isEqualTo("budget site ###......... 25% of 1 kg, 50% of month gone, ends at 500 g");
        assertThat(lines.get(12)).isEqualTo("1.5 s of devices were not observed");
        assertThat(lines.get(13)).isEqualTo("source rapl_perf is down: permission denied");
    }

    @Test
    void manyAgentsHaveALineEachAndOneThatIsDownSaysWhy() throws IOException {
        String down = "127.0.0.1:" + freePort();

        assertThat(top("--once", "--interval", "500ms", url(), "http://" + down))
                .isEqualTo(1);
        List<String> lines = out.toString().lines().toList();
        assertThat(lines.get(0)).startsWith("Joulegram  2 agents");
        assertThat(lines.get(2))
                .contains("350 W", "100", "1.5 J", "200 ug", "25%")
                .endsWith("1 down");
        assertThat(lines.get(3)).startsWith(down).endsWith("no news");
        assertThat(lines).contains(down + ": nobody listens there");
    }

    @Test
    void jsonHoldsTheDocumentsOrTheError() throws IOException {
        String down = "http://127.0.0.1:" + freePort() + "/";

        assertThat(top("--json", url(), down)).isEqualTo(1);
        JsonNode agents = new ObjectMapper().readTree(out.toString());
        assertThat(agents.at("/0/status/meters/0/watts").asInt()).isEqualTo(350);
        assertThat(agents.at("/0/summary/budgets/0/usedGrams").asInt()).isEqualTo(250);
        assertThat(agents.at("/1/agent").asText()).isEqualTo(down);
        assertThat(agents.at("/1/error").asText()).isEqualTo("nobody listens there");
    }

    @Test
    void givesNameAndPasswordToThoseThatWantThem() throws IOException {
        agent.removeContext("/api/v1/status");
        answer("/api/v1/status", true);
        Path password = Files.writeString(directory.resolve("password"), "secret\n");

        assertThat(top("--json", url())).isEqualTo(1);
        assertThat(out.toString()).contains("it wants a name and a password: --user NAME --password-file FILE");
        assertThat(top("--json", "--user", "ann", "--password-file", password.toString(), url()))
                .isZero();
        assertThat(out.toString() + err).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://host", "host:13600", "http://", "http://a:b@host"})
    void refusesWhatIsNoAddress(String url) {
        assertThat(top("--once", url)).isEqualTo(Cli.WRONG);
        assertThat(err.toString()).contains("\"" + url + "\"", "allowed: http://HOST:PORT or https://HOST:PORT");
    }

    @Test
    void refusesAFileThatHoldsNoCertificateAndANameWithoutPassword() throws IOException {
        Path file = Files.writeString(directory.resolve("ca.pem"), "nothing");

        assertThat(top("--once", "--ca-file", file.toString(), url())).isEqualTo(Cli.WRONG);
        assertThat(err.toString()).contains(file.toString());
        assertThat(top("--once", "--user", "ann", url())).isEqualTo(Cli.WRONG);
        assertThat(err.toString()).contains("--user and --password-file go together");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private int top(String... arguments) {
        String[] line = new String[arguments.length + 1];
        line[0] = "top";
        System.arraycopy(arguments, 0, line, 1, arguments.length);
        return new Cli(new PrintWriter(out, true), new PrintWriter(err, true))
                .add(TopCommand.create(Map.of()))
                .execute(line);
    }
}
