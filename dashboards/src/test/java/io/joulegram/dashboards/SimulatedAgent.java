package io.joulegram.dashboards;

import io.joulegram.agent.Agent;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigLoader;
import io.joulegram.agent.ledger.BookedIntensity;
import io.joulegram.agent.ledger.Bucket;
import io.joulegram.agent.ledger.DeviceUse;
import io.joulegram.agent.ledger.Ledger;
import io.joulegram.agent.ledger.LedgerDevice;
import io.joulegram.agent.simulate.EngineGroup;
import io.joulegram.agent.simulate.EnginePower;
import io.joulegram.agent.simulate.OpenAiServer;
import io.joulegram.agent.simulate.Simulation;
import io.joulegram.power.Component;
import io.joulegram.tokens.CountingHost;
import io.joulegram.tokens.ServerTarget;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The daemon as {@code joulegram demo} runs it, in this process, so that what really happened can be asked for. It has
 * budgets, one of which is exhausted at once, objectives, a ledger of the last hours, a {@link PlatformMeter},
 * {@link MadeWorkloads} and {@link MeteredClients}. Its server computes on a second host as well, which has devices that draw
 * the very same, and an agent of its own.
 */
final class SimulatedAgent implements AutoCloseable {
    private static final int ATTEMPTS = 5;

    /** The server makes its first request five seconds after its begin. */
    private static final long QUIET_NANOS = 4_500_000_000L;

    private static final int STEP_SECONDS = 2;
    private static final int STEPS = 900;

    private final TruthLog truth;
    private final OpenAiServer server;
    private final MadeWorkloads workloads;
    private final Agent agent;
    private final MeteredClients clients;
    private final Agent secondHost;

    private SimulatedAgent(
            TruthLog truth,
            OpenAiServer server,
            MadeWorkloads workloads,
            Agent agent,
            MeteredClients clients,
            Agent secondHost) {
        this.truth = truth;
        this.server = server;
        this.workloads = workloads;
        this.agent = agent;
        this.clients = clients;
        this.secondHost = secondHost;
    }

