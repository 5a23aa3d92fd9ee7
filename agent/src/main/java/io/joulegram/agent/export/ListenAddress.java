package io.joulegram.agent.export;

import static java.util.Objects.requireNonNull;

import java.net.InetSocketAddress;

/**
 * Where the HTTP endpoint listens.
 *
 * @param host name or address; empty for every interface. An IPv6 address is without brackets here.
 * @param port 1 to 65535, or 0 for any free port
 */
public record ListenAddress(String host, int port) {
    private static final int MAX_PORT = 65_535;

    /** @throws IllegalArgumentException if the port is out of range */
    public ListenAddress {
        requireNonNull(host, "host");
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException(port + " is not a port: must be 0 to " + MAX_PORT);
        }
    }

    /**
     * Reads {@code HOST:PORT}, {@code [IPV6]:PORT} or {@code :PORT} (every interface).
     *
     * @throws IllegalArgumentException if the text has another form; the message tells what is allowed
     */
    public static ListenAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw malformed(text, "must be HOST:PORT, such as 127.0.0.1:13600 or [::1]:13600");
        }
        return new ListenAddress(host(text, text.substring(0, colon)), port(text, text.substring(colon + 1)));
    }

    private static String host(String text, String host) {
        if (host.startsWith("[") && host.endsWith("]")) {
            return host.substring(1, host.length() - 1);
        }
        if (host.indexOf(':') >= 0) {
            throw malformed(text, "an IPv6 address must be in brackets, as in [::1]:13600");
        }
        return host;
    }

    private static int port(String text, String port) {
        boolean digits = !port.isEmpty() && port.length() <= 5 && port.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits || Integer.parseInt(port) > MAX_PORT) {
            throw malformed(text, "the port must be 0 to " + MAX_PORT);
        }
        return Integer.parseInt(port);
    }

    private static IllegalArgumentException malformed(String text, String allowed) {
        return new IllegalArgumentException('"' + text + "\" is not an address to listen on: " + allowed);
    }

    /** Looks the host up; the result is unresolved if there is no such host. */
    InetSocketAddress resolve() {
        return host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
    }

    /** The form that {@link #parse} reads. */
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
