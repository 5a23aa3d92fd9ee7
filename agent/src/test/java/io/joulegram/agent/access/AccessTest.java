package io.joulegram.agent.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ListenAddress;
import io.joulegram.agent.config.MadeCertificate;
import io.joulegram.agent.config.WebConfig;
import io.joulegram.agent.export.BuildInfo;
import io.joulegram.agent.export.Exposition;
import io.joulegram.agent.export.HttpEndpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real endpoint behind real certificates. */
class AccessTest {
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);
    private static final int HANDSHAKE = 22;

    @TempDir
    static Path shared;

    private static MadeCertificate rsa;
    private static MadeCertificate ec;
    private static MadeCertificate stranger;

    @TempDir
    Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();
    private String url = "";
    private int port;

    @BeforeAll
    static void makeCertificates() throws Exception {
        rsa = MadeCertificate.make(shared, "rsa", "RSA");
        ec = MadeCertificate.make(shared, "ec", "EC");
        stranger = MadeCertificate.make(shared, "stranger", "EC");
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable closeable : open) {
            closeable.close();
        }
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(directory.resolve("web.yaml"), yaml);
    }

    /** The configuration takes its certificate from here, so that it can be changed. */
    private void install(MadeCertificate certificate) throws IOException {
        Files.copy(certificate.keyFile(), directory.resolve("server.key"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(certificate.certFile(), directory.resolve("server.crt"), StandardCopyOption.REPLACE_EXISTING);
    }

    private void serve(MadeCertificate certificate, String moreTls) throws Exception {
        install(certificate);
        serve("tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n" + moreTls);
    }

    private void serve(String yaml) throws Exception {
        Access access = Access.of(Optional.of(WebConfig.read(write(yaml))), LOOK_EVERY);
        BuildInfo build = new BuildInfo("1", "r", "17");
        Exposition exposition = new Exposition(Optional::empty, build);
        ListenAddress free = new ListenAddress("127.0.0.1", 0);
        HttpEndpoint endpoint = HttpEndpoint.open(free, access, exposition, Optional::empty, List::of, build);
        url = endpoint.url();
        port = endpoint.address().getPort();
        open.addAll(List.of(endpoint, exposition, access));
    }

    private HttpResponse<String> get(MadeCertificate server, Optional<MadeCertificate> own, String... protocols)
            throws Exception {
        HttpClient.Builder client =
                HttpClient.newBuilder().sslContext(own.isPresent() ? server.trustedBy(own.get()) : server.trusted());
        if (protocols.length > 0) {
            SSLParameters parameters = new SSLParameters();
            parameters.setProtocols(protocols);
            client.sslParameters(parameters);
        }
        return get(client.build(), "-/healthy", Optional.empty());
    }

    private HttpResponse<String> get(MadeCertificate server) throws Exception {
        return get(server, Optional.empty());
    }

    private HttpResponse<String> get(HttpClient client, String path, Optional<String> credentials) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path)).timeout(Duration.ofSeconds(20));
        credentials.ifPresent(text ->
                request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(text.getBytes(UTF_8))));
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void speaksTlsWithEitherKindOfKey() throws Exception {
        for (MadeCertificate certificate : List.of(rsa, ec)) {
            serve(certificate, "");

            assertThat(url).startsWith("https://127.0.0.1:");
            assertThat(get(certificate, Optional.empty(), "TLSv1.3")
                            .sslSession()
                            .orElseThrow()
                            .getProtocol())
                    .isEqualTo("TLSv1.3");
            assertThat(get(certificate, Optional.empty(), "TLSv1.2").statusCode())
                    .isEqualTo(200);
            assertThatThrownBy(() -> get(stranger)).isInstanceOf(SSLHandshakeException.class);
        }
    }

    @Test
    void speaksNoClearTextBesideTls() throws Exception {
        serve(rsa, "");
        URI clear = URI.create(url.replace("https", "http"));
        HttpClient client = HttpClient.newHttpClient();

        assertThatThrownBy(
                        () -> client.send(HttpRequest.newBuilder(clear).build(), HttpResponse.BodyHandlers.ofString()))
                .isInstanceOf(IOException.class);
        assertThat(get(rsa).statusCode()).isEqualTo(200);
    }

    @Test
    void holdsToVersionsAndCipherSuites() throws Exception {
        serve(rsa, "  min_version: TLS13\n");
        assertThatThrownBy(() -> get(rsa, Optional.empty(), "TLSv1.2")).isInstanceOf(SSLException.class);
        assertThat(get(rsa).statusCode()).isEqualTo(200);

        serve(rsa, "  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]\n");
        assertThatThrownBy(() -> get(rsa, Optional.empty(), "TLSv1.3")).isInstanceOf(SSLException.class);
        assertThat(get(rsa).sslSession().orElseThrow().getCipherSuite())
                .isEqualTo("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
    }

    @Test
    void asksOfClientsWhatIsConfigured() throws Exception {
        Files.copy(ec.certFile(), directory.resolve("ca.crt"));
        Optional<MadeCertificate> known = Optional.of(ec);
        Optional<MadeCertificate> unknown = Optional.of(stranger);

        serve(rsa, "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n");
        assertThat(get(rsa, known).statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> get(rsa, unknown)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> get(rsa)).isInstanceOf(IOException.class);

        serve(rsa, "  client_auth_type: VerifyClientCertIfGiven\n  client_ca_file: ca.crt\n");
        assertThat(get(rsa, known).statusCode()).isEqualTo(200);
        assertThat(get(rsa).statusCode()).isEqualTo(200);

        serve(rsa, "  client_auth_type: RequireAnyClientCert\n");
        assertThat(get(rsa, unknown).statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> get(rsa)).isInstanceOf(IOException.class);

        serve(rsa, "  client_auth_type: RequestClientCert\n");
        assertThat(get(rsa, unknown).statusCode()).isEqualTo(200);
        assertThat(get(rsa).statusCode()).isEqualTo(200);
    }

    @Test
    void turnsAwayWhoeverGivesNoPassword() throws Exception {
        serve("http_server_config: {headers: {X-Frame-Options: deny}}\nbasic_auth_users: {alice: " + hash("secret")
                + "}\n");
        HttpClient client = HttpClient.newHttpClient();

        for (String path : List.of("", "metrics", "-/healthy", "api/v1/status", "nowhere")) {
            HttpResponse<String> refused = get(client, path, Optional.empty());
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().firstValue("WWW-Authenticate"))
                    .hasValue("Basic realm=\"joulegram\", charset=\"UTF-8\"");
            assertThat(refused.headers().firstValue("X-Frame-Options")).hasValue("deny");
            assertThat(refused.body()).isEqualTo("A name and a password are needed\n");
        }
        assertThat(get(client, "metrics", Optional.of("alice:wrong")).statusCode())
                .isEqualTo(401);
        assertThat(get(client, "metrics", Optional.of("alice:secret")).statusCode())
                .isEqualTo(200);
    }

    @Test
    void takesNewCertificatesAndPasswordsWithoutARestart() throws Exception {
        install(rsa);
        String tls = "tls_server_config: {cert_file: server.crt, key_file: server.key}\n";
        serve(tls + "basic_auth_users: {alice: " + hash("old") + "}\n");
        assertThat(get(client(rsa), "", Optional.of("alice:old")).statusCode()).isEqualTo(200);

        install(ec);
        write(tls + "basic_auth_users: {alice: " + hash("new") + "}\n");

        await().ignoreExceptions()
                .until(() -> get(client(ec), "", Optional.of("alice:new")).statusCode() == 200);
        assertThat(get(client(ec), "", Optional.of("alice:old")).statusCode()).isEqualTo(401);
    }

    @Test
    void keepsWhatItHasWhenWhatIsNewIsWrong() throws Exception {
        serve(rsa, "");
        Path key = directory.resolve("server.key");
        byte[] right = Files.readAllBytes(key);
        Files.copy(ec.keyFile(), key, StandardCopyOption.REPLACE_EXISTING);
        Thread.sleep(LOOK_EVERY.multipliedBy(10).toMillis());
        assertThat(get(rsa).statusCode()).isEqualTo(200);

        write("tls_server_config: {cert_file: server.crt, key_file: server.key}\nhttp_server_config: {headers:"
                + " {X-Frame-Options: deny}}\n");
        Files.write(key, right);

        await().until(() -> get(rsa).headers().firstValue("X-Frame-Options").equals(Optional.of("deny")));
    }

    /** More than there are threads for requests begin a handshake and say no more. */
    @Test
    void unfinishedHandshakesAreBrokenOff() throws Exception {
        serve(rsa, "");
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.getOutputStream().write(new byte[] {HANDSHAKE, 3, 1, 2});
                silent.add(socket);
            }

            await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> get(rsa).statusCode() == 200);
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void withoutAFileEveryoneMayRead() {
        try (Access access = Access.of(AgentConfig.defaults().web().access())) {
            assertThat(access.check(Optional.empty())).isEqualTo(Verdict.GRANTED);
            assertThat(access.https()).isEmpty();
            assertThat(access.headers()).isEmpty();
        }
    }

    private static HttpClient client(MadeCertificate server) throws Exception {
        return HttpClient.newBuilder().sslContext(server.trusted()).build();
    }

    private static String hash(String password) {
        return BCrypt.with(BCrypt.Version.VERSION_2Y).hashToString(4, password.toCharArray());
    }
}
