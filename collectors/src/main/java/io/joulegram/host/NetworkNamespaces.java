package io.joulegram.host;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The network namespaces of processes. A container mostly has one of its own, in which its server listens on an address that
 * this host can reach and that no table of this host's own sockets has.
 *
 * <p>Immutable; any thread.
 */
final class NetworkNamespaces {
    private static final int MAX_ROUTES_BYTES = 1 << 20;
    private static final int MAX_ADDRESSES_BYTES = 1 << 20;

    /** A leaf of {@code net/fib_trie} (fib_trie.c) that is an address of the namespace itself. */
    private static final Pattern OWN_ADDRESS =
            Pattern.compile("\\|-- ([0-9.]{7,15})\\s+/32 host LOCAL", Pattern.MULTILINE);

    private static final Pattern VERSION_4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Pattern VERSION_6 = Pattern.compile("\\[?([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)]?");
    private static final int VERSION_6_DIGITS = 32;

    /** Docker's forwarder of a published port; it listens on this host for a container. */
    static final String FORWARDER = "docker-proxy";

    private static final String ANY_ADDRESS = "0.0.0.0";
    private static final Set<String> REACHED_HERE = Set.of(ANY_ADDRESS, "127.0.0.1");

    private final Procfs procfs;

    NetworkNamespaces(Path procfs) {
        this.procfs = new Procfs(procfs);
    }

    /** A process of each namespace that some processes are in and this host's own sockets are not, lowest first. */
    List<Integer> foreign(Collection<Integer> pids) {
        Set<String> seen = new HashSet<>();
        // Whose table net/tcp is: that of the process that reads it.
        namespace("self").ifPresent(seen::add);
        return pids.stream()
                .sorted()
                .filter(pid -> namespace(pid.toString()).filter(seen::add).isPresent())
                .toList();
    }

    /** Whether a process is in another namespace than this host's own sockets; false if that is not told. */
    boolean isForeign(int pid) {
        Optional<String> own = namespace("self");
        Optional<String> its = namespace(Integer.toString(pid));
        return own.isPresent() && its.isPresent() && !own.equals(its);
    }

    private Optional<String> namespace(String process) {
        try {
            return Optional.of(
                    Files.readSymbolicLink(procfs.path(process + "/ns/net")).toString());
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    /** Whether the namespace of a process has an address of its own; loopback is everybody's. */
    boolean has(int pid, InetAddress address) {
        return !address.isLoopbackAddress() && addresses(pid).contains(address);
    }

    /** An address at which the namespace of a process can be reached, of version 4 if there is one. */
    Optional<InetAddress> reachable(int pid) {
        return addresses(pid).stream()
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                .min(Comparator.comparingInt((InetAddress address) -> address.getAddress().length)
                        .thenComparing(InetAddress::getHostAddress));
    }

    private Set<InetAddress> addresses(int pid) {
        Set<InetAddress> addresses = new HashSet<>();
        Matcher leaf = OWN_ADDRESS.matcher(text(pid + "/net/fib_trie", MAX_ROUTES_BYTES));
        while (leaf.find()) {
            literal(leaf.group(1)).ifPresent(addresses::add);
        }
        text(pid + "/net/if_inet6", MAX_ADDRESSES_BYTES)
                .lines()
                .filter(line -> line.length() > VERSION_6_DIGITS && line.charAt(VERSION_6_DIGITS) == ' ')
                .flatMap(line -> ofDigits(line.substring(0, VERSION_6_DIGITS)).stream())
                .forEach(addresses::add);
        return addresses;
    }

    private static Optional<InetAddress> ofDigits(String digits) {
        try {
            return Optional.of(InetAddress.getByAddress(HexFormat.of().parseHex(digits)));
        } catch (UnknownHostException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private String text(String file, int maxBytes) {
        try {
            return procfs.text(file, maxBytes);
        } catch (IOException e) {
            return "";
        }
    }

    /** The address that a text is; empty for a name, which is not looked up. */
    static Optional<InetAddress> literal(String host) {
        Matcher version6 = VERSION_6.matcher(host);
        boolean is6 = version6.matches();
        if (!is6 && !VERSION_4.matcher(host).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(is6 ? version6.group(1) : host));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** Where the process of a command line forwards connections to, if it is a forwarder of Docker. */
    static Optional<ServerPort> forwardsTo(List<String> words) {
        if (words.isEmpty() || !words.get(0).endsWith(FORWARDER)) {
            return Optional.empty();
        }
        Optional<String> host = valueOf("-container-ip", words);
        OptionalInt port = portOf("-container-port", words);
        return host.isPresent() && port.isPresent()
                ? Optional.of(new ServerPort(host.get(), port.getAsInt()))
                : Optional.empty();
    }

    /** The port of 127.0.0.1 on which a forwarder of Docker takes connections, by its command line. */
    static OptionalInt publishedPort(List<String> words) {
        boolean here = REACHED_HERE.contains(valueOf("-host-ip", words).orElse(ANY_ADDRESS))
                && valueOf("-proto", words).orElse("tcp").equals("tcp");
        return here ? portOf("-host-port", words) : OptionalInt.empty();
    }

    private static OptionalInt portOf(String option, List<String> words) {
        return valueOf(option, words)
                .filter(text -> text.matches("[0-9]{1,5}"))
                .map(text -> OptionalInt.of(Integer.parseInt(text)))
                .orElse(OptionalInt.empty());
    }

    private static Optional<String> valueOf(String option, List<String> words) {
        int at = words.indexOf(option);
        return at >= 0 && at + 1 < words.size() ? Optional.of(words.get(at + 1)) : Optional.empty();
    }
}
