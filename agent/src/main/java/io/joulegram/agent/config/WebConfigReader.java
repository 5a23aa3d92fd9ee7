package io.joulegram.agent.config;

import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/** Turns a file in the format of exporter-toolkit, and the files it names, into a {@link WebConfig}. */
final class WebConfigReader {
    private final Path file;
    private final Problems problems = new Problems();

    WebConfigReader(Path file) {
        this.file = file;
    }

    WebConfig read() throws ConfigException {
        YamlNode.Mapping document = ConfigLoader.document(file.toString(), ConfigLoader.text(file));
        Scope root = new Scope(new Element(new Origin.File(file.toString()), "", document), WebKeys.ROOT, problems);
        Optional<WebConfig.Tls> tls =
                WebKeys.TLS.stream().anyMatch(key -> root.element(key).isPresent()) ? tls(root) : Optional.empty();
        WebConfig config = new WebConfig(file, tls, headers(root), users(root));
        problems.throwIfAny();
        return config;
    }

    /** Empty, and reported, if it cannot be had. */
    private Optional<WebConfig.Tls> tls(Scope root) {
        Optional<Path> certFile = root.require(WebKeys.CERT_FILE).map(this::resolved);
        Optional<Path> keyFile = root.require(WebKeys.KEY_FILE).map(this::resolved);
        Optional<Path> clientCaFile = root.get(WebKeys.CLIENT_CA_FILE).map(this::resolved);
        WebConfig.ClientAuth clientAuth = clientAuth(root, clientCaFile.isPresent());
        List<X509Certificate> certificates =
                certFile.map(path -> root.certificates(WebKeys.CERT_FILE, path)).orElse(List.of());
        List<X509Certificate> authorities = clientCaFile
                .map(path -> root.certificates(WebKeys.CLIENT_CA_FILE, path))
                .orElse(List.of());
        List<String> protocols = protocols(root);
        List<String> cipherSuites = cipherSuites(root, protocols);
        Optional<PrivateKey> key = certificates.isEmpty()
                ? Optional.empty()
                : keyFile.flatMap(path -> key(root, path, certificates.get(0)));
        Set<Path> files = new HashSet<>();
        Stream.of(certFile, keyFile, clientCaFile).flatMap(Optional::stream).forEach(files::add);
        return key.map(present ->
                new WebConfig.Tls(files, present, certificates, clientAuth, authorities, protocols, cipherSuites));
    }

    private Path resolved(Path path) {
        return file.resolveSibling(path);
    }

    private static WebConfig.ClientAuth clientAuth(Scope root, boolean authoritiesGiven) {
        WebConfig.ClientAuth clientAuth = root.get(WebKeys.CLIENT_AUTH_TYPE);
        if (clientAuth.verifies() && !authoritiesGiven) {
            root.report(
                    WebKeys.CLIENT_AUTH_TYPE,
                    clientAuth.word() + " needs client_ca_file, with the certificates that vouch for clients");
        } else if (authoritiesGiven && !clientAuth.verifies()) {
            root.report(
                    WebKeys.CLIENT_CA_FILE,
                    "is not used with client_auth_type " + clientAuth.word() + "; leave it out, or set "
                            + WebConfig.ClientAuth.REQUIRE_AND_VERIFY_CLIENT_CERT.word());
        }
        return clientAuth;
    }

    private static Optional<PrivateKey> key(Scope root, Path path, X509Certificate certificate) {
        try {
            return Optional.of(Pem.privateKey(path, certificate.getPublicKey()));
        } catch (BadValueException e) {
            root.report(WebKeys.KEY_FILE, e.reason());
            return Optional.empty();
        }
    }

    private static List<String> protocols(Scope root) {
        String least = root.get(WebKeys.MIN_VERSION);
        String most = root.get(WebKeys.MAX_VERSION);
        if (least.compareTo(most) > 0) {
            root.report(WebKeys.MIN_VERSION, least + " is newer than max_version, " + most);
        }
        return Stream.of(least, most).distinct().toList();
    }

    /** Those that were written, with those of TLS 1.3, which Go does not let choose; none if none were written. */
    private static List<String> cipherSuites(Scope root, List<String> protocols) {
        if (root.items(WebKeys.CIPHER_SUITES).isEmpty()) {
            return List.of();
        }
        List<String> known = knownCipherSuites();
        ValueType<String> suite = ValueType.of("a cipher suite that the JDK speaks", text -> {
            if (!known.contains(text)) {
                throw new BadValueException("is unknown or refused" + Nearest.suggestion(text, known));
            }
            return text;
        });
        List<String> chosen = root.values(WebKeys.CIPHER_SUITES, suite);
        Stream<String> always =
                protocols.contains("TLSv1.3") ? known.stream().filter(WebConfigReader::isOfTls13) : Stream.empty();
        return Stream.concat(always, chosen.stream()).distinct().toList();
    }

    private static List<String> knownCipherSuites() {
        try {
            // Those without key or authentication are supported by the JDK but never what is meant.
            return Arrays.stream(
                            SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites())
                    .filter(name -> !name.contains("_NULL_") && !name.contains("_anon_"))
                    .filter(name -> !name.endsWith("_SCSV"))
                    .toList();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    /** RFC 8446 appendix B.4: they name neither key exchange nor authentication. */
    private static boolean isOfTls13(String cipherSuite) {
        return !cipherSuite.contains("_WITH_");
    }

    private static Map<String, String> headers(Scope root) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (ConfigKey.Value<Optional<String>> key : WebKeys.HEADERS) {
            String name = key.path().substring(key.path().lastIndexOf('.') + 1);
            root.get(key).ifPresent(value -> headers.put(name, value));
        }
        return headers;
    }

    private static Map<String, String> users(Scope root) {
        Map<String, String> hashes = new LinkedHashMap<>();
        Optional<Element> users = root.element(WebKeys.BASIC_AUTH_USERS);
        if (users.isEmpty()) {
            return hashes;
        }
        if (!(users.get().node() instanceof YamlNode.Mapping mapping)) {
            root.report(users.get(), "is not a mapping; allowed: " + WebKeys.BASIC_AUTH_USERS.allowed());
            return hashes;
        }
        for (YamlNode.Entry entry : mapping.entries()) {
            Origin origin = users.get().origin();
            Element name = new Element(origin, users.get().key(), entry.key());
            Element hash = new Element(
                    origin, users.get().key() + "." + Quoted.inline(entry.key().text()), entry.value());
            Optional<String> user = root.parse(name, WebKeys.USER);
            Optional<String> known = root.parse(hash, WebKeys.HASH);
            if (user.isPresent() && known.isPresent() && hashes.put(user.get(), known.get()) != null) {
                root.report(hash, "is already set");
            }
        }
        if (mapping.entries().isEmpty()) {
            root.report(users.get(), "names nobody; leave it out to let everyone read");
        }
        return hashes;
    }
}
