package io.joulegram.agent.serving;

import io.joulegram.host.ServerPort;
import io.joulegram.tokens.ServerTarget;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where a server is, so that two names of one place are known to be one: {@code localhost}, every loopback address and every
 * address of this host lead to the same server of a port. Other names are compared and not looked up.
 *
 * @param host the host's name or address in lower case; that of the loopback for all that are this host
 * @param port the TCP port
 */
record Place(String host, int port) {
    private static final String HERE = "127.0.0.1";
    private static final Set<String> NAMES_OF_HERE = Set.of("localhost", "ip6-localhost");

    /** What the address of version 4 or 6 looks like that no name can be. */
    private static final Pattern ADDRESS = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9a-f:.]+]");

    static Place of(ServerTarget target) {
        ServerPort at = GpuLinks.port(target);
        String host = at.host().toLowerCase(Locale.ROOT);
        return new Place(isHere(host) ? HERE : host, at.port());
    }

    /** Whether it is this host. */
    boolean isHere() {
        return host.equals(HERE);
    }

    private static boolean isHere(String host) {
        if (!ADDRESS.matcher(host).matches()) {
            return NAMES_OF_HERE.contains(host);
        }
        try {
            InetAddress address = InetAddress.getByName(host);
            return address.isLoopbackAddress()
                    || address.isAnyLocalAddress()
                    || NetworkInterface.getByInetAddress(address) != null;
        } catch (UnknownHostException | SocketException e) {
            return false;
        }
    }
}
