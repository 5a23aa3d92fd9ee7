package io.joulegram.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PemTest {
    @TempDir
    static Path directory;

    private static MadeCertificate rsa;
    private static MadeCertificate ec;

    @BeforeAll
    static void makeCertificates() throws Exception {
        rsa = MadeCertificate.make(directory, "rsa", "RSA");
        ec = MadeCertificate.make(directory, "ec", "EC");
    }

    @Test
    void readsKeysInPkcs8() throws Exception {
        assertThat(key(rsa.keyFile(), rsa)).isEqualTo(rsa.key());
        assertThat(key(ec.keyFile(), ec)).isEqualTo(ec.key());
    }

    /** PKCS#8 wraps the older formats in its last element, so taking the wrapping off gives a file in the older one. */
    @Test
    void readsKeysInTheOlderFormats() throws Exception {
        Path pkcs1 = MadeCertificate.write(directory.resolve("pkcs1.key"), "RSA PRIVATE KEY", unwrapped(rsa, 0x82));
        Path sec1 = MadeCertificate.write(directory.resolve("sec1.key"), "EC PRIVATE KEY", unwrapped(ec, 0));

        assertThat(key(pkcs1, rsa)).isEqualTo(rsa.key());
        assertThat(key(sec1, ec)).isEqualTo(ec.key());
    }

    private static byte[] unwrapped(MadeCertificate certificate, int lengthForm) {
        byte[] pkcs8 = certificate.key().getEncoded();
        for (int i = 10; i < pkcs8.length; i++) {
            int length = lengthForm == 0 ? pkcs8[i + 1] : ((pkcs8[i + 2] & 0xff) << 8) | (pkcs8[i + 3] & 0xff);
            int begin = i + (lengthForm == 0 ? 2 : 4);
            if (pkcs8[i] == 4 && begin + length == pkcs8.length) {
                return Arrays.copyOfRange(pkcs8, begin, pkcs8.length);
            }
        }
        throw new AssertionError("no key in the PKCS#8 that Java made");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "genrsa -traditional -out K 2048",
                "genrsa -out K 3072",
                "ecparam -name prime256v1 -genkey -out K",
                "ecparam -name secp384r1 -genkey -out K",
                "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out K"
            })
    void readsWhatOpensslWrites(String command) throws Exception {
        assumeTrue(isThere("openssl"), "there is no openssl to make a key with");
        Path key = directory.resolve("openssl.key");
        Path cert = directory.resolve("openssl.crt");
        openssl(command.replace("K", key.toString()));
        openssl("req -x509 -key " + key + " -out " + cert + " -subj /CN=x -days 2");

        assertThat(Pem.privateKey(key, Pem.certificates(cert).get(0).getPublicKey())
                        .getEncoded())
                .isNotEmpty();
    }

    @Test
    void refusesAnEncryptedKey() throws Exception {
        Path pkcs8 = MadeCertificate.write(directory.resolve("e8.key"), "ENCRYPTED PRIVATE KEY", new byte[200]);
        Path older = Files.writeString(directory.resolve("e1.key"), """
                -----BEGIN RSA PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED
                DEK-Info: AES-128-CBC,0B3C5B2A1A8F4C7F1B2E3D4C5B6A7988

                AAAA
                -----END RSA PRIVATE KEY-----
                """);

        assertThatThrownBy(() -> key(pkcs8, rsa)).hasMessageContaining("holds an encrypted key; allowed: one that");
        assertThatThrownBy(() -> key(older, rsa)).hasMessageContaining("holds an encrypted key; allowed: one that");
    }

    @Test
    void refusesAKeyThatIsNotTheCertificates() throws Exception {
        MadeCertificate other = MadeCertificate.make(directory, "other", "RSA");

        assertThatThrownBy(() -> key(other.keyFile(), rsa)).hasMessageContaining("is not the one of the certificate");
        assertThatThrownBy(() -> key(ec.keyFile(), rsa)).hasMessageContaining("cannot be read as RSA");
        assertThatThrownBy(() -> key(rsa.keyFile(), ec)).hasMessageContaining("cannot be read as EC");
    }

    @Test
    void refusesWhatIsNotPem() throws Exception {
        Path empty = Files.writeString(directory.resolve("empty.pem"), "nothing\n");
        Path endless = Files.writeString(directory.resolve("endless.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA\n");
        Path garbage = MadeCertificate.write(directory.resolve("garbage.pem"), "CERTIFICATE", new byte[] {1, 2});
        Path huge = Files.write(directory.resolve("huge.pem"), new byte[(1 << 20) + 1]);

        assertThatThrownBy(() -> key(empty, rsa)).hasMessageContaining("holds 0 private keys");
        assertThatThrownBy(() -> Pem.certificates(empty)).hasMessageContaining("holds no certificate");
        assertThatThrownBy(() -> key(endless, rsa)).hasMessageContaining("a block that begins does not end");
        assertThatThrownBy(() -> Pem.certificates(garbage)).hasMessageContaining("cannot be read");
        assertThatThrownBy(() -> Pem.certificates(huge)).hasMessageContaining("larger than 1 MiB");
        assertThatThrownBy(() -> Pem.certificates(directory)).hasMessageContaining("is a directory");
    }

    @Test
    void readsEveryCertificateInItsOrder() throws Exception {
        Path both = Files.writeString(
                directory.resolve("both.pem"),
                "a comment\n" + Files.readString(ec.certFile()) + "another\n" + Files.readString(rsa.certFile()));

        assertThat(Pem.certificates(both)).isEqualTo(List.of(ec.certificate(), rsa.certificate()));
    }

    private static java.security.PrivateKey key(Path file, MadeCertificate of) throws BadValueException {
        return Pem.privateKey(file, of.certificate().getPublicKey());
    }

    private static boolean isThere(String program) {
        return Arrays.stream(System.getenv("PATH").split(":", -1))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    private static void openssl(String arguments) throws IOException, InterruptedException {
        Process openssl = new ProcessBuilder(("openssl " + arguments).split(" ", -1))
                .redirectErrorStream(true)
                .start();
        String said = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(openssl.waitFor()).as(said).isZero();
    }
}
