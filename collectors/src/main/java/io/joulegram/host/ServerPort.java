package io.joulegram.host;

import static java.util.Objects.requireNonNull;

/**
 * Where a server listens.
 *
 * @param host an address, or a name, which is taken for this host's
 * @param port TCP port
 */
public record ServerPort(String host, int port) {
    /** @throws NullPointerException if the host is null */
    public ServerPort {
        requireNonNull(host, "host");
    }
}
