package io.joulegram.agent.config;

import static io.joulegram.agent.config.ValueTypes.FLAG;
import static io.joulegram.agent.config.ValueTypes.LABEL;
import static io.joulegram.agent.config.ValueTypes.METRIC;
import static io.joulegram.agent.config.ValueTypes.PATH;
import static io.joulegram.agent.config.ValueTypes.choice;
import static io.joulegram.agent.config.ValueTypes.count;
import static io.joulegram.agent.config.ValueTypes.duration;
import static io.joulegram.agent.config.ValueTypes.matching;
import static io.joulegram.agent.config.ValueTypes.number;
import static io.joulegram.agent.config.ValueTypes.numberOrAuto;
import static io.joulegram.agent.config.ValueTypes.numberOrNone;
import static io.joulegram.agent.config.ValueTypes.size;
import static io.joulegram.agent.config.ValueTypes.years;

import io.joulegram.agent.budget.BudgetPeriod;
import io.joulegram.agent.budget.BudgetScope;
import io.joulegram.grid.ElectricityMapsProvider;
import io.joulegram.grid.GridIntensity;
import io.joulegram.grid.UkIntensityProvider;
import io.joulegram.grid.WattTimeProvider;
import io.joulegram.power.Component;
import io.joulegram.tokens.CountingHost;
import io.joulegram.tokens.EngineTraits;
import io.joulegram.tokens.ServerRole;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** Every key there is: the one place that names it, bounds it, gives its default and says what it means. */
final class Keys {
    private Keys() {}

    static final ValueType<String> DEVICE = matching("a device label such as `0`", "[0-9A-Za-z][0-9A-Za-z:/._-]{0,79}");
    private static final ValueType<String> NAME = matching("1 to 100 printable characters", "[^\\p{Cntrl}]{1,100}");
    private static final ValueType<OptionalDouble> INTENSITY =
            numberOrNone("gCO2e/kWh", "0", String.valueOf((int) GridIntensity.MAX_GRAMS_PER_KWH));
    private static final ValueType<URI> WEB_ADDRESS = ValueType.of("an http or https URL", text -> {
        if (!text.matches("https?://[!-~&&[^?#@]]{1,200}") || text.endsWith("/")) {
            throw new BadValueException("is not one, without query, user and final slash");
        }
        try {
            URI address = new URI(text);
            if (address.getHost() == null) {
                throw new BadValueException("has no host that a URL can name: letters, digits, `-` and `.`");
            }
            return address;
        } catch (URISyntaxException e) {
            throw new BadValueException("is not one: " + e.getReason());
        }
    });
    private static final ValueType<URI> SECURE_ADDRESS = ValueType.of("an https URL", text -> {
        if (!text.startsWith("https://")) {
            throw new BadValueException("is not one: a token goes with every question");
        }
        return WEB_ADDRESS.parser().parse(text);
    });
    private static final ValueType<String> SECRET =
            new ValueType<>("`${NAME}` for an environment variable, or the secret itself", true, text -> text);
    private static final ValueType<OptionalDouble> FOOTPRINT = numberOrNone("kgCO2e", "0", "100000");
    private static final ValueType<Duration> LIFETIME = years("0.5y", "30y");
    private static final ValueType<String> ENGINE =
            matching("a lower-case word of letters, digits, `_` and `-`", "[a-z][a-z0-9_-]{0,63}");

    static final ConfigKey.Value<ListenAddress> WEB_LISTEN_ADDRESS = value(
                    "web.listen-address",
                    "127.0.0.1:13600",
                    ListenAddress.TYPE,
                    "Where HTTP is served. Port 0 lets the system choose. Loopback, because fine-grained energy"
                            + " readings are a side channel (CVE-2020-8694)")
            .withFlag("HOST:PORT");

    static final ConfigKey.Value<Optional<Path>> WEB_CONFIG_FILE = value(
                    "web.config.file",
                    "none",
                    PATH.or("none"),
                    "TLS and passwords, in the format of Prometheus' exporter-toolkit; relative to the configuration file")
            .withFlag("FILE");

    static final ConfigKey.Value<Path> PATH_SYSFS =
            value("path.sysfs", "/sys", PATH, "Root of sysfs").withFlag("DIR");
    static final ConfigKey.Value<Path> PATH_PROCFS =
            value("path.procfs", "/proc", PATH, "Root of procfs").withFlag("DIR");

    static final ConfigKey.Value<Boolean> NVML_ENABLED =
            value("nvml.enabled", "true", FLAG, "Read NVIDIA GPUs through NVML");
    static final ConfigKey.Value<Optional<Path>> NVML_LIBRARY = value(
                    "nvml.library",
                    "none",
                    PATH.or("none"),
                    "The NVML library to load instead of the libnvidia-ml.so.1 that the system finds")
            .withFlag("FILE");

    static final ConfigKey.Value<Boolean> AMDSMI_ENABLED = value(
            "amdsmi.enabled",
            "true",
            FLAG,
            "Ask AMD's library for the energy counters of AMD GPUs that hwmon has; loaded only where there is one");
    static final ConfigKey.Value<Optional<Path>> AMDSMI_LIBRARY = value(
            "amdsmi.library",
            "none",
            PATH.or("none"),
            "The library to load instead of the libamd_smi.so that the system or /opt/rocm has");

    static final ConfigKey.Value<Boolean> RAPL_ENABLED =
            value("rapl.enabled", "true", FLAG, "Read the RAPL energy counters of CPUs and DRAM");
    static final ConfigKey.Value<AgentConfig.Rapl.Access> RAPL_ACCESS = value(
            "rapl.access",
            "auto",
            choice(AgentConfig.Rapl.Access.class),
            "The way to the RAPL counters; auto takes the first that works of perf, powercap, msr");

    static final ConfigKey.Value<Boolean> HWMON_ENABLED = value(
            "hwmon.enabled",
            "true",
            FLAG,
            "Read AMD, Intel and Jetson GPUs, processors without RAPL, and ACPI power meters through hwmon");

