package io.joulegram.agent;

import io.joulegram.agent.access.Access;
import io.joulegram.agent.attribution.Attribution;
import io.joulegram.agent.attribution.Conditions;
import io.joulegram.agent.attribution.DeviceSlice;
import io.joulegram.agent.attribution.MeterFeed;
import io.joulegram.agent.attribution.TokenWeights;
import io.joulegram.agent.calibrate.LearnedWindows;
import io.joulegram.agent.carbon.CarbonBook;
import io.joulegram.agent.carbon.EmbodiedInventory;
import io.joulegram.agent.carbon.Utilization;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.control.ControlException;
import io.joulegram.agent.control.ControlRequests;
import io.joulegram.agent.control.ControlSocket;
import io.joulegram.agent.energy.EnergyBook;
import io.joulegram.agent.energy.Meter;
import io.joulegram.agent.energy.SamplingPlan;
import io.joulegram.agent.energy.SourceSampler;
import io.joulegram.agent.energy.SourceSupervisor;
import io.joulegram.agent.energy.SuspendWatch;
import io.joulegram.agent.export.BuildInfo;
import io.joulegram.agent.export.Exposition;
import io.joulegram.agent.export.HttpEndpoint;
import io.joulegram.agent.export.ListenException;
import io.joulegram.agent.export.PowerCurve;
import io.joulegram.agent.export.Snapshot;
import io.joulegram.agent.kubernetes.KubernetesWatch;
import io.joulegram.agent.ledger.LedgerException;
import io.joulegram.agent.otlp.OtlpPusher;
import io.joulegram.agent.otlp.OtlpResource;
import io.joulegram.agent.serving.GpuEvidence;
import io.joulegram.agent.serving.HostServers;
import io.joulegram.agent.serving.ServedDevices;
import io.joulegram.agent.serving.ServerSurvey;
import io.joulegram.agent.serving.ServerWatch;
import io.joulegram.agent.workloads.WorkloadAccounts;
import io.joulegram.grid.GridIntensity;
import io.joulegram.host.Disk;
import io.joulegram.host.GpuOwnership;
import io.joulegram.host.HostHardware;
import io.joulegram.host.HostInventory;
import io.joulegram.host.ProcessCpuClock;
import io.joulegram.power.Component;
import io.joulegram.power.GpuInfo;
import io.joulegram.power.GpuProcess;
import io.joulegram.power.GpuSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.tokens.EngineCatalog;
import io.joulegram.tokens.HttpTokenServer;
import io.joulegram.tokens.ScrapeLimits;
import io.joulegram.tokens.TokenServer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon, put together: sources, books, servers, carbon and the HTTP endpoint.
 *
 * <p>Everything runs on threads of its own; {@link #start} returns at once and {@link #close} ends them all.
 */
public final class Agent implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(1);
    private static final long OWN_ENERGY_NANOS = 5_000_000_000L;

    /** A snapshot that is younger is given to whoever asks; it lacks at most one reading of the default interval. */
    private static final long FRESH_NANOS = 100_000_000L;
    /** One that is older says nothing of now: the books are not kept any more. */
    private static final long STALE_NANOS = 10_000_000_000L;
    /** How long who asks waits for a new snapshot before it gets the last one. */
    private static final long FRESH_PATIENCE_MILLIS = 50;

    private final AgentConfig config;
    private final EnergyBook book;
    private final SourceSupervisor supervisor;
    private final Attribution attribution;
    private final CarbonBook carbon;
    private final CompletableFuture<HostHardware> memoryModules = new CompletableFuture<>();
    private final HttpClients clients = new HttpClients();
    private final Grid grid;
    private final Archive archive;
    private final Bookkeeper bookkeeper;
    private final ServerSurvey survey;
    private final KubernetesWatch kubernetes;
    private final Optional<WorkloadAccounts> workloads;
    private final Exposition exposition;
    private final Access access;
    private final BuildInfo build;
    private HostHardware hardware;
    private volatile @Nullable Snapshot snapshot;
    private volatile OptionalLong scrapedNanos = OptionalLong.empty();
    private volatile @Nullable HttpEndpoint endpoint;
    private @Nullable ControlSocket control;
    private @Nullable OtlpPusher otlp;

    /**
     * @param families power sources, each a chain of providers of which the first that works is used
     * @throws IllegalArgumentException if the configuration asks for what does not exist; the message says what does
     */
    public Agent(AgentConfig config, List<List<PowerSourceProvider>> families) {
        this.config = config;
        AgentConfig.Sampling sampling = config.sampling();
        book = new EnergyBook(
                new SamplingPlan(
                        sampling.interval(), sampling.raplInterval(), sampling.powerInterval(), sampling.hangTimeout()),
                System::nanoTime,
                config.calibration());
        supervisor = new SourceSupervisor(book, PlatformRest.join(families, config.host(), book));
        attribution = new Attribution(
                new TokenWeights(
                        config.attribution().prefillTokenWeight(),
                        config.attribution().cachedTokenWeight()),
                config.pue());
        grid = Grid.of(config.grid(), clients::of);
        HostInventory host = HostInventory.read(config.path().procfs());
        hardware = HostHardware.read(config.path().sysfs());
        EmbodiedInventory inventory = new EmbodiedInventory(
                config, host, hardware, Disk.read(config.path().sysfs()));
        carbon = new CarbonBook(inventory);
        kubernetes = new KubernetesWatch(
                config.workloads().kubeletSocket(), KubernetesAccess.of(config.workloads(), config.path(), clients));
        workloads = config.workloads().enabled()
                ? Optional.of(new WorkloadAccounts(
                        config.path(),
                        config.workloads(),
                        config.ledger().workloads(),
                        this::gpuPids,
                        kubernetes::facts))
                : Optional.empty();
        archive = new Archive(
                config,
                attribution,
                book,
                host.bootId(),
                () -> workloads.map(WorkloadAccounts::takeUnfiled).orElse(List.of()));
        bookkeeper = new Bookkeeper(
                attribution,
                new Desk(),
                this::servers,
                config.tokens().outageAfter().toNanos());
        survey = survey();
        build = BuildInfo.current();
        exposition = new Exposition(this::scraped, build);
        access = Access.of(config.web().access());
    }

    private ServerSurvey survey() {
        EngineCatalog engines = Engines.of(config);
        ScrapeLimits limits = ScrapeLimits.defaults()
                .withDeadline(config.tokens().scrapeTimeout())
                .withMaxBodyBytes(Math.toIntExact(config.tokens().maxBodyBytes()));
        Optional<HostServers> hostServers = config.servers().auto()
                ? Optional.of(new HostServers(
                        clients.plain(), engines, PROBE_TIMEOUT, config.path().procfs()))
                : Optional.empty();
        return new ServerSurvey(
                config.servers().targets(),
                target -> {
                    TokenServer server = new HttpTokenServer(clients.of(target.baseUri()), target, engines, limits);
                    return watch(hostServers.map(host -> host.guarded(server)).orElse(server));
                },
                hostServers,
                new GpuOwnership(config.path().procfs()),
                this::gpuProcesses,
                this::ownPorts);
    }

    private ServerWatch watch(TokenServer server) {
        return new ServerWatch(server, config.tokens().scrapeInterval(), event -> bookkeeper.post(event));
    }

    private List<PowerCurve> curves() {
        return book.entries().stream()
                .map(EnergyBook.Entry::meter)
                .map(meter -> new PowerCurve(meter.domain(), meter.device(), meter.curve()))
                .toList();
    }

    private Collection<ServerWatch> servers() {
        return survey.servers();
    }

    private Set<Integer> ownPorts() {
        HttpEndpoint open = endpoint;
        return open == null ? Set.of() : Set.of(open.address().getPort());
    }

    /**
     * Begins to listen and to measure.
     *
     * @throws ListenException if the address to listen on cannot be had
     * @throws LedgerException if the ledger is in use by another agent, or cannot be written to
     */
    public void start() throws ListenException, LedgerException {
        archive.start();
        HttpEndpoint opened = HttpEndpoint.open(
                config.web().listenAddress(), access, exposition, this::snapshot, this::curves, build);
        endpoint = opened;
        config.otlp()
                .endpoint()
                .ifPresent(receiver -> push(receiver, opened.address().getPort()));
        grid.start();
        supervisor.start();
        survey.start();
        workloads.ifPresent(accounts -> {
            kubernetes.start();
            accounts.start();
        });
        bookkeeper.start();
        findMemoryModules(hardware);
        config.control().socket().ifPresent(this::listenForControl);
        LOG.info("{} listens on {}", build, opened.url());
    }

    /** From before the first reading on, so that every counter is 0 at the start that is told with it. */
    private void push(URI receiver, int port) {
        otlp = OtlpPusher.of(
                config.otlp(),
                receiver,
                clients.of(receiver, config.otlp().authorities()),
                exposition,
                build,
                OtlpResource.of(
                        build,
                        HostInventory.hostname(config.path().procfs()),
                        port,
                        config.otlp().resourceAttributes()),
                System.currentTimeMillis());
        otlp.start();
    }

    /** Takes up to a second, which nothing waits for. */
    private void findMemoryModules(HostHardware known) {
        Thread search = new Thread(
                () -> {
                    try {
                        memoryModules.complete(
                                known.withMemoryModules(config.path().sysfs()));
                    } catch (RuntimeException | LinkageError e) {
                        LOG.warn(
                                "memory modules are not known, and memory is taken for what the kernel manages: {}",
                                "" + e);
                    }
                },
                "memory-modules");
        search.setDaemon(true);
        search.start();
    }

    /** Without the socket the daemon measures all the same. */
    private void listenForControl(Path socket) {
        try {
            control = ControlSocket.open(socket, new ControlRequests(supervisor));
        } catch (ControlException e) {
            LOG.warn("`joulegram quiesce` cannot reach this agent: {}", e.getMessage());
        }
    }

    /** Where HTTP is served. */
    public InetSocketAddress address() {
        return Objects.requireNonNull(endpoint, "not started").address();
    }

    /**
     * A snapshot of the books as they stand; empty before the first. Waits for the bookkeeping for a moment at most, and
     * never for a device. Any thread.
     */
    public Optional<Snapshot> snapshot() {
        if (ageNanos(snapshot) > FRESH_NANOS) {
            bookkeeper.publishNow(FRESH_PATIENCE_MILLIS);
        }
        Snapshot newest = snapshot;
        return ageNanos(newest) > STALE_NANOS ? Optional.empty() : Optional.ofNullable(newest);
    }

    /** The snapshot that a scrape or a push takes away. */
    private Optional<Snapshot> scraped() {
        Optional<Snapshot> taken = snapshot();
        taken.ifPresent(shown -> {
            scrapedNanos = OptionalLong.of(shown.monotonicNanos());
            workloads.ifPresent(accounts -> accounts.noteScrape(shown.monotonicNanos()));
        });
        return taken;
    }

    private static long ageNanos(@Nullable Snapshot snapshot) {
        return snapshot == null ? Long.MAX_VALUE : System.nanoTime() - snapshot.monotonicNanos();
    }

    private List<GpuSource> gpus() {
        return book.samplers().stream()
                .map(SourceSampler::source)
                .filter(GpuSource.class::isInstance)
                .map(GpuSource.class::cast)
                .toList();
    }

    private Map<String, List<GpuProcess>> gpuProcesses() {
        Map<String, List<GpuProcess>> processes = new TreeMap<>();
        for (GpuSource gpu : gpus()) {
            var telemetry = gpu.telemetry();
            processes.put(gpu.info().device(), telemetry == null ? List.of() : telemetry.processes());
        }
        return processes;
    }

    private Set<Integer> gpuPids() {
        return gpuProcesses().values().stream()
                .flatMap(List::stream)
                .map(GpuProcess::pid)
                .collect(Collectors.toSet());
    }

    private Map<String, GpuEvidence.Observed> observedGpus() {
        Map<String, GpuEvidence.Observed> observed = new TreeMap<>();
        for (GpuSource gpu : gpus()) {
            var telemetry = gpu.telemetry();
            if (telemetry != null) {
                observed.put(gpu.info().device(), new GpuEvidence.Observed(telemetry.processes(), gpu.activity()));
            }
        }
        return observed;
    }

    @Override
    public void close() {
        HttpEndpoint open = endpoint;
        if (control != null) {
            control.close();
        }
        survey.close();
        workloads.ifPresent(WorkloadAccounts::close);
        kubernetes.close();
        bookkeeper.close();
        if (otlp != null) {
            otlp.end();
        }
        archive.close();
        supervisor.close();
        grid.close();
        if (open != null) {
            open.close();
        }
        if (otlp != null) {
            otlp.close();
        }
        exposition.close();
        access.close();
    }

    /** What the bookkeeper asks for and tells; on its thread alone. */
    private final class Desk implements Bookkeeper.Desk {
        private final LearnedWindows windows = new LearnedWindows(book::entries);
        private final SnapshotAssembler assembler = new SnapshotAssembler(
                book, supervisor, attribution, windows, grid.has(grid.headline()), grid.has(CarbonBook.LOCATION));
        private final IntensityUncertainty intensityUncertainty =
                new IntensityUncertainty(config.grid().uncertaintyRatio());
        private final SuspendWatch suspend = SuspendWatch.ofKernel();
        private final ProcessCpuClock ownCpu = new ProcessCpuClock(config.path().procfs());
        private final boolean byHoursOfUse =
                config.embodied().amortization() == AgentConfig.Embodied.Amortization.UTILIZED_HOURS;
        private double agentMicrojoules;
        private long cpuMicrojoulesBefore;
        private long ownCountedNanos = System.nanoTime() - OWN_ENERGY_NANOS;
        private boolean agentKnown;
        /** Those that hold in the slice that is being settled. */
        private Map<String, GridIntensity> intensities = Map.of();

        private boolean begun;

        @Override
        public long nextCutNanos(long nanos) {
            long cut = archive.nextCutNanos(nanos, grid.nextChangeAfter(archive.wallMillis(nanos)));
            return workloads.map(accounts -> accounts.nextCutNanos(nanos, cut)).orElse(cut);
        }

        @Override
        public Conditions beginSlice(long startNanos) {
            if (!begun) {
                grid.awaitFirst();
                begun = true;
            }
            Instant start = Instant.ofEpochMilli(archive.wallMillis(startNanos));
            intensities = grid.at(start);
            carbon.beginSlice(byHoursOfUse ? utilization() : Utilization.UNKNOWN);
            archive.beginSlice(startNanos, grid.bookedAt(start), carbon.ledgerDevices());
            long now = System.nanoTime();
            List<MeterFeed> feeds = new ArrayList<>();
            for (EnergyBook.Entry entry : book.entries()) {
                Meter meter = entry.meter();
                Component component = meter.domain().component();
                if (component != null && !meter.curve().isEmpty()) {
                    feeds.add(new MeterFeed(component, meter.device(), meter.curve(), entry.isLive(now)));
                }
            }
            ServedDevices served = survey.devices();
            Map<String, GpuEvidence.Observed> observed = observedGpus();
            workloads.ifPresent(accounts ->
                    accounts.beginSlice(gpus().stream().map(GpuSource::info).toList(), observed));
            GpuEvidence.memoryOfModels(served, observed).forEach(attribution::onMemory);
            return new Conditions(
                    feeds,
                    carbon.rates(),
                    served.serversByGpu(),
                    GpuEvidence.of(served, observed),
                    intensity(grid.headline()),
                    intensity(CarbonBook.LOCATION));
        }

        @Override
        public OptionalLong coveredUntilNanos() {
            long now = System.nanoTime();
            boolean anyLive = false;
            long earliest = 0;
            for (EnergyBook.Entry entry : book.entries()) {
                if (counts(entry) && entry.isLive(now)) {
                    long covered = entry.meter().curve().coveredUntilNanos();
                    earliest = anyLive && earliest - covered < 0 ? earliest : covered;
                    anyLive = true;
                }
            }
            return anyLive ? OptionalLong.of(earliest) : OptionalLong.empty();
        }

        private static boolean counts(EnergyBook.Entry entry) {
            return entry.meter().domain().component() != null
                    && !entry.meter().curve().isEmpty();
        }

        @Override
        public void endSlice(long endNanos, long elapsedNanos, List<DeviceSlice> parts) {
            carbon.book(elapsedNanos, parts, intensities);
            archive.endSlice(endNanos, elapsedNanos, parts, carbon.rates());
            workloads.ifPresent(accounts ->
                    accounts.endSlice(endNanos, elapsedNanos, parts, carbon.rates(), intensity(grid.headline())));
        }

        @Override
        public void onTick(long nowNanos) {
            suspend.check(book);
            windows.learn(nowNanos);
            List<GpuInfo> infos = gpus().stream().map(GpuSource::info).toList();
            carbon.noteGpus(infos);
            HostHardware found = memoryModules.getNow(hardware);
            if (!found.equals(hardware)) {
                hardware = found;
                carbon.noteHardware(found);
            }
            archive.onTick(grid, carbon.ledgerDevices());
            scrapedNanos.ifPresent(scraped -> attribution.retire(nowNanos, scraped));
            ServedDevices devices = survey.devices();
            survey.servers()
                    .forEach(server -> attribution.onDevices(
                            server.target().name(),
                            devices.of(server.target().name()).devices()));
            if (nowNanos - ownCountedNanos >= OWN_ENERGY_NANOS) {
                ownCountedNanos = nowNanos;
                countOwnEnergy();
            }
        }

        @Override
        public void publish(long nowNanos) {
            Instant now = Instant.now();
            snapshot = assembler.assemble(
                    nowNanos,
                    survey.servers(),
                    survey.devices(),
                    CarbonStates.of(carbon, grid.at(now), grid.headline(), config.pue(), now),
                    new Uncertainties.Factors(
                            config.pueUncertaintyRatio(),
                            intensityUncertainty.ratioOf(intensities.get(grid.headline()))),
                    archive.state(intensity(grid.headline()), carbon.ledgerDevices()),
                    own(),
                    workloads.map(accounts -> accounts.state(nowNanos)));
        }

        private Utilization utilization() {
            Map<String, Double> used = new TreeMap<>();
            for (GpuSource gpu : gpus()) {
                var telemetry = gpu.telemetry();
                if (telemetry != null) {
                    telemetry
                            .utilizationRatio()
                            .ifPresent(ratio -> used.put(gpu.info().device(), Math.max(0, Math.min(1, ratio))));
                }
            }
            boolean busy = attribution.servers().stream()
                    .flatMap(server -> server.models().stream())
                    .anyMatch(model -> model.requestsRunning().orElse(0) > 0);
            return Utilization.of(used, !attribution.servers().isEmpty(), busy);
        }

        /** The intensity that holds in the slice, in grams per kWh. */
        private OptionalDouble intensity(String basis) {
            GridIntensity figure = intensities.get(basis);
            return figure == null ? OptionalDouble.empty() : OptionalDouble.of(figure.gramsPerKwh());
        }

        /** The agent's share of the processor time is taken for its share of the processors' energy. */
        private void countOwnEnergy() {
            long cpuMicrojoules = attribution.facilityMicrojoules().getOrDefault(Component.CPU, 0L);
            OptionalDouble share = ownCpu.shareSincePrevious();
            if (share.isPresent() && cpuMicrojoules > 0) {
                agentMicrojoules += share.getAsDouble() * (cpuMicrojoules - cpuMicrojoulesBefore);
                agentKnown = true;
            }
            cpuMicrojoulesBefore = cpuMicrojoules;
        }

        @Override
        public void onStop() {
            archive.finish();
        }

        private OptionalLong own() {
            return agentKnown ? OptionalLong.of((long) agentMicrojoules) : OptionalLong.empty();
        }
    }
}
