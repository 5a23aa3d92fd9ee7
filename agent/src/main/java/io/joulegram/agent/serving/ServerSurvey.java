package io.joulegram.agent.serving;

import io.joulegram.host.GpuOwnership;
import io.joulegram.power.GpuProcess;
import io.joulegram.tokens.ServerDiscovery;
import io.joulegram.tokens.ServerTarget;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows the servers: those that were named, and those found on this host's usual ports; and looks again every few
 * seconds for new ones and for the GPUs that serve each. On a thread of its own, because it reads files and asks ports.
 */
public final class ServerSurvey implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerSurvey.class);

    private static final long ROUND_MILLIS = 2_000;
    private static final long FIRST_ROUND_MILLIS = 200;
    /** Sources and servers show up one by one in the first seconds, so the first rounds are quick. */
    private static final int FIRST_ROUNDS = 10;

    private static final int DISCOVERY_ROUNDS = 5;
    private static final int MAX_FOUND = 64;

    private final Function<ServerTarget, ServerWatch> watches;
    private final Optional<ServerDiscovery> discovery;
    private final GpuLinks links;
    private final Supplier<Map<String, List<GpuProcess>>> gpuProcesses;
    private final Supplier<Set<Integer>> ownPorts;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "server-survey");

    private final Map<String, ServerWatch> byName = new TreeMap<>();
    private volatile Collection<ServerWatch> servers = List.of();
    private volatile ServedDevices devices = ServedDevices.NONE;

    /**
     * @param named servers that are always watched
     * @param watches makes the watch of a server
     * @param discovery finds more; empty if only the named ones are wanted
     * @param gpuProcesses the processes that compute on each GPU, by {@code device} label
     * @param ownPorts where this process listens itself
     */
    public ServerSurvey(
            List<ServerTarget> named,
            Function<ServerTarget, ServerWatch> watches,
            Optional<ServerDiscovery> discovery,
            GpuOwnership ownership,
            Supplier<Map<String, List<GpuProcess>>> gpuProcesses,
            Supplier<Set<Integer>> ownPorts) {
        this.watches = watches;
        this.discovery = discovery;
        this.gpuProcesses = gpuProcesses;
        this.ownPorts = ownPorts;
        links = new GpuLinks(ownership);
        thread.setDaemon(true);
        named.forEach(this::watch);
    }

    /** Begins to watch the named servers and to look for others. */
    public void start() {
        thread.start();
    }

    /** The servers that are watched, in the order of their names. Any thread. */
    public Collection<ServerWatch> servers() {
        return servers;
    }

    /** Which GPUs serve which server. Any thread. */
    public ServedDevices devices() {
        return devices;
    }

    private void run() {
        byName.values().forEach(ServerWatch::start);
        try {
            for (long round = 0; ; round++) {
                round(round % DISCOVERY_ROUNDS == 0);
                if (closing.await(round < FIRST_ROUNDS ? FIRST_ROUND_MILLIS : ROUND_MILLIS, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void round(boolean discover) {
        try {
            if (discover && discovery.isPresent()) {
                discovery.get().discover(ownPorts.get()).stream()
                        .filter(target -> byName.size() < MAX_FOUND && !isWatched(target))
                        .forEach(target -> watch(target).start());
            }
            Collection<ServerTarget> targets =
                    servers.stream().map(ServerWatch::target).toList();
            devices = links.find(targets, gpuProcesses.get());
        } catch (RuntimeException e) {
            // The next round tries again; what is known stays.
            LOG.error("looking for servers failed", e);
        }
    }

    private boolean isWatched(ServerTarget target) {
        return byName.values().stream()
                .map(ServerWatch::target)
                .anyMatch(known -> known.name().equals(target.name())
                        || known.baseUri()
                                .getAuthority()
                                .equals(target.baseUri().getAuthority()));
    }

    private ServerWatch watch(ServerTarget target) {
        ServerWatch watch = watches.apply(target);
        byName.put(target.name(), watch);
        servers = List.copyOf(byName.values());
        return watch;
    }

    /** Ends the search and all watches. */
    @Override
    public void close() {
        closing.countDown();
        servers.forEach(ServerWatch::close);
    }
}