    static final ConfigKey.Value<Boolean> IPMI_ENABLED = value(
            "ipmi.enabled",
            "false",
            FLAG,
            "Ask the BMC for the server's power (DCMI, /dev/ipmi0, root); off because a BMC is slow and shared");

    static final ConfigKey.Value<Boolean> ESTIMATE_ENABLED =
            value("estimate.enabled", "true", FLAG, "Estimate the power of CPU and DRAM where no sensor gives it");
    static final ConfigKey.Value<OptionalDouble> ESTIMATE_CPU_IDLE_WATTS = value(
            "estimate.cpu.idle-watts",
            "auto",
            numberOrAuto("watts", "0", "5000"),
            "Power of one package at rest; auto, with load-watts, is by the built-in table");
    static final ConfigKey.Value<OptionalDouble> ESTIMATE_CPU_LOAD_WATTS = value(
            "estimate.cpu.load-watts",
            "auto",
            numberOrAuto("watts", "0", "5000"),
            "What full utilization of one package adds to it");
    static final ConfigKey.Value<Double> ESTIMATE_CPU_MEMORY_WATTS = value(
            "estimate.cpu.memory-watts",
            "0",
            number("watts", "0", "5000"),
            "What the most memory traffic adds to the power of one package");
    static final ConfigKey.Value<Double> ESTIMATE_CPU_EXPONENT = value(
            "estimate.cpu.exponent",
            "1",
            number("", "0.2", "4"),
            "Power of the utilization by which load-watts grow: below 1 where the first busy cores cost most");
    static final ConfigKey.Value<Optional<Integer>> ESTIMATE_CPU_THREADS = value(
            "estimate.cpu.threads",
            "auto",
            count(1, 4096).or("auto"),
            "Threads of the package that these watts are of; a machine with fewer, such as a virtual one, gets its"
                    + " share; auto is those of a package here");
    static final ConfigKey.Value<OptionalDouble> ESTIMATE_CPU_UNCERTAINTY = value(
            "estimate.cpu.uncertainty",
            "auto",
            numberOrAuto("ratio", "0", "2"),
            "Relative error of these watts; that of the published figure is never below 0.3");
    static final ConfigKey.Value<OptionalDouble> ESTIMATE_DRAM_IDLE_WATTS_PER_GB = value(
            "estimate.dram.idle-watts-per-gb",
            "auto",
            numberOrAuto("watts", "0", "50"),
            "Power of a GB (2^30 bytes) of memory at rest; auto, with load-watts-per-gb, is by size alone");
    static final ConfigKey.Value<OptionalDouble> ESTIMATE_DRAM_LOAD_WATTS_PER_GB = value(
            "estimate.dram.load-watts-per-gb",
            "auto",
            numberOrAuto("watts", "0", "50"),
            "What full utilization of the processors adds to it, without much memory traffic");
    static final ConfigKey.Value<Double> ESTIMATE_DRAM_MEMORY_WATTS_PER_GB = value(
            "estimate.dram.memory-watts-per-gb",
            "0",
            number("watts", "0", "50"),
            "What the most memory traffic adds to it");
    static final ConfigKey.Value<OptionalDouble> ESTIMATE_DRAM_UNCERTAINTY =
            value("estimate.dram.uncertainty", "auto", numberOrAuto("ratio", "0", "2"), "As estimate.cpu.uncertainty");

    static final ConfigKey.Value<Duration> SAMPLING_INTERVAL = value(
                    "sampling.interval",
                    "100ms",
                    duration("10ms", "10s"),
                    "Time between two readings of a sensor; a GPU's that is at most half as fast is read at its own pace")
            .withFlag("DURATION");
    static final ConfigKey.Value<Optional<Duration>> SAMPLING_RAPL_INTERVAL = value(
            "sampling.rapl-interval",
            "auto",
            duration("1ms", "10s").or("auto"),
            "The same for RAPL; auto takes sampling.interval");
    static final ConfigKey.Value<Duration> SAMPLING_POWER_INTERVAL = value(
            "sampling.power-interval",
            "20ms",
            duration("10ms", "10s"),
            "The same for GPUs that have no energy counter, whose power is integrated instead");
    static final ConfigKey.Value<Duration> SAMPLING_HANG_TIMEOUT = value(
            "sampling.hang-timeout",
            "2s",
            duration("100ms", "1m"),
            "A call into a driver that blocks for longer makes its device count as stuck");

    static final ConfigKey.Items SERVERS = new ConfigKey.Items(
            "servers",
            Optional.of("auto"),
            "`auto`, `none`, a URL, or a list of `auto`, URLs and mappings with the keys `servers[]` below",
            Optional.of(new ConfigKey.Flag("--server", "URL")),
            "The inference servers; auto looks for servers on this host");
    /** For an item of the list that is neither a mapping nor one of the words. */
    static final ValueType<ServerUrl> SERVER_WORD_OR_URL =
            new ValueType<>("`auto`, `none`, " + ServerUrl.TYPE.allowed(), false, ServerUrl.TYPE.parser());

