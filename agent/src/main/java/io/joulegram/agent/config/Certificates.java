package io.joulegram.agent.config;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;

/** Files of certificates that options name. */
public final class Certificates {
    private Certificates() {}

    /**
     * All certificates of a file in PEM, at least one.
     *
     * @throws IOException if it cannot be read as such; the message names the file
     */
    public static List<X509Certificate> read(Path file) throws IOException {
        try {
            return Pem.certificates(file);
        } catch (BadValueException e) {
            throw new IOException(e.reason(), e);
        }
    }
}
