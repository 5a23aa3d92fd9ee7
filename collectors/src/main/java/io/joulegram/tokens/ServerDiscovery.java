package io.joulegram.tokens;

import io.joulegram.tokens.EngineProbe.Found;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the inference servers on this host: asks every usual port of the loopback address for metrics, all at the same
 * time, and keeps those whose metrics are of a known engine. Thread-safe.
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

    private record Server(ServerTarget target, boolean dynamoWorker) {
        boolean dynamoFrontend() {
            return target.engine().filter(DYNAMO::equals).isPresent();
        }
    }

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

    /**
     * Looks for servers now. Takes no longer than the time-out for each sixteen ports.
     *
     * <p>Where a Dynamo frontend is found its workers are left out: they tell the same tokens again.
     *
     * @param ownPorts ports not to ask, since this very process listens there
     * @return targets with their engine, in the order of the ports; empty if there are none
     */
    public List<ServerTarget> discover(Set<Integer> ownPorts) {
        List<Integer> asked =
                ports.stream().filter(port -> !ownPorts.contains(port)).toList();
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
            return withoutDoubles(pending.stream()
                    .map(CompletableFuture::join)
                    .flatMap(Optional::stream)
                    .toList());
        } finally {
            probes.shutdownNow();
        }
    }

    private static List<ServerTarget> withoutDoubles(List<Server> servers) {
        boolean frontend = servers.stream().anyMatch(Server::dynamoFrontend);
        return servers.stream()
                .filter(server -> !(frontend && server.dynamoWorker()))
                .map(Server::target)
                .toList();
    }

    private Optional<Server> probe(int port) {
        URI base = URI.create("http://" + LOOPBACK + ":" + port);
        long deadlineNanos = System.nanoTime() + timeoutPerPort.toNanos();
        BoundedGet http = new BoundedGet(client, Optional.empty());
        try {
            Found found = new EngineProbe(http, engines, ScrapeLimits.defaults()).recognise(base, deadlineNanos);
            String usualPath = found.engine().metricsPath();
            URI uri = found.uri().getRawPath().equals(usualPath) ? base : found.uri();
            ServerTarget target = new ServerTarget(
                    LOOPBACK + ":" + port, uri, Optional.of(found.engine().name()), Optional.empty(), List.of());
            return Optional.of(new Server(target, isDynamoWorker(found.reply().body())));
        } catch (ScrapeException e) {
            LOG.debug("No inference server at {}: {}", base, e.getMessage());
            return Optional.empty();
        }
    }

    private static boolean isDynamoWorker(Exposition exposition) {
        return exposition.samples().values().stream()
                .flatMap(List::stream)
                .anyMatch(sample -> !sample.id().label("dynamo_namespace").isEmpty());
    }
}
