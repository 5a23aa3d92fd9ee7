package io.joulegram.agent.config;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the web server listens.
 *
 * @param host a name or an address, an IPv6 address without brackets
 * @param port 0 to 65535; 0 lets the system choose
 */
public record ListenAddress(String host, int port) {
    private static final Pattern IPV6 = Pattern.compile("\\[([0-9a-fA-F:.]+(?:%[A-Za-z0-9._-]+)?)]:([0-9]{1,5})");
    private static final Pattern NAME = Pattern.compile("([A-Za-z0-9._-]*):([0-9]{1,5})");

    static final ValueType<ListenAddress> TYPE = ValueType.of("HOST:PORT, [IPV6]:PORT", ListenAddress::parse);

    /** @throws IllegalArgumentException if the port is out of range */
    public ListenAddress {
        requireNonNull(host, "host");
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException(port + " is not a port: must be 0 to 65535");
        }
    }

    /**
     * The address that a text means, for the options of other commands.
     *
     * @throws IllegalArgumentException if it means none; the message says what is allowed
     */
    public static ListenAddress of(String text) {
        try {
            return TYPE.parse(text);
        } catch (BadValueException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static ListenAddress parse(String text) throws BadValueException {
        Matcher ipv6 = IPV6.matcher(text);
        if (ipv6.matches()) {
            requireIpv6(ipv6.group(1));
            return new ListenAddress(ipv6.group(1), port(ipv6.group(2)));
        }
        Matcher name = NAME.matcher(text);
        if (!name.matches()) {
            boolean bareIpv6 = text.indexOf(':') != text.lastIndexOf(':') && !text.startsWith("[");
            throw new BadValueException(
                    bareIpv6 ? "has an IPv6 address without brackets" : "is not an address with a port");
        }
        if (name.group(1).isEmpty()) {
            throw new BadValueException("has no host (0.0.0.0 listens on every IPv4 address, [::] on every address)");
        }
        return new ListenAddress(name.group(1), port(name.group(2)));
    }

    private static void requireIpv6(String address) throws BadValueException {
        // The zone is left out: whether the interface exists is found when the socket is bound.
        int zone = address.indexOf('%');
        try {
            // In brackets it is taken as a literal and never looked up.
            InetAddress.getByName("[" + (zone < 0 ? address : address.substring(0, zone)) + "]");
        } catch (UnknownHostException e) {
            throw new BadValueException("has no IPv6 address in its brackets");
        }
    }

    private static int port(String digits) throws BadValueException {
        int port = Integer.parseInt(digits);
        if (port > 65535) {
            throw new BadValueException("has a port above 65535");
        }
        return port;
    }

    /** As it is written in the configuration. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
