package io.joulegram.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.joulegram.agent.config.WebConfig.ClientAuth;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class WebConfigTest {
    private static final String HASH = "$2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu";
    private static final String HEAD = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n";

    @TempDir
    static Path directory;

    private static MadeCertificate server;

    @BeforeAll
    static void makeCertificate() throws Exception {
        server = MadeCertificate.make(directory, "server", "EC");
        Files.writeString(directory.resolve("empty.pem"), "");
    }

    private static Path write(String yaml) throws Exception {
        return Files.writeString(directory.resolve("web.yaml"), yaml);
    }

    private static WebConfig read(String yaml) throws Exception {
        return WebConfig.read(write(yaml));
    }

    @Test
    void anEmptyFileChangesNothing() throws Exception {
        WebConfig config = read("# nothing yet\n");

        assertThat(config.tls()).isEmpty();
        assertThat(config.headers()).isEmpty();
        assertThat(config.passwordHashes()).isEmpty();
        assertThat(read("tls_server_config: {}\n").tls()).isEmpty();
    }

    @Test
    void pathsAreRelativeToTheFile() throws Exception {
        WebConfig config = read(HEAD);

        WebConfig.Tls tls = config.tls().orElseThrow();
        assertThat(tls.certificates()).containsExactly(server.certificate());
        assertThat(tls.privateKey()).isEqualTo(server.key());
        assertThat(tls.clientAuth()).isEqualTo(ClientAuth.NO_CLIENT_CERT);
        assertThat(tls.protocols()).containsExactly("TLSv1.2", "TLSv1.3");
        assertThat(tls.cipherSuites()).isEmpty();
        assertThat(config.files())
                .containsExactlyInAnyOrder(directory.resolve("web.yaml"), server.certFile(), server.keyFile());
    }

    @Test
    void everythingThatIsUnderstoodTogether() throws Exception {
        WebConfig config = read("""
                tls_server_config:
                  cert_file: server.crt
                  key_file: %s
                  client_auth_type: RequireAndVerifyClientCert
                  client_ca_file: server.crt
                  min_version: TLS12
                  max_version: TLS12
                  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]
                http_server_config:
                  headers:
                    X-Frame-Options: deny
                    Strict-Transport-Security: max-age=31536000; includeSubDomains
                basic_auth_users:
                  alice: %s
                  "bob smith": %s
                """.formatted(server.keyFile(), HASH, HASH));

        WebConfig.Tls tls = config.tls().orElseThrow();
        assertThat(tls.clientAuthorities()).containsExactly(server.certificate());
        assertThat(tls.protocols()).containsExactly("TLSv1.2");
        assertThat(tls.cipherSuites()).containsExactly("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
        assertThat(config.headers())
                .isEqualTo(Map.of(
                        "X-Frame-Options", "deny", "Strict-Transport-Security", "max-age=31536000; includeSubDomains"));
        assertThat(config.passwordHashes()).isEqualTo(Map.of("alice", HASH, "bob smith", HASH));
        assertThat(config.toString()).doesNotContain("$2y");
    }

    @Test
    void suitesOfTls13AreAlwaysOn() throws Exception {
        WebConfig config = read(HEAD + "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n");

        assertThat(config.tls().orElseThrow().cipherSuites())
                .contains("TLS_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
                .noneMatch(suite -> suite.contains("CBC"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void isAnsweredWith(String yaml, String message) throws Exception {
        Path file = write(yaml);

        assertThat(problems(() -> WebConfig.read(file)))
                .singleElement()
                .asString()
                .startsWith(file + ":" + message.replace("DIR", directory.toString()));
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                arguments("- a", "1: is not a mapping of keys to values"),
                arguments("tls_config: {}", "1: tls_config: unknown key; allowed here: basic_auth_users, http_server"),
                arguments(
                        "tls_server_config:\n  cert_fil: x",
                        "2: tls_server_config.cert_fil: unknown key; did you mean tls_server_config.cert_file?"),
                arguments(
                        "tls_server_config:\n  cert_file: server.crt",
                        "1: tls_server_config.key_file: is missing; allowed: a path"),
                arguments(
                        "tls_server_config:\n  key_file: server.key",
                        "1: tls_server_config.cert_file: is missing; allowed: a path"),
                arguments(
                        HEAD.replace("server.crt", "no.crt"),
                        "2: tls_server_config.cert_file: DIR/no.crt does not exist"),
                arguments(
                        HEAD.replace("server.key", "empty.pem"),
                        "3: tls_server_config.key_file: DIR/empty.pem holds 0 private keys; allowed: PEM with one"),
                arguments(
                        HEAD + "  client_auth_type: Sometimes",
                        "4: tls_server_config.client_auth_type: \"Sometimes\" is none of these; allowed: `NoClientCert`,"),
                arguments(
                        HEAD + "  client_auth_type: RequireAndVerifyClientCert",
                        "4: tls_server_config.client_auth_type: RequireAndVerifyClientCert needs client_ca_file,"),
                arguments(
                        HEAD + "  client_ca_file: server.crt",
                        "4: tls_server_config.client_ca_file: is not used with client_auth_type NoClientCert;"),
                arguments(
                        HEAD + "  min_version: TLS10",
                        "4: tls_server_config.min_version: \"TLS10\" is not a version that is spoken; allowed: `TLS12`,"),
                arguments(
                        HEAD + "  min_version: TLS13\n  max_version: TLS12",
                        "4: tls_server_config.min_version: TLSv1.3 is newer than max_version, TLSv1.2"),
                arguments(
                        HEAD + "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA25]",
                        "4: tls_server_config.cipher_suites[0]: \"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA25\" is unknown or"
                                + " refused; did you mean TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256?"),
                arguments(
                        HEAD + "  client_allowed_sans: [a]",
                        "4: tls_server_config.client_allowed_sans: is not supported: leave it out;"),
                arguments("rate_limit: {burst: 5}", "1: rate_limit: is not supported: leave it out;"),
                arguments(
                        "http_server_config:\n  http2: true",
                        "2: http_server_config.http2: is not supported: leave it out; HTTP/1.1 is what is spoken here"),
                arguments(
                        "http_server_config:\n  headers:\n    X-Frame-Option: deny",
                        "3: http_server_config.headers.X-Frame-Option: unknown key; did you mean"),
                arguments(
                        "http_server_config:\n  headers:\n    X-Frame-Options: \"a\\r\\nb: c\"",
                        "3: http_server_config.headers.X-Frame-Options: \"a b: c\" is not one; allowed: "),
                arguments("basic_auth_users: [a]", "1: basic_auth_users: is not a mapping; allowed: a mapping of user"),
                arguments("basic_auth_users: {}", "1: basic_auth_users: names nobody;"),
                arguments(
                        "basic_auth_users:\n  alice: secret",
                        "2: basic_auth_users.alice: the value is not one; allowed: a bcrypt hash of cost 04 to 18,"),
                arguments(
                        "basic_auth_users:\n  \"a:b\": " + HASH,
                        "2: basic_auth_users: \"a:b\" is not one; allowed: 1 to 100 characters without colon"),
                arguments(
                        "basic_auth_users:\n  a: " + HASH + "\n  a: " + HASH, "3: basic_auth_users.a: is already set"));
    }

    @Test
    void theConfigurationNamesTheFileRelativeToItself() throws Exception {
        write("basic_auth_users:\n  alice: " + HASH + "\n");
        Path main = Files.writeString(directory.resolve("joulegram.yaml"), "web: {config: {file: web.yaml}}\n");

        AgentConfig config = new ConfigLoader(Map.of()).load(main, List.of());

        assertThat(config.web().access().orElseThrow().passwordHashes()).containsKey("alice");
    }

    @Test
    void itsProblemsAreToldWithThoseOfTheConfiguration() throws Exception {
        Path web = write("basic_auth_users:\n  alice: x\n");
        Path main = Files.writeString(
                directory.resolve("joulegram.yaml"), "pu: 1\nweb: {config: {file: web.yaml}}\npue: 9\n");

        assertThat(problems(() -> new ConfigLoader(Map.of()).load(main, List.of())))
                .hasSize(3)
                .satisfies(texts -> assertThat(texts.get(1)).startsWith(web + ":2: basic_auth_users.alice: "));
        assertThat(problems(() ->
                        new ConfigLoader(Map.of()).load(List.of(new FlagValue("--web.config.file", "absent.yaml")))))
                .containsExactly("absent.yaml does not exist");
    }

    private static List<String> problems(org.assertj.core.api.ThrowableAssert.ThrowingCallable reading) {
        return catchThrowableOfType(ConfigException.class, reading).problems().stream()
                .map(Problem::text)
                .toList();
    }
}
