package io.joulegram.agent;

import io.joulegram.agent.access.Authorities;
import java.net.URI;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP clients for inference servers and other services, each made when it is first asked for. Most servers are
 * asked without TLS: their client trusts no certificate, and so does not read the store of those that are trusted, which
 * takes a third of the time from the start to the first figure.
 *
 * <p>Thread-safe.
 */
final class HttpClients {
    private @Nullable HttpClient plain;
    private @Nullable HttpClient secure;

    /** The client for servers at addresses of this kind; it follows no redirects. */
    synchronized HttpClient of(URI address) {
        return "https".equals(address.getScheme().toLowerCase(Locale.ROOT)) ? secure() : plain();
    }

    /** One for servers at addresses of this kind that trusts these authorities in place of Java's, if there are any. */
    HttpClient of(URI address, List<X509Certificate> authorities) {
        return authorities.isEmpty()
                ? of(address)
                : builder()
                        .sslContext(trusting(new TrustManager[] {Authorities.verifier(authorities)}))
                        .build();
    }

    /** The client for addresses without TLS. */
    synchronized HttpClient plain() {
        HttpClient client = plain == null
                ? builder().sslContext(trusting(new TrustManager[0])).build()
                : plain;
        plain = client;
        return client;
    }

    private HttpClient secure() {
        HttpClient client = secure == null ? builder().build() : secure;
        secure = client;
        return client;
    }

    private static HttpClient.Builder builder() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).followRedirects(HttpClient.Redirect.NEVER);
    }

    private static SSLContext trusting(TrustManager[] trust) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }
}