    /** Starts it, again where it was too slow to see the server before its first token. */
    static SimulatedAgent start(Path directory) throws Exception {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            long begin = System.nanoTime();
            SimulatedAgent started = begin(Files.createDirectory(directory.resolve("agent" + attempt)));
            while (System.nanoTime() - begin < QUIET_NANOS) {
                if (started.metrics().contains("joulegram_tokens_total{")) {
                    return started;
                }
                Thread.sleep(50);
            }
            started.close();
        }
        throw new IllegalStateException("the agent needs longer than " + QUIET_NANOS + " ns to see its server");
    }

    private static SimulatedAgent begin(Path directory) throws Exception {
        Simulation demo = Simulation.demo();
        EngineGroup engines = demo.engines(System::nanoTime).get(0);
        OpenAiServer server =
                OpenAiServer.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), engines, demo.own());
        MadeWorkloads workloads = MadeWorkloads.start(directory);
        AgentConfig config = new ConfigLoader(Map.of())
                .load(configuration(directory, workloads), List.of())
                .withServers(served(server, CountingHost.HERE));
        Agent agent = new Agent(
                config, List.of(List.of(new EnginePower(List.of(engines))), List.of(PlatformMeter.provider(engines))));
        agent.start();
        URI address = URI.create("http://127.0.0.1:" + agent.address().getPort());
        return new SimulatedAgent(
                TruthLog.of(engines),
                server,
                workloads,
                agent,
                MeteredClients.start(directory, address),
                secondHost(directory, engines, server));
    }

    private static Agent secondHost(Path directory, EngineGroup engines, OpenAiServer server) throws Exception {
        Path file = Files.writeString(directory.resolve("second-host.yaml"), """
                web.listen-address: 127.0.0.1:0
                ledger.path: none
                grid.intensity: 300
                pue: 1.2
                """);
        AgentConfig config =
                new ConfigLoader(Map.of()).load(file, List.of()).withServers(served(server, CountingHost.ELSEWHERE));
        Agent agent = new Agent(config, List.of(List.of(new EnginePower(List.of(engines)))));
        agent.start();
        return agent;
    }

    private static AgentConfig.Servers served(OpenAiServer server, CountingHost tokens) {
        ServerTarget target = new ServerTarget(
                "simulated",
                server.baseUri(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.of("demo"),
                Optional.empty(),
                tokens);
        return new AgentConfig.Servers(false, List.of(target));
    }

    private static Path configuration(Path directory, MadeWorkloads workloads) throws Exception {
        Path ledger = directory.resolve("ledger.db");
        writePast(ledger);
        return Files.writeString(directory.resolve("joulegram.yaml"), """
                web.listen-address: 127.0.0.1:0
                ledger.path: %s
                path.sysfs: %s
                workloads: {enabled: true, interval: 1s, container-logs: %s}
                grid: {zone: DE, providers: [trace], trace-file: %s, market-intensity: 120}
                pue: 1.2
                budgets:
                  - {name: site, limit: 40kg, period: day}
                  - {name: tiny, limit: 1g, period: month}
                objectives:
                  - {name: chat, grams-per-token: 0.001, joules-per-token: 4, window: 5m}
                """.formatted(
                        ledger, workloads.sysfs(), workloads.containerLogs(), trace(directory)));
    }

    /** The last two hours but for their end, as budgets tell nothing of a time too short. */
    private static void writePast(Path file) throws Exception {
        Instant now = Instant.now();
        long begin = now.minusSeconds(7200).toEpochMilli();
        long end = now.minusSeconds(60).toEpochMilli();
        DeviceUse gpu = new DeviceUse(
                LedgerDevice.withoutFootprint(Component.GPU, "0"),
                "simulated",
                OptionalLong.of((end - begin) * 2_000_000),
                0,
                0.05,
                0);
        BookedIntensity intensity = new BookedIntensity(300, "DE", "trace", "average", "unstated", "test");
        Bucket past = new Bucket(
                begin, end, end - begin, Bucket.Kind.MINUTE, 1, Map.of("location", intensity), List.of(gpu), List.of());
        try (Ledger ledger = Ledger.open(file, now)) {
            ledger.append(List.of(past), List.of());
        }
    }

    /** A new intensity every other second, since what a budget has used is told whenever the intensity changes. */
    private static Path trace(Path directory) throws IOException {
        Instant begin = Instant.now().minusSeconds(10);
        StringBuilder trace = new StringBuilder("from,until,g_per_kwh\n");
        for (int step = 0; step < STEPS; step++) {
            Instant from = begin.plusSeconds((long) step * STEP_SECONDS);
            trace.append(from)
                    .append(',')
                    .append(from.plusSeconds(STEP_SECONDS))
                    .append(',');
            trace.append(300 + 50 * (step % 3)).append('\n');
        }
        return Files.writeString(directory.resolve("trace.csv"), trace);
    }

    /** HOST:PORT. */
    String address() {
        return "127.0.0.1:" + agent.address().getPort();
    }

    /** HOST:PORT of the agent of the second host. */
    String secondAddress() {
        return "127.0.0.1:" + secondHost.address().getPort();
    }

    /** HOST:PORT of the metrics of the proxy that some of the server's requests pass. */
    String proxyAddress() {
        return clients.address();
    }

    private String metrics() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address() + "/metrics"))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }

    /** Joules of all devices of one of the hosts while the server's counter of output tokens went from one value to another. */
    double joulesWhileTokensWent(double from, double to) {
        return truth.joulesAt(to) - truth.joulesAt(from);
    }

    @Override
    public void close() throws IOException {
        clients.close();
        secondHost.close();
        agent.close();
        workloads.close();
        truth.close();
        server.close();
    }
}
