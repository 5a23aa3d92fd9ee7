package io.joulegram.agent.access;

import io.joulegram.agent.config.WebConfig;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Says whether a client's certificate is vouched for, by the newest authorities. Thread-safe. */
final class ClientTrust extends X509ExtendedTrustManager {
    /** Verifies; empty where any certificate will do. */
    private volatile Optional<X509ExtendedTrustManager> verifier;

    ClientTrust(WebConfig.Tls tls) {
        verifier = verifier(tls);
    }

    /** Takes other authorities for handshakes that begin from now on. */
    void use(WebConfig.Tls tls) {
        verifier = verifier(tls);
    }

    private static Optional<X509ExtendedTrustManager> verifier(WebConfig.Tls tls) {
        return tls.clientAuth().verifies()
                ? Optional.of(Authorities.verifier(tls.clientAuthorities()))
                : Optional.empty();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        Optional<X509ExtendedTrustManager> now = verifier;
        if (now.isPresent()) {
            now.get().checkClientTrusted(chain, authType, engine);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, authType, (SSLEngine) null);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        checkClientTrusted(chain, authType, (SSLEngine) null);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return verifier.map(X509ExtendedTrustManager::getAcceptedIssuers).orElseGet(() -> new X509Certificate[0]);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("no server is connected to");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        throw new CertificateException("no server is connected to");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("no server is connected to");
    }
}
