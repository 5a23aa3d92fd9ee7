package io.joulegram.agent.serving;

import io.joulegram.host.HostProcess;
import io.joulegram.host.PortEvidence;
import io.joulegram.host.ProcessTree;
import io.joulegram.tokens.EngineCatalog;
import io.joulegram.tokens.ServerDiscovery;
import io.joulegram.tokens.ServerTarget;
import io.joulegram.tokens.TokenServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the inference servers of this host: on the usual ports of their engines; and on any other that a process names
 * which is an inference server by its program, and on which it or kin of it listens. Other ports are never asked: the
 * sockets of collective communication are among them, and do not all take strangers well.
 *
 * <p>Used by one thread, but for the servers that {@link #guarded} gives.
 */
public final class HostServers {
    private static final Logger LOG = LoggerFactory.getLogger(HostServers.class);
    private static final String LOOPBACK = "127.0.0.1:";

    private final ServerDiscovery discovery;
    private final Set<Integer> usualPorts;
    private final ServingProcesses processes;
    private final PortEvidence evidence;
    private final LongSupplier nanoTime;
    private final AskedPorts asked = new AskedPorts();
    /** By the names of the servers that were found by a process: the process. */
    private final Map<String, HostProcess> vouchers = new ConcurrentHashMap<>();

    private boolean failedBefore;

    /**
     * @param client must not follow redirects
     * @param engines the engines to recognise, and their usual ports
     * @param timeoutPerPort for the whole of what is asked of one port
     * @param procfs where procfs is mounted
     */
    public HostServers(HttpClient client, EngineCatalog engines, Duration timeoutPerPort, Path procfs) {
        this(
                new ServerDiscovery(client, engines, engines.usualPorts(), timeoutPerPort),
                engines.usualPorts(),
                procfs,
                System::nanoTime);
    }

    HostServers(ServerDiscovery discovery, List<Integer> usualPorts, Path procfs, LongSupplier nanoTime) {
        this.discovery = discovery;
        this.usualPorts = Set.copyOf(usualPorts);
        processes = new ServingProcesses(new ProcessTree(procfs));
        evidence = new PortEvidence(procfs);
        this.nanoTime = nanoTime;
    }

    /**
     * Looks for servers now.
     *
     * @param ownPorts ports not to ask, since this very process listens there
     * @param known the servers that are watched; of those that a process names, none is asked again
     * @return the servers that answer, known ones among them
     */
    List<ServerTarget> find(Set<Integer> ownPorts, Collection<ServerTarget> known) {
        long nowNanos = nanoTime.getAsLong();
        Set<Integer> knownPorts = known.stream().map(HostServers::portHere).collect(Collectors.toSet());
        Map<Integer, ServingProcess> listening = listening(ownPorts, knownPorts, nowNanos);
        for (ServerTarget target : known) {
            ServingProcess serving = listening.remove(portHere(target));
            if (serving != null) {
                // Started anew; whoever watches it goes on.
                vouchers.put(target.name(), serving.process());
            }
        }
        Map<Integer, ServingProcess> toAsk = new TreeMap<>();
        asked.take(listening.values(), nowNanos)
                .forEach(serving -> toAsk.put(serving.port().port(), serving));
        List<ServerTarget> found = discovery.discover(ownPorts, toAsk.keySet(), known);
        for (ServerTarget target : found) {
            Optional.ofNullable(toAsk.get(target.baseUri().getPort())).ifPresent(serving -> vouch(target, serving));
        }
        return found;
    }

    /** The port of a server of this host; 0 if it is not there. */
    private static int portHere(ServerTarget target) {
        Place place = Place.of(target);
        return place.isHere() ? place.port() : 0;
    }

    private void vouch(ServerTarget target, ServingProcess serving) {
        vouchers.put(target.name(), serving.process());
        LOG.info(
                "{}: {}, process {}; the port is {}",
                target.name(),
                serving.program().name(),
                serving.process().pid(),
                serving.port().namedBy());
    }

    /** The processes that are to be looked at and that listen where they say, by port. */
    private Map<Integer, ServingProcess> listening(Set<Integer> ownPorts, Set<Integer> knownPorts, long nowNanos) {
        List<ServingProcess> serving = processes.look();
        asked.retain(serving);
        Map<Integer, Integer> portByPid = new HashMap<>();
        for (ServingProcess one : serving) {
            if (!one.tls() && asked.isDue(one, nowNanos) && isWorthALook(one, ownPorts, knownPorts)) {
                portByPid.put(one.process().pid(), one.port().port());
            }
        }
        Map<Integer, PortEvidence.Found> evidenceByPid = evidence(portByPid);
        Map<Integer, ServingProcess> listening = new HashMap<>();
        for (ServingProcess one : serving) {
            PortEvidence.Found found = evidenceByPid.get(one.process().pid());
            if (found != null) {
                switch (found.kind()) {
                    case LISTENS -> listening.putIfAbsent(one.port().port(), one);
                    // That is told by the table of sockets alone, and may change at any time.
                    case NOBODY -> {}
                    case ANOTHER, HIDDEN -> asked.postpone(one, nowNanos);
                    case ELSEWHERE ->
                        published(one, found, knownPorts)
                                .ifPresentOrElse(
                                        here -> listening.putIfAbsent(
                                                here.port().port(), here),
                                        () -> asked.postpone(one, nowNanos));
                }
            }
        }
        return listening;
    }

    /**
     * A usual port of this host is asked anyway, and one that is watched only looked at once the process before has ended. That
     * of a container is no port of this host: it may be published at any.
     */
    private boolean isWorthALook(ServingProcess serving, Set<Integer> ownPorts, Set<Integer> knownPorts) {
        int port = serving.port().port();
        return evidence.isElsewhere(serving.process().pid())
                || (!usualPorts.contains(port) && !ownPorts.contains(port) && isUnwatched(port, knownPorts));
    }

    private boolean isUnwatched(int port, Set<Integer> knownPorts) {
        return !knownPorts.contains(port)
                || Optional.ofNullable(vouchers.get(LOOPBACK + port))
                        .filter(process -> !processes.lives(process))
                        .isPresent();
    }

    /** Where a server in a container is reached on this host; empty if it is not, or asked at one of its ports anyway. */
    private Optional<ServingProcess> published(
            ServingProcess serving, PortEvidence.Found found, Set<Integer> knownPorts) {
        return found.published().stream().anyMatch(port -> usualPorts.contains(port) || !isUnwatched(port, knownPorts))
                ? Optional.empty()
                : found.published().stream().findFirst().map(serving::publishedAt);
    }

    private Map<Integer, PortEvidence.Found> evidence(Map<Integer, Integer> portByPid) {
        try {
            Map<Integer, PortEvidence.Found> found = portByPid.isEmpty() ? Map.of() : evidence.of(portByPid);
            failedBefore = false;
            return found;
        } catch (IOException e) {
            if (!failedBefore) {
                LOG.warn("who listens on which port cannot be read: {}", String.valueOf(e.getMessage()));
                failedBefore = true;
            }
            return Map.of();
        }
    }

    /**
     * The same server, which is not asked once the process that named its port has ended: its port may have become that of
     * anything. A server that was not found by a process is asked all the same. Any thread.
     */
    public TokenServer guarded(TokenServer server) {
        return new GuardedServer(
                server, () -> Optional.ofNullable(vouchers.get(server.target().name())), processes::lives);
    }
}
