package io.joulegram.agent.config;

import io.joulegram.agent.config.WebConfig.ClientAuth;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every key of the file that {@code web.config.file} names, in the format of Prometheus' exporter-toolkit. */
final class WebKeys {
    private static final String HTTP_1_1 = "HTTP/1.1 is what is spoken here";
    private static final String FILES_ALONE = "name a file instead, by ";

    private WebKeys() {}

    /** The protocols that the JDK still speaks, in their order. */
    private static final List<String> VERSIONS = List.of("TLS12", "TLS13");

    private static final ValueType<String> VERSION = ValueType.of("`TLS12`, `TLS13`", text -> {
        if (!VERSIONS.contains(text)) {
            throw new BadValueException("is not a version that is spoken");
        }
        return "TLSv1." + text.charAt(text.length() - 1);
    });

    private static final ValueType<ClientAuth> CLIENT_AUTH = ValueType.of(
            Arrays.stream(ClientAuth.values())
                    .map(type -> "`" + type.word() + "`")
                    .collect(Collectors.joining(", ")),
            text -> Arrays.stream(ClientAuth.values())
                    .filter(type -> type.word().equals(text))
                    .findFirst()
                    .orElseThrow(() -> new BadValueException("is none of these")));

    /** What a header field can hold: RFC 9110 section 5.5, without the obsolete bytes. */
    static final ValueType<String> HEADER =
            ValueTypes.matching("1 to 4096 printable ASCII characters", "[!-~](?:[ -~]{0,4094}[!-~])?");

    /** Cost 18 takes a quarter of a minute, and every step more doubles it: nobody would wait. */
    static final ValueType<String> HASH = new ValueType<>(
            "a bcrypt hash of cost 04 to 18, as `htpasswd -nBC 10 USER` prints after the colon",
            true,
            ValueTypes.matching("", "\\$2[aby]\\$(?:0[4-9]|1[0-8])\\$[./A-Za-z0-9]{53}")
                    .parser());

    /** RFC 7617 section 2: a user's name holds neither a colon nor control characters. */
    static final ValueType<String> USER =
            ValueTypes.matching("1 to 100 characters without colon", "[^:\\p{Cntrl}]{1,100}");

    static final ConfigKey.Value<Path> CERT_FILE = required(
            "tls_server_config.cert_file", "The server's certificate and those that vouch for it, PEM, in this order");
    static final ConfigKey.Value<Path> KEY_FILE =
            required("tls_server_config.key_file", "Its private key, RSA or EC, PEM, not encrypted");
    static final ConfigKey.Value<ClientAuth> CLIENT_AUTH_TYPE = value(
            "tls_server_config.client_auth_type",
            ClientAuth.NO_CLIENT_CERT.word(),
            CLIENT_AUTH,
            "What is asked of clients");
    static final ConfigKey.Value<Optional<Path>> CLIENT_CA_FILE = value(
            "tls_server_config.client_ca_file",
            "none",
            ValueTypes.PATH.or("none"),
            "The certificates that vouch for clients, PEM; needed, and allowed, where clients are verified");
    static final ConfigKey.Value<String> MIN_VERSION =
            value("tls_server_config.min_version", "TLS12", VERSION, "The oldest protocol that is spoken");
    static final ConfigKey.Value<String> MAX_VERSION =
            value("tls_server_config.max_version", "TLS13", VERSION, "The newest protocol that is spoken");
    static final ConfigKey.Items CIPHER_SUITES = items(
            "tls_server_config.cipher_suites",
            "a list of names such as `[TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]`",
            "The cipher suites of TLS 1.2, the JDK's where empty; those of TLS 1.3 are not chosen");

    static final List<ConfigKey.Value<Optional<String>>> HEADERS = Stream.of(
                    "Content-Security-Policy",
                    "Strict-Transport-Security",
                    "X-Content-Type-Options",
                    "X-Frame-Options",
                    "X-XSS-Protection")
            .map(name -> value(
                    "http_server_config.headers." + name,
                    "none",
                    HEADER.or("none"),
                    "Sent with every answer, in place of Joulegram's own header of this name"))
            .toList();

    static final ConfigKey.Items BASIC_AUTH_USERS = items(
            "basic_auth_users",
            "a mapping of user names to bcrypt hashes",
            "Who may read, with the hash of the password; everyone where empty");

    /** Everything of TLS, one of which switches it on. */
    static final List<ConfigKey> TLS =
            List.of(CERT_FILE, KEY_FILE, CLIENT_AUTH_TYPE, CLIENT_CA_FILE, MIN_VERSION, MAX_VERSION, CIPHER_SUITES);

    /** What is understood, in the order of the manual. */
    static final List<ConfigKey> SUPPORTED = Stream.of(TLS, HEADERS, List.of(BASIC_AUTH_USERS))
            .<ConfigKey>flatMap(List::stream)
            .toList();

    /** What exporter-toolkit has beside that. It is refused, since to pass over it could open what is meant to be shut. */
    private static final List<ConfigKey> UNSUPPORTED = List.of(
            unsupported("tls_server_config.cert", FILES_ALONE + "cert_file"),
            unsupported("tls_server_config.key", FILES_ALONE + "key_file"),
            unsupported("tls_server_config.client_ca", FILES_ALONE + "client_ca_file"),
            unsupported("tls_server_config.client_allowed_sans", "vouch for fewer clients by client_ca_file"),
            unsupported("tls_server_config.curve_preferences", "the JDK chooses the curves"),
            unsupported("tls_server_config.prefer_server_cipher_suites", "the server's order is always preferred"),
            unsupported("http_server_config.http2", HTTP_1_1),
            unsupported("rate_limit", "connections and requests are bounded in any case"));

    /** Every key that has an answer. */
    static final List<ConfigKey> ROOT =
            Stream.of(SUPPORTED, UNSUPPORTED).flatMap(List::stream).toList();

    private static <T> ConfigKey.Value<T> value(String path, String standard, ValueType<T> type, String meaning) {
        return new ConfigKey.Value<>(path, Optional.of(standard), type, Optional.empty(), meaning);
    }

    private static ConfigKey.Value<Path> required(String path, String meaning) {
        return new ConfigKey.Value<>(path, Optional.empty(), ValueTypes.PATH, Optional.empty(), meaning);
    }

    private static ConfigKey.Items items(String path, String allowed, String meaning) {
        String standard = allowed.startsWith("a list") ? "[]" : "{}";
        return new ConfigKey.Items(path, Optional.of(standard), allowed, Optional.empty(), meaning);
    }

    private static ConfigKey.Unsupported unsupported(String path, String advice) {
        return new ConfigKey.Unsupported(path, "is not supported: leave it out; " + advice);
    }
}
