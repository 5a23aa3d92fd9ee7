package io.joulegram.agent;

import io.joulegram.agent.carbon.CarbonBook;
import io.joulegram.agent.carbon.EmbodiedDevice;
import io.joulegram.agent.carbon.EmbodiedInventory;
import io.joulegram.agent.carbon.Footprint;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.otlp.OtlpProbe;
import io.joulegram.grid.GridIntensity;
import io.joulegram.host.Disk;
import io.joulegram.host.HostHardware;
import io.joulegram.host.HostInventory;
import io.joulegram.power.Channel;
import io.joulegram.power.GpuInfo;
import io.joulegram.power.GpuProcess;
import io.joulegram.power.GpuSource;
import io.joulegram.power.GpuTelemetry;
import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.Quantity;
import io.joulegram.power.Readings;
import io.joulegram.power.Remark;
import io.joulegram.power.Sensor;
import io.joulegram.power.SourceUnavailableException;
import io.joulegram.tokens.EngineCatalog;
import io.joulegram.tokens.HttpTokenServer;
import io.joulegram.tokens.ModelTokens;
import io.joulegram.tokens.Scrape;
import io.joulegram.tokens.ScrapeException;
import io.joulegram.tokens.ScrapeLimits;
import io.joulegram.tokens.ServerDiscovery;
import io.joulegram.tokens.ServerTarget;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Looks at everything the daemon would use, once, and tells what is there, what is not, why, and what mends it.
 */
public final class Doctor {
    private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(1);
    private static final long BETWEEN_READS_MILLIS = 1_000;
    private static final Set<Sensor> NOT_MEASURED = Set.of(Sensor.ESTIMATE, Sensor.CONSTANT, Sensor.SIMULATED);

    private final AgentConfig config;
    private final PrintWriter out;
    private final Findings findings;
    private final LinkFindings links;
    private final Map<String, List<GpuProcess>> processesByDevice = new TreeMap<>();
    private final List<GpuInfo> gpus = new ArrayList<>();
    private boolean measured;

    /** @param out takes the findings, a line each */
    public Doctor(AgentConfig config, PrintWriter out) {
        this.config = config;
        this.out = out;
        findings = new Findings(out);
        links = new LinkFindings(config, findings);
    }

    /**
     * Looks.
     *
     * @param families power sources, each a chain of providers of which the first that works is used
     * @return whether the power of a GPU or a processor is measured, not estimated
     */
    public boolean examine(List<List<PowerSourceProvider>> families) throws InterruptedException {
        findings.section("Power");
        for (List<PowerSourceProvider> chain : families) {
            for (PowerSourceProvider provider : chain) {
                if (isUsable(provider)) {
                    break;
                }
            }
        }
        findings.section("Inference servers");
        examineServers();
        findings.section("Workloads");
        links.examineWorkloads(processesByDevice, gpus);
        findings.section("Grid");
        examineGrid();
        findings.section("Making of the hardware");
        examineMaking();
        findings.section("Ledger");
        examineLedger();
        config.otlp().endpoint().ifPresent(this::examineReceiver);
        out.println(
                measured
                        ? "GPU or processor power is measured."
                        : "Neither GPU nor processor power is measured: figures would rest on estimates or be absent.");
        out.flush();
        return measured;
    }

