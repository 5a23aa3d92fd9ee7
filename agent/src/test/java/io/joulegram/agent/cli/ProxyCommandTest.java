package io.joulegram.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.config.ListenAddress;
import io.joulegram.agent.config.MadeCertificate;
import io.joulegram.agent.proxy.ProxyPlan;
import io.joulegram.agent.proxy.ProxySettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ProxyCommandTest {
    private static final int STATUS = 42;

    private final StringWriter err = new StringWriter();
    private final List<ProxyPlan> plans = new ArrayList<>();

    @TempDir
    Path directory;

    @Test
    void listensOnTheLoopbackAddressUnlessTold() {
        assertThat(execute("proxy", "--target", "http://gpu1:8000/")).isEqualTo(STATUS);

        ProxyPlan plan = plans.get(0);
        assertThat(plan.settings()).isEqualTo(ProxySettings.to(URI.create("http://gpu1:8000")));
        assertThat(plan.settings().maxConnections()).isEqualTo(4096);
        assertThat(plan.settings().serverPatience()).isEqualTo(Duration.ofMinutes(10));
        assertThat(plan.listen()).isEqualTo(new ListenAddress("127.0.0.1", 13700));
        assertThat(plan.web()).isEqualTo(new ListenAddress("127.0.0.1", 13701));
        assertThat(plan.server()).isEmpty();
        assertThat(plan.accessLog()).isEmpty();
    }

    @Test
    void takesEveryOption() throws Exception {
        Path tenants = Files.writeString(directory.resolve("tenants"), "red header X-Team red team\n");
        MadeCertificate made = MadeCertificate.make(directory, "made", "EC");
        Path web = Files.writeString(
                directory.resolve("web.yaml"), "tls_server_config: {cert_file: made.crt, key_file: made.key}\n");
        assertThat(execute(
                        "proxy",
                        "--target=https://gpu1",
                        "--listen=[::1]:9000",
                        "--web.listen-address=127.0.0.1:9001",
                        "--agent=http://127.0.0.1:9002",
                        "--server=gpu1:8000",
                        "--tenants=" + tenants,
                        "--access-log=" + directory.resolve("log"),
                        "--max-connections=7",
                        "--target-ca-file=" + made.certFile(),
                        "--web.config.file=" + web,
                        "--server-timeout=90s"))
                .isEqualTo(STATUS);

        ProxyPlan plan = plans.get(0);
        assertThat(plan.settings().target()).hasToString("https://gpu1");
        assertThat(plan.settings().maxConnections()).isEqualTo(7);
        assertThat(plan.settings().serverPatience()).isEqualTo(Duration.ofSeconds(90));
        assertThat(plan.listen()).isEqualTo(new ListenAddress("::1", 9000));
        assertThat(plan.web()).isEqualTo(new ListenAddress("127.0.0.1", 9001));
        assertThat(plan.server()).hasValue("gpu1:8000");
        assertThat(plan.accessLog()).hasValue(directory.resolve("log"));
        assertThat(plan.trust().authorities()).containsExactly(made.certificate());
        assertThat(plan.trust().own().orElseThrow().tls()).isPresent();
    }

    @Test
    void whatIsNoTlsInItsFileIsRefused() throws Exception {
        Path web = Files.writeString(
                directory.resolve("web.yaml"), "http_server_config: {headers: {X-Frame-Options: deny}}\n");

        assertThat(execute("proxy", "--target=http://g", "--web.config.file=" + web))
                .isEqualTo(Cli.WRONG);
        assertThat(err.toString())
                .contains("--web.config.file: " + web + " must have tls_server_config, and nothing else");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            --listen 127.0.0.1:1                       | Missing required option: '--target=URL'
            --target gpu1:8000                         | --target: "gpu1:8000" is not the address of a server; allowed: http://HOST:PORT or https://HOST:PORT
            --target http://gpu1/v1                    | --target: "http://gpu1/v1" is not the address of a server; allowed: http://HOST:PORT or https://HOST:PORT
            --target http://u:p@gpu1                   | --target: "http://u:p@gpu1" is not the address of a server; allowed: http://HOST:PORT or https://HOST:PORT
            --target http://gpu1:99999                 | --target: "http://gpu1:99999" is not the address of a server; allowed: http://HOST:PORT or https://HOST:PORT
            --target http://g --listen 8000            | --listen: "8000" is not an address with a port; allowed: HOST:PORT, [IPV6]:PORT
            --target http://g --max-connections 0      | --max-connections: 0 is out of range; allowed: 1 to 100000
            --target http://g --agent gpu1             | --agent: "gpu1" is not the address of an agent; allowed: http://HOST:PORT or https://HOST:PORT
            --target http://g --user me                | --user and --password-file go together
            --target https://g --target-ca-file /no    | --target-ca-file: /no
            --target http://g --web.config.file /no    | /no
            --target http://g --tenants /no/such/file  | --tenants: java.nio.file.NoSuchFileException: /no/such/file
            --target http://g --lisen x                | unknown option "--lisen"; did you mean --listen?
            """)
    void whatIsWrongIsSaid(String arguments, String message) {
        assertThat(execute(("proxy " + arguments).split(" +", -1))).isEqualTo(Cli.WRONG);
        assertThat(err.toString()).contains(message);
        assertThat(plans).isEmpty();
    }

    private int execute(String... arguments) {
        return new Cli(new PrintWriter(new StringWriter()), new PrintWriter(err, true))
                .add(ProxyCommand.create(plan -> {
                    plans.add(plan);
                    return STATUS;
                }))
                .execute(arguments);
    }
}
