package io.joulegram.agent.config;

import io.joulegram.agent.budget.Budget;
import io.joulegram.agent.budget.Objective;
import io.joulegram.power.Component;
import io.joulegram.power.SensorCorrection;
import io.joulegram.power.estimate.ModelConstants;
import io.joulegram.tokens.EngineTraits;
import io.joulegram.tokens.ServerTarget;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The configuration of the agent. Immutable and safe to share between threads. Instances come from
 * {@link ConfigLoader}, which has checked every value against the range that {@code docs/configuration.md} gives for its
 * key. Secrets are left out of {@link #toString}.
 *
 * @param web the web server
 * @param path where the kernel's files are
 * @param nvml GPU sensors
 * @param amdsmi energy counters of AMD GPUs
 * @param rapl CPU and DRAM sensors
 * @param hwmon sensors of the kernel's hwmon class
 * @param ipmi the BMC's meter
 * @param estimate models of devices that have no sensor
 * @param sampling when sensors are read
 * @param servers the inference servers
 * @param tokens how token counters are scraped
 * @param engines definitions of engines that are not built in
 * @param attribution how energy is split between tokens
 * @param workloads whose energy it is on this host
 * @param grid the carbon intensity of electricity
 * @param pue power usage effectiveness of the facility, 1 to 3: facility energy over IT energy (ISO/IEC 30134-2)
 * @param pueUncertaintyRatio relative standard uncertainty of that, 0 to 1
 * @param host what cannot be read from the host itself
 * @param embodied the carbon of making the hardware
 * @param calibration what meters have found of the power sensors of GPUs, by UUID
 * @param timeZone whose days, weeks and months budgets and reports are of
 * @param ledger where energy, intensity and tokens are kept
 * @param budgets how many grams may be emitted; no two have the same name
 * @param objectives what a token may cost; no two have the same name
 * @param otlp where the figures are pushed
 * @param control what may be told to the daemon
 * @param log logging
 */
public record AgentConfig(
        Web web,
        Paths path,
        Nvml nvml,
        AmdSmi amdsmi,
        Rapl rapl,
        Hwmon hwmon,
        Ipmi ipmi,
        Estimate estimate,
        Sampling sampling,
        Servers servers,
        Tokens tokens,
        List<Engine> engines,
        Attribution attribution,
        Workloads workloads,
        Grid grid,
        double pue,
        double pueUncertaintyRatio,
        Host host,
        Embodied embodied,
        Map<String, SensorCorrection> calibration,
        ZoneId timeZone,
        Ledger ledger,
        List<Budget> budgets,
        List<Objective> objectives,
        Otlp otlp,
        Control control,
        Log log) {

    /** Copies the lists. */
    public AgentConfig {
        engines = List.copyOf(engines);
        budgets = List.copyOf(budgets);
        objectives = List.copyOf(objectives);
        calibration = Map.copyOf(calibration);
    }

    /** The same with other servers. */
    public AgentConfig withServers(Servers others) {
        return with(web, others, grid, ledger, budgets, objectives, otlp, control);
    }

    /** The same with another grid. */
    public AgentConfig withGrid(Grid other) {
        return with(web, servers, other, ledger, budgets, objectives, otlp, control);
    }

    /**
     * The same for an agent that measures for this process alone: it listens on a free port of the loopback address, keeps
     * nothing, pushes nothing and takes no orders.
     */
    public AgentConfig withoutOutlets() {
        return with(
                new Web(new ListenAddress("127.0.0.1", 0), Optional.empty()),
                servers,
                grid,
                new Ledger(Optional.empty(), ledger.keepMinutes(), ledger.keep(), ledger.workloads()),
                List.of(),
                List.of(),
                otlp.withoutEndpoint(),
                new Control(Optional.empty()));
    }

    /** The same with others of what is ever exchanged. */
    private AgentConfig with(
            Web otherWeb,
            Servers otherServers,
            Grid otherGrid,
            Ledger otherLedger,
            List<Budget> otherBudgets,
            List<Objective> otherObjectives,
            Otlp otherOtlp,
            Control otherControl) {
        return new AgentConfig(
                otherWeb,
                path,
                nvml,
                amdsmi,
                rapl,
                hwmon,
                ipmi,
                estimate,
                sampling,
                otherServers,
                tokens,
                engines,
                attribution,
                workloads,
                otherGrid,
                pue,
                pueUncertaintyRatio,
                host,
                embodied,
                calibration,
                timeZone,
                otherLedger,
                otherBudgets,
                otherObjectives,
                otherOtlp,
                otherControl,
                log);
    }

    /** What holds when nothing is configured. */
    public static AgentConfig defaults() {
        return ConfigLoader.defaults();
    }

    /**
     * The web server.
     *
     * @param listenAddress where HTTP is served
     * @param access who may read, and how it is encrypted; everyone and not at all if empty
     */
    public record Web(ListenAddress listenAddress, Optional<WebConfig> access) {}

    /**
     * Roots that a container may have mounted elsewhere.
     *
     * @param sysfs {@code /sys}
     * @param procfs {@code /proc}
     */
    public record Paths(Path sysfs, Path procfs) {}

    /**
     * What may be told to the daemon.
     *
     * @param socket the Unix-domain socket on which it listens; nothing if empty
     */
    public record Control(Optional<Path> socket) {}

    /**
     * GPU sensors.
     *
     * @param enabled whether GPUs are read
     * @param library the library to load; the loader's search if empty
     */
    public record Nvml(boolean enabled, Optional<Path> library) {}

    /**
     * Energy counters of AMD GPUs.
     *
     * @param enabled whether AMD's library is asked
     * @param library the library to load; where ROCm installs it if empty
     */
    public record AmdSmi(boolean enabled, Optional<Path> library) {}

    /**
     * CPU and DRAM sensors.
     *
     * @param enabled whether RAPL is read
     * @param access the way to the counters
     */
    public record Rapl(boolean enabled, Access access) {
        /** A way to the RAPL counters. */
        public enum Access {
            /** The first of the others that works, in their order. */
            AUTO,
            /** The kernel's {@code power} PMU by perf_event_open. */
            PERF,
            /** The powercap class in sysfs. */
            POWERCAP,
            /** Model-specific registers. */
            MSR
        }
    }

    /**
     * Sensors of the kernel's hwmon class.
     *
     * @param enabled whether they are read
     */
    public record Hwmon(boolean enabled) {}

    /**
     * The BMC's meter.
     *
     * @param enabled whether it is asked
     */
    public record Ipmi(boolean enabled) {}

    /**
     * Models in the place of sensors.
     *
     * @param enabled whether the power of a CPU and DRAM without sensors is estimated
     * @param constants of the models, where they are known better than the built-in table has them
     */
    public record Estimate(boolean enabled, ModelConstants constants) {}

    /**
     * When sensors are read.
     *
     * @param interval between two readings of a GPU's energy counter, 10 ms to 10 s
     * @param raplInterval between two readings of the RAPL counters, 1 ms to 10 s
     * @param powerInterval between two readings of a GPU that has no energy counter, 10 ms to 10 s
     * @param hangTimeout after which a blocked call makes its device count as stuck
     */
    public record Sampling(Duration interval, Duration raplInterval, Duration powerInterval, Duration hangTimeout) {}

    /**
     * The inference servers.
     *
     * @param auto whether servers on this host are looked for
     * @param targets servers that are scraped in any case; no two have the same name
     */
    public record Servers(boolean auto, List<ServerTarget> targets) {
        /** Copies the list. */
        public Servers {
            targets = List.copyOf(targets);
        }
    }

    /**
     * How token counters are scraped.
     *
     * @param scrapeInterval between two scrapes of a server
     * @param scrapeTimeout for one scrape
     * @param maxBodyBytes the largest answer that is read
     * @param outageAfter without a good scrape, after which the server counts as down; at least one scrape interval
     */
    public record Tokens(Duration scrapeInterval, Duration scrapeTimeout, long maxBodyBytes, Duration outageAfter) {}

    /**
     * How to read the metrics of an engine that is not built in.
     *
     * @param name the {@code engine} label
     * @param path of the metrics on the server
     * @param promptTokens the counter of prompt tokens
     * @param cachedTokens the counter of prompt tokens that came from a cache
     * @param generationTokens the counter of generated tokens
     * @param requestsRunning the gauge of requests in work
     * @param requestsWaiting the gauge of requests in the queue
     * @param modelLabel the label that names the model
     * @param promptIncludesCached whether the prompt counter includes cached tokens
     * @param countsAt when an output token is counted
     * @param maxOver labels whose values count the same tokens, such as the ranks of tensor parallelism: the largest is
     *     taken instead of the sum
     */
    public record Engine(
            String name,
            String path,
            String promptTokens,
            Optional<String> cachedTokens,
            String generationTokens,
            Optional<String> requestsRunning,
            Optional<String> requestsWaiting,
            Optional<String> modelLabel,
            boolean promptIncludesCached,
            EngineTraits.CountsAt countsAt,
            List<String> maxOver) {
        /** Copies the list. */
        public Engine {
            maxOver = List.copyOf(maxOver);
        }
    }

    /**
     * Weights of tokens in units of one generated token, used while no fit of the phases holds.
     *
     * @param prefillTokenWeight of a prompt token that was computed
     * @param cachedTokenWeight of a prompt token that came from a cache
     */
    public record Attribution(double prefillTokenWeight, double cachedTokenWeight) {}

    /**
     * Whose energy it is on this host.
     *
     * @param enabled whether that is looked for
     * @param interval time between two looks at the control groups, 1 s to 1 min
     * @param max how many workloads have series of their own, 1 to 1000
     * @param keep how long the series of one that has ended stay
     * @param containerLogs where the kubelet keeps its links to logs
     * @param kubeletSocket where the kubelet tells which container holds which GPU; not asked if empty
     * @param kubernetes the API of the cluster; not asked if empty
     */
    public record Workloads(
            boolean enabled,
            Duration interval,
            int max,
            Duration keep,
            Path containerLogs,
            Optional<Path> kubeletSocket,
            Optional<Kubernetes> kubernetes) {}

    /**
     * The API of a cluster.
     *
     * @param url where it is, {@code https}, without a slash at its end
     * @param authorities who vouches for it
     * @param tokenFile holds the token of a service account
     * @param node the node's name; that of the host if empty
     * @param labels those of pods that are published
     */
    public record Kubernetes(
            URI url, List<X509Certificate> authorities, Path tokenFile, Optional<String> node, List<String> labels) {
        /** Copies the lists. */
        public Kubernetes {
            authorities = List.copyOf(authorities);
            labels = List.copyOf(labels);
        }
    }

    /**
     * Carbon intensities in gCO2e/kWh, 0 to 2500.
     *
     * @param intensity fixed, location-based, average
     * @param zone where the machine is, as the yearly table and Electricity Maps name it
     * @param cloudRegion where the machine is, such as {@code aws:eu-central-1}; counts where there is no zone
     * @param latitude degrees north
     * @param longitude degrees east
     * @param marketIntensity of the contracts for the electricity used, market-based
     * @param marginalIntensity of one kWh more
     * @param headline the basis of the grams of models and budgets
     * @param providers that are asked, best first; the yearly table comes after them
     * @param maxAge how long after its end a provider's last figure is still used
     * @param uncertaintyRatio relative standard uncertainty of the intensity; by where it comes from if empty
     * @param traceFile intensities by time; present if the providers name it
     * @param electricityMaps how Electricity Maps is asked
     * @param wattTime how WattTime is asked
     * @param ukUrl where the service of Great Britain's system operator is
     */
    public record Grid(
            OptionalDouble intensity,
            Optional<String> zone,
            Optional<String> cloudRegion,
            OptionalDouble latitude,
            OptionalDouble longitude,
            OptionalDouble marketIntensity,
            OptionalDouble marginalIntensity,
            Basis headline,
            List<Provider> providers,
            Duration maxAge,
            OptionalDouble uncertaintyRatio,
            Optional<Path> traceFile,
            ElectricityMaps electricityMaps,
            WattTime wattTime,
            URI ukUrl) {
        /** Copies the list. */
        public Grid {
            providers = List.copyOf(providers);
        }

        /** What a carbon intensity is the intensity of. */
        public enum Basis {
            /** The average of the place; the greenhouse gas protocol's location-based method. */
            LOCATION,
            /** The contracts for what is bought; its market-based method. */
            MARKET,
            /** The plants that follow the load. */
            MARGINAL;

            /** As labels and the ledger have it. */
            public String label() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        /** A live source of intensities. */
        public enum Provider {
            /** Electricity Maps: average. */
            ELECTRICITY_MAPS,
            /** WattTime: marginal. */
            WATTTIME,
            /** The system operator of Great Britain: average. */
            UK,
            /** A file: average. */
            TRACE
        }

        /**
         * How Electricity Maps is asked.
         *
         * @param url of its API, up to the version
         * @param token the key; present if the providers name it
         * @param boundary {@code lifecycle} or {@code direct}
         */
        public record ElectricityMaps(URI url, Optional<String> token, String boundary) {
            @Override
            public String toString() {
                return "ElectricityMaps[url=" + url + ", boundary=" + boundary + "]";
            }
        }

        /**
         * How WattTime is asked.
         *
         * @param url of its service
         * @param username of the account; present if the providers name it
         * @param password of the account; present if the providers name it
         * @param region where the machine is, as WattTime names it; by coordinates if empty
         */
        public record WattTime(URI url, Optional<String> username, Optional<String> password, Optional<String> region) {
            @Override
            public String toString() {
                return "WattTime[url=" + url + ", region=" + region + "]";
            }
        }

        /** Whether it says where the machine is, or gives a figure. */
        public boolean isChosen() {
            return intensity.isPresent() || zone.isPresent() || cloudRegion.isPresent() || !providers.isEmpty();
        }

        /** The same in another zone. */
        public Grid withZone(String other) {
            return new Grid(
                    intensity,
                    Optional.of(other),
                    cloudRegion,
                    latitude,
                    longitude,
                    marketIntensity,
                    marginalIntensity,
                    headline,
                    providers,
                    maxAge,
                    uncertaintyRatio,
                    traceFile,
                    electricityMaps,
                    wattTime,
                    ukUrl);
        }
    }

    /**
     * What cannot be read from the host itself.
     *
     * @param otherWatts power of the rest of the server (fans, board, NIC, SSD, power supply loss); 0 adds nothing
     * @param platformMeter the meter that tells the rest of the server instead
     * @param platformMeterContainsGpus whether GPUs are inside it; by the kind of meter if empty
     * @param gpus GPUs in the machine, where fewer are visible here, so that the host is shared in proportion
     * @param peakWatts the most that the server can draw; the sum of the limits of its devices if empty
     */
    public record Host(
            double otherWatts,
            PlatformMeter platformMeter,
            Optional<Boolean> platformMeterContainsGpus,
            OptionalInt gpus,
            OptionalDouble peakWatts) {
        /** A meter of the whole platform. */
        public enum PlatformMeter {
            /** The rest of the server is the constant. */
            NONE,
            /** RAPL {@code psys}. */
            PSYS,
            /** An ACPI power meter, or the input rail of a Jetson. */
            HWMON,
            /** The BMC. */
            IPMI
        }
    }

    /**
     * Where energy, intensity and tokens are kept.
     *
     * @param path the file; nothing is kept if empty
     * @param keepMinutes how long minutes are kept before they are rolled into hours
     * @param keep how long hours are kept
     * @param workloads how many workloads of the host a minute or an hour tells apart, 0 to 1000
     */
    public record Ledger(Optional<Path> path, Duration keepMinutes, Duration keep, int workloads) {}

    /**
     * The carbon of making the hardware.
     *
     * @param lifetimes over which components are amortized, for GPU, CPU, DRAM and OTHER
     * @param overrides in place of the catalogue
     * @param amortization by what grams fall due
     * @param expectedUtilization share of its life in which a device is expected to work, above 0, at most 1; 1 where
     *     grams fall due by time
     */
    public record Embodied(
            Map<Component, Duration> lifetimes,
            List<Footprint> overrides,
            Amortization amortization,
            double expectedUtilization) {
        /** Copies both. */
        public Embodied {
            lifetimes = Map.copyOf(lifetimes);
            overrides = List.copyOf(overrides);
        }

        /** By what the making of a device falls due. */
        public enum Amortization {
            /** By time, in a straight line over its life. */
            WALL_TIME,
            /** By the hours in which it works, over those that are expected of its life. */
            UTILIZED_HOURS
        }

        /**
         * What is known better than the catalogue has it. At least one of kg and lifetime is present.
         *
         * @param component GPU, CPU, DRAM or OTHER
         * @param device the {@code device} label; every device of the component if empty
         * @param kg the whole footprint of one device, kgCO2e
         * @param kgLow lower bound, at most kg; only with kg
         * @param kgHigh upper bound, at least kg; only with kg
         * @param lifetime in place of the component's
         */
        public record Footprint(
                Component component,
                Optional<String> device,
                OptionalDouble kg,
                OptionalDouble kgLow,
                OptionalDouble kgHigh,
                Optional<Duration> lifetime) {}
    }

    /**
     * Where the figures are pushed (OTLP over HTTP).
     *
     * @param endpoint the receiver, with or without {@code /v1/metrics}; nothing is pushed if empty
     * @param interval between two pushes
     * @param timeout for a push and its whole answer
     * @param compression of what is sent
     * @param authorities whose certificates are trusted in place of those that Java trusts; Java's if empty
     * @param headers sent with it, such as passwords; left out of {@link #toString}
     * @param resourceAttributes in place of and beside those that the agent finds
     * @param names which names the figures have
     */
    public record Otlp(
            Optional<URI> endpoint,
            Duration interval,
            Duration timeout,
            Compression compression,
            List<X509Certificate> authorities,
            List<Header> headers,
            Map<String, String> resourceAttributes,
            Names names) {
        /** Copies the collections. */
        public Otlp {
            authorities = List.copyOf(authorities);
            headers = List.copyOf(headers);
            resourceAttributes = Map.copyOf(resourceAttributes);
        }

        /** The same, but pushed nowhere. */
        Otlp withoutEndpoint() {
            return new Otlp(
                    Optional.empty(), interval, timeout, compression, authorities, headers, resourceAttributes, names);
        }

        /** A header of HTTP. */
        public record Header(String name, String value) {
            @Override
            public String toString() {
                return "Header[name=" + name + "]";
            }
        }

        /** How requests are compressed. */
        public enum Compression {
            /** By gzip. */
            GZIP,
            /** Not at all. */
            NONE
        }

        /** Which names the figures have. */
        public enum Names {
            /** Those of OpenTelemetry's semantic conventions where there are some, else Joulegram's. */
            SEMANTIC,
            /** Those of {@code /metrics}. */
            JOULEGRAM,
            /** Both, where there are both. */
            BOTH
        }
    }

    /**
     * Logging.
     *
     * @param level how much is logged
     */
    public record Log(LogLevel level) {}
}
