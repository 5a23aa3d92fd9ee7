package io.joulegram.agent.config;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who may read what is served, and how it is encrypted: the content of the file that {@code web.config.file} names, in
 * the format of Prometheus' exporter-toolkit, with the certificates and the key that the file names. Immutable.
 *
 * @param file where it was read from
 * @param tls how connections are encrypted; not at all if empty
 * @param headers headers that every answer has, by name
 * @param passwordHashes bcrypt hashes by user; everyone may read if empty
 */
public record WebConfig(Path file, Optional<Tls> tls, Map<String, String> headers, Map<String, String> passwordHashes) {
    /** Copies the maps. */
    public WebConfig {
        headers = Map.copyOf(headers);
        passwordHashes = Map.copyOf(passwordHashes);
    }

    /**
     * Reads a file and what it names, again if need be.
     *
     * @param file YAML in UTF-8, at most 1 MiB; relative paths in it are relative to its directory
     * @throws ConfigException with every problem, if there is any
     */
    public static WebConfig read(Path file) throws ConfigException {
        return new WebConfigReader(file).read();
    }

    /** Every file that it was read from. */
    public Set<Path> files() {
        Set<Path> files = new LinkedHashSet<>(Set.of(file));
        tls.ifPresent(present -> files.addAll(present.files()));
        return files;
    }

    /** Without hashes. */
    @Override
    public String toString() {
        return "WebConfig[" + file + ", TLS " + (tls.isPresent() ? "on" : "off") + ", " + passwordHashes.size()
                + " users]";
    }

    /**
     * How connections are encrypted.
     *
     * @param files that certificates and key were read from
     * @param privateKey RSA or EC, that of the first certificate
     * @param certificates the server's and those that vouch for it, in this order
     * @param clientAuth what is asked of clients
     * @param clientAuthorities who may vouch for clients; empty unless clients' certificates are verified
     * @param protocols as the JDK names them
     * @param cipherSuites as the JDK names them; its own choice if empty
     */
    public record Tls(
            Set<Path> files,
            PrivateKey privateKey,
            List<X509Certificate> certificates,
            ClientAuth clientAuth,
            List<X509Certificate> clientAuthorities,
            List<String> protocols,
            List<String> cipherSuites) {
        /** Copies the collections. */
        public Tls {
            files = Set.copyOf(files);
            certificates = List.copyOf(certificates);
            clientAuthorities = List.copyOf(clientAuthorities);
            protocols = List.copyOf(protocols);
            cipherSuites = List.copyOf(cipherSuites);
        }
    }

    /** What is asked of clients, by the names of Go's {@code tls.ClientAuthType}, which exporter-toolkit uses. */
    public enum ClientAuth {
        /** Nothing. */
        NO_CLIENT_CERT("NoClientCert"),
        /** A certificate, which may be missing and of anyone. */
        REQUEST_CLIENT_CERT("RequestClientCert"),
        /** A certificate, which may be of anyone. */
        REQUIRE_ANY_CLIENT_CERT("RequireAnyClientCert"),
        /** A certificate, which may be missing but must otherwise be vouched for. */
        VERIFY_CLIENT_CERT_IF_GIVEN("VerifyClientCertIfGiven"),
        /** A certificate that is vouched for. */
        REQUIRE_AND_VERIFY_CLIENT_CERT("RequireAndVerifyClientCert");

        private final String word;

        ClientAuth(String word) {
            this.word = word;
        }

        /** As it is written in the file. */
        String word() {
            return word;
        }

        /** Whether a client without a certificate is turned away. */
        public boolean requires() {
            return this == REQUIRE_ANY_CLIENT_CERT || this == REQUIRE_AND_VERIFY_CLIENT_CERT;
        }

        /** Whether a certificate must be vouched for. */
        public boolean verifies() {
            return this == VERIFY_CLIENT_CERT_IF_GIVEN || this == REQUIRE_AND_VERIFY_CLIENT_CERT;
        }
    }
}
