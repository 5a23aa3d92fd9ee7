package io.joulegram.agent.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate for 127.0.0.1 that vouches for itself, made by the JDK's keytool, in PEM files.
 *
 * @param certFile the certificate
 * @param keyFile its key in PKCS#8
 */
public record MadeCertificate(Path certFile, Path keyFile, X509Certificate certificate, PrivateKey key) {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final String ALIAS = "made";

    /** Of the kind {@code RSA} or {@code EC}. */
    public static MadeCertificate make(Path directory, String name, String kind)
            throws IOException, InterruptedException, GeneralSecurityException {
        Path store = directory.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        kind,
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) {
            throw new IOException("keytool: " + said);
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        X509Certificate certificate = (X509Certificate) keys.getCertificate(ALIAS);
        PrivateKey key = (PrivateKey) keys.getKey(ALIAS, PASSWORD);
        return new MadeCertificate(
                write(directory.resolve(name + ".crt"), "CERTIFICATE", certificate.getEncoded()),
                write(directory.resolve(name + ".key"), "PRIVATE KEY", key.getEncoded()),
                certificate,
                key);
    }

    /** For a client that trusts this certificate and no other, and has none of its own. */
    public SSLContext trusted() throws IOException, GeneralSecurityException {
        return trusted(new KeyManager[0]);
    }

    /** For a client that trusts this certificate and no other, and shows one of its own. */
    public SSLContext trustedBy(MadeCertificate client) throws IOException, GeneralSecurityException {
        KeyStore store = emptyStore();
        store.setKeyEntry(ALIAS, client.key(), PASSWORD, new X509Certificate[] {client.certificate()});
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(store, PASSWORD);
        return trusted(factory.getKeyManagers());
    }

    /** For a server that shows this certificate, and asks for none. */
    public SSLContext served() throws IOException, GeneralSecurityException {
        KeyStore store = emptyStore();
        store.setKeyEntry(ALIAS, key, PASSWORD, new X509Certificate[] {certificate});
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    private SSLContext trusted(KeyManager[] own) throws IOException, GeneralSecurityException {
        KeyStore trusted = emptyStore();
        trusted.setCertificateEntry(ALIAS, certificate);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own, trust.getTrustManagers(), null);
        return context;
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        return store;
    }

    /** Writes one PEM block. */
    static Path write(Path file, String label, byte[] content) throws IOException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return Files.writeString(file, "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n");
    }
}
