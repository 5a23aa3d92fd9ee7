package io.joulegram.tokens;

import io.joulegram.tokens.EngineProbe.Found;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the inference servers on this host: asks ports of the loopback address for metrics, all at the same time, and
 * keeps those whose metrics are of a known engine. Thread-safe.
 */
public final class ServerDiscovery {
    private static final Logger LOG = LoggerFactory.getLogger(ServerDiscovery.class);
    private static final String LOOPBACK = "127.0.0.1";
    private static final int MOST_AT_A_TIME = 16;
    private static final String DYNAMO = "dynamo";

    private final HttpClient client;
    private final EngineCatalog engines;
    private final List<Integer> ports;
    private final Duration timeoutPerPort;

    private record Server(ServerTarget target, boolean dynamoWorker) {}

    /**
     * Asks nothing yet.
     *
     * @param client must not follow redirects
     * @param engines the engines to recognise
     * @param ports where to look, usually {@link EngineCatalog#usualPorts()}
     * @param timeoutPerPort for the whole of what is asked of one port
     */
    public ServerDiscovery(HttpClient client, EngineCatalog engines, List<Integer> ports, Duration timeoutPerPort) {
        this.client = client;
        this.engines = engines;
        this.ports = ports.stream().distinct().toList();
        this.timeoutPerPort = timeoutPerPort;
    }

    /** Looks for servers now, on no other ports than the usual ones. */
    public List<ServerTarget> discover(Set<Integer> ownPorts) {
        return discover(ownPorts, Set.of(), List.of());
    }

    /**
     * Looks for servers now. Takes no longer than the time-out for each sixteen ports.
     *
     * <p>Where a Dynamo frontend is found or known its workers are left out: they tell the same tokens again.
     *
     * @param ownPorts ports not to ask, since this very process listens there
     * @param morePorts asked beside the usual ones
     * @param known servers that were found before
     * @return targets with their engine, in the order of the ports; empty if there are none
     */
    public List<ServerTarget> discover(Set<Integer> ownPorts, Set<Integer> morePorts, Collection<ServerTarget> known) {
        List<Integer> asked = Stream.concat(ports.stream(), morePorts.stream().sorted())
                .distinct()
                .filter(port -> !ownPorts.contains(port))
                .toList();
        if (asked.isEmpty()) {
            return List.of();
        }
        ExecutorService probes = Executors.newFixedThreadPool(Math.min(asked.size(), MOST_AT_A_TIME), task -> {
            Thread thread = new Thread(task, "server-discovery");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<CompletableFuture<Optional<Server>>> pending = asked.stream()
                    .map(port -> CompletableFuture.supplyAsync(() -> probe(port), probes))
                    .toList();
            return withoutDoubles(
                    pending.stream()
                            .map(CompletableFuture::join)
                            .flatMap(Optional::stream)
                            .toList(),
                    known);
        } finally {
            probes.shutdownNow();
        }
    }

    private static List<ServerTarget> withoutDoubles(List<Server> servers, Collection<ServerTarget> known) {
        boolean frontend = Stream.concat(servers.stream().map(Server::target), known.stream())
                .anyMatch(ServerDiscovery::isDynamoFrontend);
        return servers.stream()
                .filter(server -> !(frontend && server.dynamoWorker()))
                .map(Server::target)
                .toList();
    }

    private static boolean isDynamoFrontend(ServerTarget target) {
        return target.engine().filter(DYNAMO::equals).isPresent();
    }

    private Optional<Server> probe(int port) {
        try {
            return Optional.of(server(port));
        } catch (ScrapeException e) {
            LOG.debug("No inference server on port {}: {}", port, e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Asks one port.
     *
     * @return the server that is there, with its engine
     * @throws ScrapeException if there is none that is known; the message says why
     */
    public ServerTarget ask(int port) throws ScrapeException {
        return server(port).target();
    }

    private Server server(int port) throws ScrapeException {
        URI base = URI.create("http://" + LOOPBACK + ":" + port);
        long deadlineNanos = System.nanoTime() + timeoutPerPort.toNanos();
        BoundedGet http = new BoundedGet(client, Optional.empty());
        Found found = new EngineProbe(http, engines, ScrapeLimits.defaults()).recognise(base, deadlineNanos);
        String usualPath = found.engine().metricsPath();
        URI uri = found.uri().getRawPath().equals(usualPath) ? base : found.uri();
        ServerTarget target = new ServerTarget(
                LOOPBACK + ":" + port, uri, Optional.of(found.engine().name()), Optional.empty(), List.of());
        return new Server(target, isDynamoWorker(found.reply().body()));
    }

    private static boolean isDynamoWorker(Exposition exposition) {
        return exposition.samples().values().stream()
                .flatMap(List::stream)
                .anyMatch(sample -> !sample.id().label("dynamo_namespace").isEmpty());
    }
}
