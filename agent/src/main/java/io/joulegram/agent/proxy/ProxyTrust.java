package io.joulegram.agent.proxy;

import io.joulegram.agent.config.WebConfig;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * How the connections of a proxy are encrypted.
 *
 * @param own how those of clients and of who reads its metrics are; not at all if empty
 * @param authorities who vouches for an inference server with TLS; those of the Java platform if empty
 */
public record ProxyTrust(Optional<WebConfig> own, List<X509Certificate> authorities) {
    /** No TLS of its own, and Java's authorities. */
    public static final ProxyTrust USUAL = new ProxyTrust(Optional.empty(), List.of());

    /** Copies the list. */
    public ProxyTrust {
        authorities = List.copyOf(authorities);
    }
}
