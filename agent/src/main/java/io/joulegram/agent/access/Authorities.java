package io.joulegram.agent.access;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** Who is trusted where certain authorities are and no others. */
public final class Authorities {
    private Authorities() {}

    /** Verifies chains that end in one of these certificates (PKIX). */
    public static X509ExtendedTrustManager verifier(List<X509Certificate> certificates) {
        try {
            KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
            authorities.load(null, null);
            for (int i = 0; i < certificates.size(); i++) {
                authorities.setCertificateEntry(String.valueOf(i), certificates.get(i));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(authorities);
            return Arrays.stream(factory.getTrustManagers())
                    .filter(X509ExtendedTrustManager.class::isInstance)
                    .map(X509ExtendedTrustManager.class::cast)
                    .findFirst()
                    .orElseThrow();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this Java cannot verify certificates", e);
        }
    }
}
