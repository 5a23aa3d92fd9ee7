package io.joulegram.agent.proxy;

import java.net.URI;
import java.time.Duration;

/**
 * How the proxy passes requests on.
 *
 * @param target the inference server: {@code http} or {@code https}, a host, and a port if not the scheme's own
 * @param maxConnections connections of clients at a time; further ones get status 503
 * @param clientPatience how long a client may neither send what it began, nor take what waits for it, nor ask anything
 * @param serverPatience how long the server may send nothing
 */
public record ProxySettings(URI target, int maxConnections, Duration clientPatience, Duration serverPatience) {
    /** For how many clients at most, unless told. */
    public static final int USUAL_CONNECTIONS = 4096;

    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    /** With the usual bounds. */
    public static ProxySettings to(URI target) {
        return new ProxySettings(target, USUAL_CONNECTIONS, Duration.ofSeconds(75), Duration.ofMinutes(10));
    }

    /** With others, for tests and options. */
    public ProxySettings withBounds(int connections, Duration client, Duration server) {
        return new ProxySettings(target, connections, client, server);
    }

    /** Whether the server speaks TLS. */
    boolean secure() {
        return "https".equalsIgnoreCase(target.getScheme());
    }

    /** The server's host, without the brackets of an IPv6 address. */
    String host() {
        String host = target.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** The server's port. */
    int port() {
        int usual = secure() ? HTTPS_PORT : HTTP_PORT;
        return target.getPort() < 0 ? usual : target.getPort();
    }
}
