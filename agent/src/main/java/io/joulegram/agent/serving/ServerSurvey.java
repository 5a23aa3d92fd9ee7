package io.joulegram.agent.serving;

import io.joulegram.host.GpuOwnership;
import io.joulegram.power.GpuProcess;
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
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows the servers: those that were named, and those found on this host; and looks again every few seconds for new ones and for the GPUs that serve each. On a thread of its own, because it reads files and asks ports.
 *
 * <p>Who serves on which GPU is found by looking at every descriptor of every process, so it is looked for when the
 * servers or the processes on the GPUs have changed, then less and less often: a server may open its port minutes after
 * its workers took the GPUs, and nothing tells of it.
 */
public final class ServerSurvey implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerSurvey.class);

    private static final long ROUND_MILLIS = 2_000;
    private static final long FIRST_ROUND_MILLIS = 200;
    /** Sources and servers show up one by one in the first seconds, so the first rounds are quick. */
    private static final int FIRST_ROUNDS = 10;

    private static final int DISCOVERY_ROUNDS = 5;
    private static final int MAX_FOUND = 64;

    private static final long FIRST_RELINK_NANOS = 500_000_000L;
    private static final long MAX_RELINK_NANOS = 30_000_000_000L;

    private final Function<ServerTarget, ServerWatch> watches;
    private final Optional<HostServers> hostServers;
    private final GpuLinks links;
    private final Supplier<Map<String, List<GpuProcess>>> gpuProcesses;
    private final Supplier<Set<Integer>> ownPorts;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "server-survey");

    private final Map<String, ServerWatch> byName = new TreeMap<>();
    private volatile Collection<ServerWatch> servers = List.of();
    private volatile ServedDevices devices = ServedDevices.NONE;
    private Circumstances linkedIn = new Circumstances(List.of(), Map.of(), Map.of());
    private long linkedNanos;
    private long relinkNanos;

    /** What the links depend on and can be told without looking at processes. */
    private record Circumstances(
            List<ServerTarget> targets, Map<String, Set<String>> models, Map<String, Set<Integer>> pidsByDevice) {
        static Circumstances of(Collection<ServerWatch> servers, Map<String, List<GpuProcess>> processes) {
            Map<String, Set<Integer>> pids = new TreeMap<>();
            processes.forEach((device, list) ->
                    pids.put(device, list.stream().map(GpuProcess::pid).collect(Collectors.toSet())));
            Map<String, Set<String>> models = new TreeMap<>();
            servers.forEach(server -> models.put(server.target().name(), server.models()));
            return new Circumstances(servers.stream().map(ServerWatch::target).toList(), models, pids);
        }
    }

    /**
     * @param named servers that are always watched
     * @param watches makes the watch of a server
     * @param hostServers finds more; empty if only the named ones are wanted
     * @param gpuProcesses the processes that compute on each GPU, by {@code device} label
     * @param ownPorts where this process listens itself
     */
    public ServerSurvey(
            List<ServerTarget> named,
            Function<ServerTarget, ServerWatch> watches,
            Optional<HostServers> hostServers,
            GpuOwnership ownership,
            Supplier<Map<String, List<GpuProcess>>> gpuProcesses,
            Supplier<Set<Integer>> ownPorts) {
        this.watches = watches;
        this.hostServers = hostServers;
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
            if (discover && hostServers.isPresent()) {
                hostServers.get().find(ownPorts.get(), targets()).stream()
                        .filter(target -> byName.size() < MAX_FOUND && !isWatched(target))
                        .forEach(target -> watch(target).start());
            }
            link();
        } catch (RuntimeException e) {
            // The next round tries again; what is known stays.
            LOG.error("looking for servers failed", e);
        }
    }

    private void link() {
        Map<String, List<GpuProcess>> processes = gpuProcesses.get();
        Circumstances now = Circumstances.of(servers, processes);
        boolean changed = !now.equals(linkedIn);
        if (!changed && System.nanoTime() - linkedNanos < relinkNanos) {
            return;
        }
        devices = links.find(now.targets(), now.models(), processes);
        relinkNanos = changed ? 0 : Math.min(MAX_RELINK_NANOS, Math.max(FIRST_RELINK_NANOS, 2 * relinkNanos));
        linkedIn = now;
        linkedNanos = System.nanoTime();
    }

    private List<ServerTarget> targets() {
        return byName.values().stream().map(ServerWatch::target).toList();
    }

    private boolean isWatched(ServerTarget target) {
        Place place = Place.of(target);
        return targets().stream()
                .anyMatch(known ->
                        known.name().equals(target.name()) || Place.of(known).equals(place));
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