    private boolean isUsable(PowerSourceProvider provider) throws InterruptedException {
        CompletableFuture<List<PowerSource>> opening = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        opening.complete(provider.open());
                    } catch (SourceUnavailableException | RuntimeException | LinkageError e) {
                        opening.completeExceptionally(e);
                    }
                },
                "doctor-" + provider.name());
        thread.setDaemon(true);
        thread.start();
        try {
            List<PowerSource> sources = opening.get(OPEN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            for (PowerSource source : sources) {
                if (source instanceof GpuSource gpu) {
                    gpus.add(gpu.info());
                }
                examine(source);
                remark(source);
                noteProcesses(source);
                source.close();
            }
            return true;
        } catch (TimeoutException e) {
            findings.missing(provider.name(), "hangs while it is opened", "");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SourceUnavailableException unavailable) {
                findings.missing(provider.name(), String.valueOf(unavailable.getMessage()), unavailable.fix());
            } else {
                findings.missing(provider.name(), String.valueOf(e.getCause()), "");
            }
        }
        return false;
    }

    private void noteProcesses(PowerSource source) {
        if (source instanceof GpuSource gpu) {
            gpu.refresh();
            GpuTelemetry telemetry = gpu.telemetry();
            processesByDevice.put(gpu.info().device(), telemetry == null ? List.of() : telemetry.processes());
        }
    }

    private void examine(PowerSource source) throws InterruptedException {
        int channels = source.channels().size();
        Readings first = new Readings(channels);
        Readings second = new Readings(channels);
        source.read(first);
        Thread.sleep(BETWEEN_READS_MILLIS);
        source.read(second);
        for (int i = 0; i < channels; i++) {
            Channel channel = source.channels().get(i);
            String what = source.name() + "  " + channel.domain().label() + " " + channel.device() + "  "
                    + channel.sensor().label();
            switch (second.status(i)) {
                case MEASURED -> {
                    findings.found(what, watts(channel, i, first, second) + share(channel));
                    measured |= !NOT_MEASURED.contains(channel.sensor())
                            && channel.domain().component() != null;
                }
                case NO_DATA -> findings.missing(what, "has no value yet", "");
                case UNSUPPORTED -> findings.missing(what, "the device does not have it", "");
                case FAILED -> findings.missing(what, source.errorName(second.errorCode(i)), "");
            }
        }
    }

    /** Whether the energy is part of the host's total, and if not, why. */
    private static String share(Channel channel) {
        return switch (channel.domain()) {
            case GPU, CPU, DRAM, OTHER -> "";
            case GPU_MEMORY -> "; not in the total: inside gpu";
            case CORE, UNCORE -> "; not in the total: inside cpu";
            case GPU_MODULE -> "; not in the total: contains a GPU and its processor";
            case PLATFORM -> "; not in the total: contains what others measure (host.platform-meter takes the rest)";
        };
    }

    private void remark(PowerSource source) {
        for (Remark remark : source.remarks()) {
            boolean fixable = !remark.fix().isEmpty();
            out.println((fixable ? "  warning  " : "  note     ") + source.name() + ": " + remark.what());
            if (fixable) {
                out.println("           fix: " + remark.fix());
            }
        }
    }

    private static String watts(Channel channel, int index, Readings first, Readings second) {
        if (channel.quantity() == Quantity.POWER) {
            return String.format(Locale.ROOT, "%.1f W", second.value(index) / 1e3);
        }
        long counts = second.value(index) - first.value(index);
        long nanos = second.timeNanos(index) - first.timeNanos(index);
        if (first.status(index) != Readings.Status.MEASURED || counts < 0 || nanos <= 0) {
            return "counter " + Long.toUnsignedString(second.value(index));
        }
        return String.format(
                Locale.ROOT,
                "%.1f W over a second of its counter",
                counts * channel.microjoulesPerCount() * 1e3 / nanos);
    }

    private void examineServers() {
        EngineCatalog engines = Engines.of(config);
        HttpClients clients = new HttpClients();
        List<ServerTarget> targets = new ArrayList<>(config.servers().targets());
        if (config.servers().auto()) {
            ServerDiscovery discovery =
                    new ServerDiscovery(clients.plain(), engines, engines.usualPorts(), PROBE_TIMEOUT);
            targets.addAll(new ServingFindings(
                            findings,
                            discovery,
                            engines.usualPorts(),
                            config.path().procfs())
                    .examine(
                            Set.of(config.web().listenAddress().port()),
                            config.servers().targets()));
        }
        if (targets.isEmpty()) {
            findings.missing(
                    "none",
                    config.servers().auto()
                            ? "no server answers on this host's usual ports " + engines.usualPorts()
                                    + ", nor on one that its own process names"
                            : "none is configured",
                    "name it with --server URL; engines: " + String.join(", ", engines.names()));
        }
        DeploymentFindings deployments = new DeploymentFindings(findings);
        AimFindings aims = new AimFindings(findings);
        for (ServerTarget target : targets) {
            try {
                Scrape scrape = new HttpTokenServer(
                                clients.of(target.baseUri()), target, engines, ScrapeLimits.defaults())
                        .scrape();
                Set<String> models = models(scrape);
                findings.found(target.name(), scrape.traits().engine() + ", models: " + String.join(", ", models));
                deployments.note(target, scrape.traits());
                aims.note(target.name(), models);
            } catch (ScrapeException | IllegalArgumentException e) {
                findings.missing(target.name(), String.valueOf(e.getMessage()), "");
            }
        }
        deployments.tell();
        config.budgets().forEach(aims::tell);
        config.objectives().forEach(aims::tell);
        links.examineServers(targets, processesByDevice);
    }

    private static Set<String> models(Scrape scrape) {
        return scrape.models().stream().map(ModelTokens::model).collect(Collectors.toCollection(TreeSet::new));
    }

    private void examineGrid() {
        HttpClients clients = new HttpClients();
        try (Grid grid = Grid.of(config.grid(), clients::of)) {
            grid.askNow();
            Map<String, GridIntensity> figures = grid.at(Instant.now());
            figures.forEach((basis, figure) -> findings.found(
                    figure.zone() + " (" + basis + ")",
                    figure.gramsPerKwh() + " gCO2e/kWh, " + figure.signal() + ", " + figure.boundary() + ", "
                            + figure.provider() + " " + figure.dataset()));
            if (!figures.containsKey(CarbonBook.LOCATION)) {
                findings.missing(
                        "none",
                        "the carbon intensity is not known, so grams of energy are absent",
                        "--grid.zone ZONE (such as DE or US-CAL-CISO) or --grid.intensity G");
            }
        }
    }

    private void examineMaking() {
        HostInventory host = HostInventory.read(config.path().procfs());
        Path sysfs = config.path().sysfs();
        HostHardware hardware = HostHardware.read(sysfs).withMemoryModules(sysfs);
        CarbonBook book = new CarbonBook(new EmbodiedInventory(config, host, hardware, Disk.read(sysfs)));
        book.noteGpus(gpus);
        for (EmbodiedDevice device : book.devices()) {
            findings.found(device.component().label() + " " + device.device(), kilograms(device.footprint()));
            device.parts()
                    .forEach(part -> out.println("             " + part.name() + ": " + kilograms(part.footprint())));
        }
    }

    private static String kilograms(Footprint footprint) {
        return String.format(
                Locale.ROOT,
                "%.1f kgCO2e, %.1f to %.1f; %s",
                footprint.grams() / 1e3,
                footprint.lowGrams() / 1e3,
                footprint.highGrams() / 1e3,
                footprint.origin());
    }

    private void examineLedger() {
        config.ledger()
                .path()
                .ifPresentOrElse(
                        file -> findings.found(file.toString(), "energy, intensity and tokens are kept there"),
                        () -> findings.missing(
                                "none",
                                "nothing is kept over a restart, and there is nothing to report from",
                                "--ledger.path FILE"));
        BudgetReach.warnings(config).forEach(warning -> out.println("  warning  " + warning));
        ObjectiveReach.warnings(config).forEach(warning -> out.println("  warning  " + warning));
    }

    private void examineReceiver(URI endpoint) {
        findings.section("OTLP");
        OtlpProbe probe = OtlpProbe.of(
                config.otlp(),
                endpoint,
                new HttpClients().of(endpoint, config.otlp().authorities()));
        if (probe.accepts()) {
            findings.found(probe.address().toString(), "takes figures");
        } else {
            findings.missing(probe.address().toString(), probe.reason(), "");
        }
    }
}