    static final ConfigKey.Value<ServerUrl> SERVER_URL =
            required("url", ServerUrl.TYPE, "Where the server is; a path is taken as that of its metrics");
    static final ConfigKey.Value<Optional<String>> SERVER_NAME =
            value("name", "auto", NAME.or("auto"), "The server label; auto is HOST:PORT");
    static final ConfigKey.Value<Optional<String>> SERVER_ENGINE = value(
            "engine",
            "auto",
            ENGINE.or("auto"),
            "The engine, built in or defined under engines; auto recognises it by its metrics");
    static final ConfigKey.Items SERVER_DEVICES = new ConfigKey.Items(
            "devices",
            Optional.of("[]"),
            "a list of device labels such as `[0, 1]`",
            Optional.empty(),
            "The GPUs that serve it; where empty they are found by their processes");
    static final ConfigKey.Value<Optional<String>> SERVER_DEPLOYMENT = value(
            "deployment",
            "none",
            NAME.or("none"),
            "The deployment label of the servers that serve a model together, on this host and on others");
    static final ConfigKey.Value<Optional<ServerRole>> SERVER_ROLE = value(
            "role",
            "auto",
            choice(ServerRole.class).or("auto"),
            "What it does of each request where prefill and decode are apart, so that no token is counted by both; auto is"
                    + " as its engine tells, else both");
    static final ConfigKey.Value<CountingHost> SERVER_TOKENS = value(
            "tokens",
            "here",
            choice(CountingHost.class),
            "elsewhere if its API is on another host, whose agent counts its tokens, and GPUs of this host compute for it: here"
                    + " their energy alone is the model's");
    static final ConfigKey.Value<Optional<String>> SERVER_BEARER_TOKEN = value(
            "bearer-token",
            "none",
            new ValueType<>("`${NAME}` for an environment variable, or the token itself", true, text -> text)
                    .or("none"),
            "Sent to the server as Authorization: Bearer; never shown");
    static final ConfigKey.Value<Optional<Path>> SERVER_BEARER_TOKEN_FILE = value(
            "bearer-token-file",
            "none",
            PATH.or("none"),
            "A file that holds the token instead, relative to the configuration file");
    static final List<ConfigKey> SERVER = List.of(
            SERVER_URL,
            SERVER_NAME,
            SERVER_ENGINE,
            SERVER_DEVICES,
            SERVER_DEPLOYMENT,
            SERVER_ROLE,
            SERVER_TOKENS,
            SERVER_BEARER_TOKEN,
            SERVER_BEARER_TOKEN_FILE);

    static final ConfigKey.Value<Duration> TOKENS_SCRAPE_INTERVAL =
            value("tokens.scrape-interval", "1s", duration("100ms", "1m"), "Time between two scrapes of a server");
    static final ConfigKey.Value<Duration> TOKENS_SCRAPE_TIMEOUT =
            value("tokens.scrape-timeout", "5s", duration("100ms", "1m"), "A scrape that takes longer has failed");
    static final ConfigKey.Value<Long> TOKENS_MAX_BODY =
            value("tokens.max-body", "16MB", size("64KB", "256MB"), "A longer answer is a failed scrape");
    static final ConfigKey.Value<Duration> TOKENS_OUTAGE_AFTER = value(
            "tokens.outage-after",
            "15s",
            duration("1s", "1h"),
            "A server without a good scrape for this long is down: what its GPUs use from then on is unattributed."
                    + " Not shorter than tokens.scrape-interval");

    static final ConfigKey.Items ENGINES = new ConfigKey.Items(
            "engines",
            Optional.of("[]"),
            "a list of mappings with the keys `engines[]` below",
            Optional.empty(),
            "How to read the metrics of engines that are not built in");
    static final ConfigKey.Value<String> ENGINE_NAME = required("name", ENGINE, "The engine label");
    static final ConfigKey.Value<String> ENGINE_PATH =
            value("path", "/metrics", matching("a path such as `/metrics`", "/[!-~]{0,499}"), "Where the metrics are");
    static final ConfigKey.Value<String> ENGINE_PROMPT_TOKENS =
            required("prompt-tokens", METRIC, "The counter of prompt tokens");
    static final ConfigKey.Value<Optional<String>> ENGINE_CACHED_TOKENS =
            value("cached-tokens", "none", METRIC.or("none"), "The counter of prompt tokens that came from a cache");
    static final ConfigKey.Value<String> ENGINE_GENERATION_TOKENS =
            required("generation-tokens", METRIC, "The counter of generated tokens");
    static final ConfigKey.Value<Optional<String>> ENGINE_REQUESTS_RUNNING =
            value("requests-running", "none", METRIC.or("none"), "The gauge of requests in work");
    static final ConfigKey.Value<Optional<String>> ENGINE_REQUESTS_WAITING =
            value("requests-waiting", "none", METRIC.or("none"), "The gauge of requests in the queue");
    static final ConfigKey.Value<Optional<String>> ENGINE_MODEL_LABEL =
            value("model-label", "model_name", LABEL.or("none"), "The label that names the model");
    static final ConfigKey.Value<Boolean> ENGINE_PROMPT_INCLUDES_CACHED = value(
            "prompt-includes-cached", "true", FLAG, "Whether prompt-tokens includes the tokens that came from a cache");
    static final ConfigKey.Value<EngineTraits.CountsAt> ENGINE_COUNTS_AT = value(
            "counts-at",
            "generated",
            choice(EngineTraits.CountsAt.class),
            "Whether generated tokens are counted one by one or when their request has finished");
    static final ConfigKey.Items ENGINE_MAX_OVER = new ConfigKey.Items(
            "max-over",
            Optional.of("[]"),
            "a list of label names such as `[tp_rank]`",
            Optional.empty(),
            "Labels whose values count the same tokens: the largest is taken, not the sum");
    static final List<ConfigKey> ENGINE_DEFINITION = List.of(
            ENGINE_NAME,
            ENGINE_PATH,
            ENGINE_PROMPT_TOKENS,
            ENGINE_CACHED_TOKENS,
            ENGINE_GENERATION_TOKENS,
            ENGINE_REQUESTS_RUNNING,
            ENGINE_REQUESTS_WAITING,
            ENGINE_MODEL_LABEL,
            ENGINE_PROMPT_INCLUDES_CACHED,
            ENGINE_COUNTS_AT,
            ENGINE_MAX_OVER);

    static final ConfigKey.Value<Double> ATTRIBUTION_PREFILL_TOKEN_WEIGHT = value(
            "attribution.prefill-token-weight",
            "0.16",
            number("", "0", "10"),
            "Energy of a computed prompt token in units of a generated one, while it is not known better");
    static final ConfigKey.Value<Double> ATTRIBUTION_CACHED_TOKEN_WEIGHT = value(
            "attribution.cached-token-weight", "0", number("", "0", "10"), "The same for a prompt token from a cache");

    static final ConfigKey.Value<OptionalDouble> GRID_INTENSITY = value(
                    "grid.intensity", "none", INTENSITY, "Fixed carbon intensity of the grid, location-based, average")
            .withFlag("GRAMS");
    static final ConfigKey.Value<Optional<String>> GRID_ZONE = value(
                    "grid.zone",
                    "none",
                    matching("a zone such as `DE` or `US-CAL-CISO`", "[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
                            .or("none"),
                    "Where the machine is; looked up where grid.intensity is none")
            .withFlag("ZONE");
    static final ConfigKey.Value<Optional<String>> GRID_CLOUD_REGION = value(
            "grid.cloud-region",
            "none",
            matching("a region such as `aws:eu-central-1`", "[A-Za-z]{2,10}:[A-Za-z0-9 -]{2,40}")
                    .or("none"),
            "Where the machine is, as aws, azure or gcp name it; gives the zone where grid.zone is none");
    static final ConfigKey.Value<OptionalDouble> GRID_LATITUDE = value(
            "grid.latitude",
            "none",
            numberOrNone("degrees north", "-90", "90"),
            "Where the machine is, for providers that look up a place; used where no zone or region is set");
    static final ConfigKey.Value<OptionalDouble> GRID_LONGITUDE =
            value("grid.longitude", "none", numberOrNone("degrees east", "-180", "180"), "The same");
    static final ConfigKey.Items GRID_PROVIDERS = new ConfigKey.Items(
            "grid.providers",
            Optional.of("[]"),
            "a list of `electricity-maps`, `uk`, `trace` (average) and `watttime` (marginal)",
            Optional.empty(),
            "Live sources of intensity, best first; the yearly table of the zone comes after them. Not asked where"
                    + " grid.intensity is set");
    static final ValueType<AgentConfig.Grid.Provider> GRID_PROVIDER = matching(
                    "`electricity-maps`, `uk`, `trace`, `watttime`", "electricity-maps|uk|trace|watttime")
            .map(word ->
                    AgentConfig.Grid.Provider.valueOf(word.replace('-', '_').toUpperCase(Locale.ROOT)));
    static final ConfigKey.Value<Duration> GRID_MAX_AGE = value(
            "grid.max-age",
            "2h",
            duration("1m", "168h"),
            "How long after its end the last figure of a provider is still used");
    static final ConfigKey.Value<Optional<Path>> GRID_TRACE_FILE = value(
            "grid.trace-file",
            "none",
            PATH.or("none"),
            "Intensities by time for the provider trace (CSV or JSON), relative to the configuration file");
    static final ConfigKey.Value<URI> GRID_ELECTRICITY_MAPS_URL = value(
            "grid.electricity-maps.url",
            ElectricityMapsProvider.DEFAULT_URL.toString(),
            WEB_ADDRESS,
            "Where Electricity Maps is, up to the version");
    static final ConfigKey.Value<Optional<String>> GRID_ELECTRICITY_MAPS_TOKEN =
            value("grid.electricity-maps.token", "none", SECRET.or("none"), "Its key; never shown");
    static final ConfigKey.Value<Optional<Path>> GRID_ELECTRICITY_MAPS_TOKEN_FILE = value(
            "grid.electricity-maps.token-file",
            "none",
            PATH.or("none"),
            "A file that holds the key instead, relative to the configuration file");
    static final ConfigKey.Value<String> GRID_ELECTRICITY_MAPS_BOUNDARY = value(
            "grid.electricity-maps.boundary",
            "lifecycle",
            matching("`lifecycle`, `direct`", "lifecycle|direct"),
            "Whether the making of power plants and fuels counts");
    static final ConfigKey.Value<URI> GRID_WATTTIME_URL =
            value("grid.watttime.url", WattTimeProvider.DEFAULT_URL.toString(), WEB_ADDRESS, "Where WattTime is");
    static final ConfigKey.Value<Optional<String>> GRID_WATTTIME_USERNAME =
            value("grid.watttime.username", "none", NAME.or("none"), "The account");
    static final ConfigKey.Value<Optional<String>> GRID_WATTTIME_PASSWORD =
            value("grid.watttime.password", "none", SECRET.or("none"), "Its password; never shown");
    static final ConfigKey.Value<Optional<Path>> GRID_WATTTIME_PASSWORD_FILE = value(
            "grid.watttime.password-file",
            "none",
            PATH.or("none"),
            "A file that holds the password instead, relative to the configuration file");
    static final ConfigKey.Value<Optional<String>> GRID_WATTTIME_REGION = value(
            "grid.watttime.region",
            "auto",
            matching("a region such as `CAISO_NORTH`", "[A-Za-z0-9_]{1,64}").or("auto"),
            "Where the machine is, as WattTime names it; auto is by grid.latitude and grid.longitude");
    static final ConfigKey.Value<URI> GRID_UK_URL = value(
            "grid.uk.url",
            UkIntensityProvider.DEFAULT_URL.toString(),
            WEB_ADDRESS,
            "Where the Carbon Intensity API of Great Britain is");
    static final ConfigKey.Value<Boolean> WORKLOADS_ENABLED = value(
            "workloads.enabled",
            "false",
            FLAG,
            "Tell whose energy it is on this host: by container, Slurm job and unit of systemd; off because that tells"
                    + " everyone who may read what runs here");
    static final ConfigKey.Value<Duration> WORKLOADS_INTERVAL = value(
            "workloads.interval", "5s", duration("1s", "1m"), "Time between two looks at the host's control groups");
    static final ConfigKey.Value<Integer> WORKLOADS_MAX = value(
            "workloads.max",
            "100",
            count(1, 1000),
            "How many workloads have series of their own, those that use most; the rest is `other`");
    static final ConfigKey.Value<Duration> WORKLOADS_KEEP = value(
            "workloads.keep",
            "10m",
            duration("1m", "24h"),
            "How long the series of a workload that has ended stay, and until they were scraped");
    static final ConfigKey.Value<Path> WORKLOADS_CONTAINER_LOGS = value(
            "workloads.container-logs",
            "/var/log/containers",
            PATH,
            "Where the kubelet keeps its links to logs, which tell the names of pods and containers");

    static final ConfigKey.Value<Optional<Path>> WORKLOADS_KUBELET_SOCKET = value(
            "workloads.kubelet-socket",
            "/var/lib/kubelet/pod-resources/kubelet.sock",
            PATH.or("none"),
            "Where the kubelet tells which container holds which GPU; not asked where there is none");
    static final ConfigKey.Value<Optional<URI>> WORKLOADS_KUBERNETES_URL = value(
                    "workloads.kubernetes.url",
                    "none",
                    SECURE_ADDRESS.or("none"),
                    "The API of the cluster, such as `https://kubernetes.default.svc`, which tells the names and labels of"
                            + " this node's pods; not asked unless it is set")
            .withFlag("URL");
    static final ConfigKey.Value<Path> WORKLOADS_KUBERNETES_CA_FILE = value(
            "workloads.kubernetes.ca-file",
            "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
            PATH,
            "Certificates (PEM) of the cluster's authority, relative to the configuration file");
    static final ConfigKey.Value<Path> WORKLOADS_KUBERNETES_TOKEN_FILE = value(
            "workloads.kubernetes.token-file",
            "/var/run/secrets/kubernetes.io/serviceaccount/token",
            PATH,
            "A file that holds the token of a service account that may list pods, read for every question; relative to the"
                    + " configuration file");
    static final ConfigKey.Value<Optional<String>> WORKLOADS_KUBERNETES_NODE = value(
                    "workloads.kubernetes.node",
                    "auto",
                    matching("a name of a node such as `gpu-1.example.org`", "[a-z0-9][a-z0-9.-]{0,252}")
                            .or("auto"),
                    "The node's name in the cluster; auto is the name of the host")
            .withFlag("NAME");
    static final int MOST_KUBERNETES_LABELS = 8;
    static final ConfigKey.Items WORKLOADS_KUBERNETES_LABELS = new ConfigKey.Items(
            "workloads.kubernetes.labels",
            Optional.of("[]"),
            "a list of names of labels such as `app.kubernetes.io/name`, 8 at most",
            Optional.empty(),
            "Labels of pods that are published, as joulegram_workload_pod_label_info");
    static final ValueType<String> WORKLOADS_KUBERNETES_LABEL = matching(
            "the name of a label such as `app.kubernetes.io/name`",
            "([a-z0-9][a-z0-9.-]{0,252}/)?[A-Za-z0-9][A-Za-z0-9_.-]{0,62}");

    static final ConfigKey.Value<OptionalDouble> GRID_MARKET_INTENSITY =
            value("grid.market-intensity", "none", INTENSITY, "Fixed carbon intensity by contract, market-based");
    static final ConfigKey.Value<OptionalDouble> GRID_MARGINAL_INTENSITY =
            value("grid.marginal-intensity", "none", INTENSITY, "Fixed carbon intensity of one kWh more, marginal");

    static final ConfigKey.Value<AgentConfig.Grid.Basis> GRID_HEADLINE = value(
            "grid.headline",
            "location",
            choice(AgentConfig.Grid.Basis.class),
            "The basis of the grams of models, tokens and budgets; the other bases are published beside it, and SCI is"
                    + " always location-based");

    static final ConfigKey.Value<OptionalDouble> GRID_UNCERTAINTY = value(
            "grid.uncertainty",
            "auto",
            numberOrAuto("ratio", "0", "2"),
            "Relative standard uncertainty of the intensity, which goes into that of grams; auto is 0.25 for a country's"
                    + " yearly figure, and 0 for all others, of which nothing is known");

    static final ConfigKey.Value<Double> PUE_UNCERTAINTY = value(
            "pue-uncertainty",
            "0",
            number("ratio", "0", "1"),
            "Relative standard uncertainty of pue, which goes into that of what the facility uses");

    static final ConfigKey.Value<Double> PUE = value(
                    "pue",
                    "1.0",
                    number("", "1", "3"),
                    "Energy of the facility over that of its servers (ISO/IEC 30134-2)")
            .withFlag("RATIO");

    static final ConfigKey.Value<Double> HOST_OTHER_WATTS = value(
            "host.other-watts",
            "0",
            number("watts", "0", "20000"),
            "Power of the rest of the server: fans, board, network, disks, power supply loss");
    static final ConfigKey.Value<AgentConfig.Host.PlatformMeter> HOST_PLATFORM_METER = value(
            "host.platform-meter",
            "none",
            choice(AgentConfig.Host.PlatformMeter.class),
            "The meter from which the rest of the server is what the components inside it leave; replaces"
                    + " host.other-watts");
    static final ConfigKey.Value<Optional<Boolean>> HOST_PLATFORM_METER_GPUS = value(
            "host.platform-meter-gpus",
            "auto",
            FLAG.or("auto"),
            "Whether that meter contains the GPUs beside CPU and DRAM; auto: hwmon and ipmi do, psys does not");
    static final ConfigKey.Value<Optional<Integer>> HOST_GPUS = value(
            "host.gpus",
            "none",
            count(1, 1024).or("none"),
            "GPUs in this machine, where the agent sees only some of them; none means those seen");

    static final ConfigKey.Value<Duration> EMBODIED_LIFETIME_GPU =
            value("embodied.lifetime.gpu", "4y", LIFETIME, "Years over which a GPU's embodied carbon is spread");
    static final ConfigKey.Value<Duration> EMBODIED_LIFETIME_CPU =
            value("embodied.lifetime.cpu", "5y", LIFETIME, "The same for a CPU");
    static final ConfigKey.Value<Duration> EMBODIED_LIFETIME_DRAM =
            value("embodied.lifetime.dram", "5y", LIFETIME, "The same for main memory");
    static final ConfigKey.Value<Duration> EMBODIED_LIFETIME_OTHER =
            value("embodied.lifetime.other", "5y", LIFETIME, "The same for the rest of the server");
    static final ConfigKey.Value<AgentConfig.Embodied.Amortization> EMBODIED_AMORTIZATION = value(
            "embodied.amortization",
            "wall-time",
            matching("`wall-time`, `utilized-hours`", "wall-time|utilized-hours")
                    .map(word -> AgentConfig.Embodied.Amortization.valueOf(
                            word.replace('-', '_').toUpperCase(Locale.ROOT))),
            "By what it falls due: by time, or by the hours in which a device works");
    static final ConfigKey.Value<OptionalDouble> EMBODIED_EXPECTED_UTILIZATION = value(
            "embodied.expected-utilization",
            "none",
            numberOrNone("", "0.01", "1"),
            "Share of its life in which a device is expected to work; for utilized-hours, and needed there");
    static final ConfigKey.Items EMBODIED_OVERRIDES = new ConfigKey.Items(
            "embodied.overrides",
            Optional.of("[]"),
            "a list of mappings with the keys `embodied.overrides[]` below",
            Optional.empty(),
            "Footprints and lifetimes that are known better than the built-in catalogue has them");
    static final ConfigKey.Value<Component> OVERRIDE_COMPONENT = required(
            "component",
            matching("`gpu`, `cpu`, `dram`, `other`", "gpu|cpu|dram|other")
                    .map(name -> Component.valueOf(name.toUpperCase(Locale.ROOT))),
            "What it is about");
    static final ConfigKey.Value<Optional<String>> OVERRIDE_DEVICE = value(
            "device",
            "all",
            DEVICE.or("all"),
            "The device label, or a part of the server such as `mainboard`; all means every device of the component");
    static final ConfigKey.Value<OptionalDouble> OVERRIDE_KG =
            value("kg", "none", FOOTPRINT, "Embodied carbon of one device; kg or lifetime must be given");
    static final ConfigKey.Value<OptionalDouble> OVERRIDE_KG_LOW =
            value("kg-low", "none", FOOTPRINT, "Its lower bound, at most kg");
    static final ConfigKey.Value<OptionalDouble> OVERRIDE_KG_HIGH =
            value("kg-high", "none", FOOTPRINT, "Its upper bound, at least kg");
    static final ConfigKey.Value<Optional<Duration>> OVERRIDE_LIFETIME =
            value("lifetime", "none", LIFETIME.or("none"), "In place of embodied.lifetime");
    static final List<ConfigKey> EMBODIED_OVERRIDE = List.of(
            OVERRIDE_COMPONENT, OVERRIDE_DEVICE, OVERRIDE_KG, OVERRIDE_KG_LOW, OVERRIDE_KG_HIGH, OVERRIDE_LIFETIME);

    static final ConfigKey.Items CALIBRATION = new ConfigKey.Items(
            "calibration",
            Optional.of("[]"),
            "a list of mappings with the keys `calibration[]` below",
            Optional.empty(),
            "What a meter has found of the power sensors of single GPUs");
    static final ConfigKey.Value<String> CALIBRATION_UUID = required(
            "uuid", matching("a GPU's UUID", "[0-9A-Za-z][0-9A-Za-z-]{0,79}"), "The GPU, as joulegram_gpu_info has it");
    static final ConfigKey.Value<Double> CALIBRATION_GAIN =
            value("gain", "1", number("", "0.5", "2"), "The sensor reads this times the truth plus the offset");
    static final ConfigKey.Value<Double> CALIBRATION_OFFSET_WATTS =
            value("offset-watts", "0", number("watts", "-200", "200"), "See gain");
    static final ConfigKey.Value<Double> CALIBRATION_UNCERTAINTY = value(
            "uncertainty",
            "0.01",
            number("ratio", "0", "1"),
            "Relative standard uncertainty that is left, in place of the 5 % of a sensor that is not calibrated");
    static final List<ConfigKey> CALIBRATION_OF_GPU =
            List.of(CALIBRATION_UUID, CALIBRATION_GAIN, CALIBRATION_OFFSET_WATTS, CALIBRATION_UNCERTAINTY);

    static final ConfigKey.Value<OptionalDouble> HOST_PEAK_WATTS = value(
            "host.peak-watts",
            "auto",
            numberOrAuto("watts", "1", "1000000"),
            "The most that the server can draw, from which thresholds of budget alerts are derived; auto is the sum of the"
                    + " limits that the devices tell");

    static final ConfigKey.Value<String> LEDGER_PATH = value(
                    "ledger.path",
                    "auto",
                    new ValueType<>(
                            "`auto`, `none` or a path",
                            false,
                            text -> PATH.parser().parse(text).toString()),
                    "The file in which energy, intensity and tokens are kept (SQLite), relative to the configuration file;"
                            + " auto is ledger.db in the directory that systemd gives the service (StateDirectory=), and"
                            + " none without one")
            .withFlag("FILE");
    static final ConfigKey.Value<Duration> LEDGER_KEEP_MINUTES = value(
            "ledger.keep-minutes",
            "12h",
            duration("2h", "8760h"),
            "How long minutes are kept before they are rolled into hours");
    static final ConfigKey.Value<Duration> LEDGER_KEEP =
            value("ledger.keep", "10y", years("0.1y", "100y"), "How long hours are kept");
    static final ConfigKey.Value<Integer> LEDGER_WORKLOADS = value(
            "ledger.workloads",
            "20",
            count(0, 1000),
            "How many workloads a minute or an hour tells apart, those that used most; the rest is `other`, and 0 keeps"
                    + " none. Needs `workloads.enabled`");

    static final ConfigKey.Value<ZoneId> TIME_ZONE = value(
            "time-zone", "system", ValueTypes.TIME_ZONE, "Whose days, weeks and months budgets and reports are of");

    static final ConfigKey.Items BUDGETS = new ConfigKey.Items(
            "budgets",
            Optional.of("[]"),
            "a list of mappings with the keys `budgets[]` below",
            Optional.empty(),
            "How many grams of CO2e may be emitted");
    static final ConfigKey.Value<String> BUDGET_NAME =
            required("name", matching("1 to 100 printable characters", "[^\\p{Cntrl}]{1,100}"), "The budget label");
    static final ConfigKey.Value<Double> BUDGET_LIMIT =
            required("limit", ValueTypes.mass("1g", "1000000t"), "The grams for one period");
    static final ConfigKey.Value<BudgetPeriod> BUDGET_PERIOD = value(
            "period",
            "month",
            choice(BudgetPeriod.class),
            "How long a period is, by the calendar of time-zone; weeks begin on Monday");
    static final ConfigKey.Value<BudgetScope> BUDGET_SCOPE = value(
            "scope",
            "total",
            choice(BudgetScope.class),
            "Which grams count: of energy, of the making of the devices, or both");
    static final ConfigKey.Value<Optional<String>> BUDGET_SERVER =
            value("server", "all", NAME.or("all"), "Only models of this server");
    static final ConfigKey.Value<Optional<String>> BUDGET_MODEL = value(
            "model", "all", NAME.or("all"), "Only this model; where server and model are all, the whole host counts");
    static final List<ConfigKey> BUDGET =
            List.of(BUDGET_NAME, BUDGET_LIMIT, BUDGET_PERIOD, BUDGET_SCOPE, BUDGET_SERVER, BUDGET_MODEL);

    static final ConfigKey.Items OBJECTIVES = new ConfigKey.Items(
            "objectives",
            Optional.of("[]"),
            "a list of mappings with the keys `objectives[]` below",
            Optional.empty(),
            "What an output token may cost at most");
    static final ConfigKey.Value<String> OBJECTIVE_NAME =
            required("name", matching("1 to 100 printable characters", "[^\\p{Cntrl}]{1,100}"), "The objective label");
    static final ConfigKey.Value<OptionalDouble> OBJECTIVE_GRAMS = value(
            "grams-per-token",
            "none",
            numberOrNone("grams", "0.000000001", "1000"),
            "CO2e of facility energy, idle included, and of making, per output token");
    static final ConfigKey.Value<OptionalDouble> OBJECTIVE_JOULES = value(
            "joules-per-token",
            "none",
            numberOrNone("joules", "0.000001", "1000000"),
            "Facility energy, idle included, per output token");
    static final ConfigKey.Value<Duration> OBJECTIVE_WINDOW =
            value("window", "1h", duration("5m", "720h"), "Over what time that is a mean");
    static final ConfigKey.Value<Optional<String>> OBJECTIVE_SERVER =
            value("server", "all", NAME.or("all"), "Only models of this server");
    static final ConfigKey.Value<Optional<String>> OBJECTIVE_MODEL =
            value("model", "all", NAME.or("all"), "Only this model");
    static final List<ConfigKey> OBJECTIVE = List.of(
            OBJECTIVE_NAME, OBJECTIVE_GRAMS, OBJECTIVE_JOULES, OBJECTIVE_WINDOW, OBJECTIVE_SERVER, OBJECTIVE_MODEL);

    static final ConfigKey.Value<Optional<URI>> OTLP_ENDPOINT = value(
                    "otlp.endpoint",
                    "none",
                    WEB_ADDRESS.or("none"),
                    "Where the figures are pushed by OTLP over HTTP; /v1/metrics is added where it does not end so")
            .withFlag("URL");
    static final ConfigKey.Value<Duration> OTLP_INTERVAL =
            value("otlp.interval", "15s", duration("1s", "1h"), "Time between two pushes");
    static final ConfigKey.Value<Duration> OTLP_TIMEOUT =
            value("otlp.timeout", "10s", duration("100ms", "1m"), "A push that takes longer has failed");
    static final ConfigKey.Value<AgentConfig.Otlp.Compression> OTLP_COMPRESSION = value(
            "otlp.compression", "gzip", choice(AgentConfig.Otlp.Compression.class), "How what is pushed is compressed");
    static final ConfigKey.Value<Optional<Path>> OTLP_CA_FILE = value(
            "otlp.ca-file",
            "none",
            PATH.or("none"),
            "Certificates (PEM) of the authorities that are trusted with https, relative to the configuration file; none"
                    + " means those that Java trusts");
    static final ConfigKey.Value<AgentConfig.Otlp.Names> OTLP_NAMES = value(
            "otlp.names",
            "both",
            choice(AgentConfig.Otlp.Names.class),
            "Whether figures that OpenTelemetry has a name for, such as hw.energy, are pushed under that, under the one of"
                    + " /metrics, or both; all others have the one of /metrics");
    static final ConfigKey.Items OTLP_RESOURCE_ATTRIBUTES = new ConfigKey.Items(
            "otlp.resource-attributes",
            Optional.of("[]"),
            "a list of texts such as `deployment.environment.name=prod`",
            Optional.empty(),
            "What the figures are of, beside and in place of service.name, service.instance.id, host.name and others");
    static final ValueType<String> OTLP_RESOURCE_ATTRIBUTE = matching(
            "KEY=VALUE such as `deployment.environment.name=prod`, of printable characters",
            "[A-Za-z][A-Za-z0-9._-]{0,99}=[^\\p{Cntrl}]{1,500}");
    static final ConfigKey.Items OTLP_HEADERS = new ConfigKey.Items(
            "otlp.headers",
            Optional.of("[]"),
            "a list of mappings with the keys `otlp.headers[]` below",
            Optional.empty(),
            "What a receiver wants to know whom it serves by");
    static final ConfigKey.Value<String> OTLP_HEADER_NAME = required(
            "name",
            matching(
                    "the name of a header that the agent does not set itself",
                    "(?i)(?!(?:connection|content-encoding|content-length|content-type|expect|host|transfer-encoding"
                            + "|upgrade)$)[!#$%&'*+.^_`|~0-9a-z-]{1,100}"),
            "Such as Authorization");
    static final ConfigKey.Value<Optional<String>> OTLP_HEADER_VALUE = value(
            "value", "none", SECRET.or("none"), "Its value; never shown. One of value and value-file must be given");
    static final ConfigKey.Value<Optional<Path>> OTLP_HEADER_VALUE_FILE = value(
            "value-file",
            "none",
            PATH.or("none"),
            "A file that holds the value instead, relative to the configuration file");
    static final List<ConfigKey> OTLP_HEADER = List.of(OTLP_HEADER_NAME, OTLP_HEADER_VALUE, OTLP_HEADER_VALUE_FILE);

    static final ConfigKey.Value<String> CONTROL_SOCKET = value(
                    "control.socket",
                    "auto",
                    new ValueType<>(
                            "`auto`, `none` or a path",
                            false,
                            text -> PATH.parser().parse(text).toString()),
                    "The Unix-domain socket for `joulegram quiesce` and `joulegram resume`, open to the agent's own user"
                            + " alone; auto is control.sock in the directory that systemd gives the service"
                            + " (RuntimeDirectory=), else joulegram.sock in XDG_RUNTIME_DIR, else none")
            .withFlag("FILE");

    static final ConfigKey.Value<LogLevel> LOG_LEVEL = value(
                    "log.level", "info", choice(LogLevel.class), "How much is logged")
            .withFlag("LEVEL");

    /** The keys of the file itself, in the order of the manual. */
    static final List<ConfigKey> ROOT = List.of(
            WEB_LISTEN_ADDRESS,
            WEB_CONFIG_FILE,
            PATH_SYSFS,
            PATH_PROCFS,
            NVML_ENABLED,
            NVML_LIBRARY,
            AMDSMI_ENABLED,
            AMDSMI_LIBRARY,
            RAPL_ENABLED,
            RAPL_ACCESS,
            HWMON_ENABLED,
            IPMI_ENABLED,
            ESTIMATE_ENABLED,
            ESTIMATE_CPU_IDLE_WATTS,
            ESTIMATE_CPU_LOAD_WATTS,
            ESTIMATE_CPU_MEMORY_WATTS,
            ESTIMATE_CPU_EXPONENT,
            ESTIMATE_CPU_THREADS,
            ESTIMATE_CPU_UNCERTAINTY,
            ESTIMATE_DRAM_IDLE_WATTS_PER_GB,
            ESTIMATE_DRAM_LOAD_WATTS_PER_GB,
            ESTIMATE_DRAM_MEMORY_WATTS_PER_GB,
            ESTIMATE_DRAM_UNCERTAINTY,
            SAMPLING_INTERVAL,
            SAMPLING_RAPL_INTERVAL,
            SAMPLING_POWER_INTERVAL,
            SAMPLING_HANG_TIMEOUT,
            SERVERS,
            TOKENS_SCRAPE_INTERVAL,
            TOKENS_SCRAPE_TIMEOUT,
            TOKENS_MAX_BODY,
            TOKENS_OUTAGE_AFTER,
            ENGINES,
            ATTRIBUTION_PREFILL_TOKEN_WEIGHT,
            ATTRIBUTION_CACHED_TOKEN_WEIGHT,
            WORKLOADS_ENABLED,
            WORKLOADS_INTERVAL,
            WORKLOADS_MAX,
            WORKLOADS_KEEP,
            WORKLOADS_CONTAINER_LOGS,
            WORKLOADS_KUBELET_SOCKET,
            WORKLOADS_KUBERNETES_URL,
            WORKLOADS_KUBERNETES_CA_FILE,
            WORKLOADS_KUBERNETES_TOKEN_FILE,
            WORKLOADS_KUBERNETES_NODE,
            WORKLOADS_KUBERNETES_LABELS,
            GRID_INTENSITY,
            GRID_ZONE,
            GRID_CLOUD_REGION,
            GRID_LATITUDE,
            GRID_LONGITUDE,
            GRID_MARKET_INTENSITY,
            GRID_MARGINAL_INTENSITY,
            GRID_HEADLINE,
            GRID_PROVIDERS,
            GRID_MAX_AGE,
            GRID_UNCERTAINTY,
            GRID_TRACE_FILE,
            GRID_ELECTRICITY_MAPS_URL,
            GRID_ELECTRICITY_MAPS_TOKEN,
            GRID_ELECTRICITY_MAPS_TOKEN_FILE,
            GRID_ELECTRICITY_MAPS_BOUNDARY,
            GRID_WATTTIME_URL,
            GRID_WATTTIME_USERNAME,
            GRID_WATTTIME_PASSWORD,
            GRID_WATTTIME_PASSWORD_FILE,
            GRID_WATTTIME_REGION,
            GRID_UK_URL,
            PUE,
            PUE_UNCERTAINTY,
            HOST_OTHER_WATTS,
            HOST_PLATFORM_METER,
            HOST_PLATFORM_METER_GPUS,
            HOST_GPUS,
            HOST_PEAK_WATTS,
            EMBODIED_LIFETIME_GPU,
            EMBODIED_LIFETIME_CPU,
            EMBODIED_LIFETIME_DRAM,
            EMBODIED_LIFETIME_OTHER,
            EMBODIED_AMORTIZATION,
            EMBODIED_EXPECTED_UTILIZATION,
            EMBODIED_OVERRIDES,
            CALIBRATION,
            TIME_ZONE,
            LEDGER_PATH,
            LEDGER_KEEP_MINUTES,
            LEDGER_KEEP,
            LEDGER_WORKLOADS,
            BUDGETS,
            OBJECTIVES,
            OTLP_ENDPOINT,
            OTLP_INTERVAL,
            OTLP_TIMEOUT,
            OTLP_COMPRESSION,
            OTLP_CA_FILE,
            OTLP_NAMES,
            OTLP_RESOURCE_ATTRIBUTES,
            OTLP_HEADERS,
            CONTROL_SOCKET,
            LOG_LEVEL);

    private static <T> ConfigKey.Value<T> value(String path, String standard, ValueType<T> type, String meaning) {
        return new ConfigKey.Value<>(path, Optional.of(standard), type, Optional.empty(), meaning);
    }

    private static <T> ConfigKey.Value<T> required(String path, ValueType<T> type, String meaning) {
        return new ConfigKey.Value<>(path, Optional.empty(), type, Optional.empty(), meaning);
    }
}
