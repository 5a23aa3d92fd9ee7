package io.joulegram.agent.config;

import io.joulegram.agent.budget.Budget;
import io.joulegram.agent.budget.BudgetPeriod;
import io.joulegram.agent.budget.BudgetScope;
import io.joulegram.agent.budget.Objective;
import io.joulegram.power.Component;
import io.joulegram.power.SensorCorrection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/** Turns the keys that were written, and the defaults of the others, into the configuration. */
final class ConfigReader {
    private final Scope root;
    private final ServersReader servers;
    private final GridReader grid;
    private final OtlpReader otlp;
    private final Path directory;
    private final Optional<Path> stateDirectory;
    private final Optional<Path> usualControlSocket;
    private final Problems problems;

    /**
     * @param directory against which the paths of further files are resolved
     * @param stateDirectory where a service keeps what must outlive it
     * @param usualControlSocket where the control socket is if nothing else is said
     */
    ConfigReader(
            Scope root,
            ServersReader servers,
            GridReader grid,
            OtlpReader otlp,
            Path directory,
            Optional<Path> stateDirectory,
            Optional<Path> usualControlSocket,
            Problems problems) {
        this.root = root;
        this.servers = servers;
        this.grid = grid;
        this.otlp = otlp;
        this.directory = directory;
        this.stateDirectory = stateDirectory;
        this.usualControlSocket = usualControlSocket;
        this.problems = problems;
    }

    AgentConfig read() {
        return new AgentConfig(
                new AgentConfig.Web(root.get(Keys.WEB_LISTEN_ADDRESS), webConfig()),
                new AgentConfig.Paths(root.get(Keys.PATH_SYSFS), root.get(Keys.PATH_PROCFS)),
                new AgentConfig.Nvml(root.get(Keys.NVML_ENABLED), root.get(Keys.NVML_LIBRARY)),
                new AgentConfig.AmdSmi(root.get(Keys.AMDSMI_ENABLED), root.get(Keys.AMDSMI_LIBRARY)),
                new AgentConfig.Rapl(root.get(Keys.RAPL_ENABLED), root.get(Keys.RAPL_ACCESS)),
                new AgentConfig.Hwmon(root.get(Keys.HWMON_ENABLED)),
                new AgentConfig.Ipmi(root.get(Keys.IPMI_ENABLED)),
                new EstimateReader(root).read(),
                sampling(),
                servers.read(),
                tokens(),
                engines(),
                new AgentConfig.Attribution(
                        root.get(Keys.ATTRIBUTION_PREFILL_TOKEN_WEIGHT),
                        root.get(Keys.ATTRIBUTION_CACHED_TOKEN_WEIGHT)),
                new WorkloadsReader(root, directory).read(),
                grid.read(),
                root.get(Keys.PUE),
                root.get(Keys.PUE_UNCERTAINTY),
                host(),
                embodied(),
                calibration(),
                root.get(Keys.TIME_ZONE),
                ledger(),
                budgets(),
                objectives(),
                otlp.read(),
                new AgentConfig.Control(controlSocket()),
                new AgentConfig.Log(root.get(Keys.LOG_LEVEL)));
    }

    private Optional<WebConfig> webConfig() {
        Optional<Path> file = root.get(Keys.WEB_CONFIG_FILE);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        Element element = root.element(Keys.WEB_CONFIG_FILE).orElseThrow();
        // What is given on the command line is relative to where it is typed.
        Path path = element.origin() instanceof Origin.Flag ? file.get() : directory.resolve(file.get());
        try {
            return Optional.of(WebConfig.read(path));
        } catch (ConfigException e) {
            e.problems().forEach(problem -> problems.add(element.node().line(), problem));
            return Optional.empty();
        }
    }

    private AgentConfig.Sampling sampling() {
        Duration interval = root.get(Keys.SAMPLING_INTERVAL);
        return new AgentConfig.Sampling(
                interval,
                root.get(Keys.SAMPLING_RAPL_INTERVAL).orElse(interval),
                root.get(Keys.SAMPLING_POWER_INTERVAL),
                root.get(Keys.SAMPLING_HANG_TIMEOUT));
    }

    private AgentConfig.Tokens tokens() {
        Duration interval = root.get(Keys.TOKENS_SCRAPE_INTERVAL);
        Duration outageAfter = root.get(Keys.TOKENS_OUTAGE_AFTER);
        if (outageAfter.compareTo(interval) < 0) {
            ConfigKey written = root.element(Keys.TOKENS_OUTAGE_AFTER).isPresent()
                    ? Keys.TOKENS_OUTAGE_AFTER
                    : Keys.TOKENS_SCRAPE_INTERVAL;
            root.report(
                    written,
                    "tokens.outage-after (" + seconds(outageAfter) + ") is shorter than tokens.scrape-interval ("
                            + seconds(interval) + "), so every server would always be down; raise the first");
        }
        return new AgentConfig.Tokens(
                interval, root.get(Keys.TOKENS_SCRAPE_TIMEOUT), root.get(Keys.TOKENS_MAX_BODY), outageAfter);
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() / 1000.0 + "s";
    }

    private List<AgentConfig.Engine> engines() {
        List<AgentConfig.Engine> engines = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Scope scope : root.scopes(Keys.ENGINES, Keys.ENGINE_DEFINITION)) {
            Optional<String> name = scope.require(Keys.ENGINE_NAME);
            Optional<String> promptTokens = scope.require(Keys.ENGINE_PROMPT_TOKENS);
            Optional<String> generationTokens = scope.require(Keys.ENGINE_GENERATION_TOKENS);
            if (name.isPresent() && !names.add(name.get())) {
                scope.report(Keys.ENGINE_NAME, Quoted.text(name.get()) + " is already defined");
            }
            AgentConfig.Engine engine = new AgentConfig.Engine(
                    name.orElse(""),
                    scope.get(Keys.ENGINE_PATH),
                    promptTokens.orElse(""),
                    scope.get(Keys.ENGINE_CACHED_TOKENS),
                    generationTokens.orElse(""),
                    scope.get(Keys.ENGINE_REQUESTS_RUNNING),
                    scope.get(Keys.ENGINE_REQUESTS_WAITING),
                    scope.get(Keys.ENGINE_MODEL_LABEL),
                    scope.get(Keys.ENGINE_PROMPT_INCLUDES_CACHED),
                    scope.get(Keys.ENGINE_COUNTS_AT),
                    scope.values(Keys.ENGINE_MAX_OVER, ValueTypes.LABEL));
            engines.add(engine);
        }
        return engines;
    }

    private AgentConfig.Host host() {
        Optional<Integer> gpus = root.get(Keys.HOST_GPUS);
        return new AgentConfig.Host(
                root.get(Keys.HOST_OTHER_WATTS),
                root.get(Keys.HOST_PLATFORM_METER),
                root.get(Keys.HOST_PLATFORM_METER_GPUS),
                gpus.map(OptionalInt::of).orElseGet(OptionalInt::empty),
                root.get(Keys.HOST_PEAK_WATTS));
    }

    private AgentConfig.Ledger ledger() {
        String path = root.get(Keys.LEDGER_PATH);
        Optional<Path> file = switch (path) {
            case "none" -> Optional.empty();
            case "auto" -> stateDirectory.map(directory -> directory.resolve("ledger.db"));
            default -> Optional.of(ledgerFile(path));
        };
        return new AgentConfig.Ledger(
                file, root.get(Keys.LEDGER_KEEP_MINUTES), root.get(Keys.LEDGER_KEEP), root.get(Keys.LEDGER_WORKLOADS));
    }

    private Optional<Path> controlSocket() {
        String path = root.get(Keys.CONTROL_SOCKET);
        return switch (path) {
            case "none" -> Optional.empty();
            case "auto" -> usualControlSocket;
            default -> Optional.of(Path.of(path));
        };
    }

    private Path ledgerFile(String path) {
        boolean typed = root.element(Keys.LEDGER_PATH)
                .filter(element -> element.origin() instanceof Origin.Flag)
                .isPresent();
        return typed ? Path.of(path) : directory.resolve(path);
    }

    private List<Budget> budgets() {
        List<Budget> budgets = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Scope scope : root.scopes(Keys.BUDGETS, Keys.BUDGET)) {
            Optional<String> name = scope.require(Keys.BUDGET_NAME);
            Optional<Double> limit = scope.require(Keys.BUDGET_LIMIT);
            BudgetPeriod period = scope.get(Keys.BUDGET_PERIOD);
            BudgetScope grams = scope.get(Keys.BUDGET_SCOPE);
            Optional<String> server = scope.get(Keys.BUDGET_SERVER);
            Optional<String> model = scope.get(Keys.BUDGET_MODEL);
            if (name.isPresent() && !names.add(name.get())) {
                scope.report(Keys.BUDGET_NAME, Quoted.text(name.get()) + " is already defined");
            }
            if (name.isPresent() && limit.isPresent()) {
                budgets.add(new Budget(name.get(), limit.get(), period, grams, server, model));
            }
        }
        return budgets;
    }

    private List<Objective> objectives() {
        List<Objective> objectives = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Scope scope : root.scopes(Keys.OBJECTIVES, Keys.OBJECTIVE)) {
            Optional<String> name = scope.require(Keys.OBJECTIVE_NAME);
            OptionalDouble grams = scope.get(Keys.OBJECTIVE_GRAMS);
            OptionalDouble joules = scope.get(Keys.OBJECTIVE_JOULES);
            if (name.isPresent() && !names.add(name.get())) {
                scope.report(Keys.OBJECTIVE_NAME, Quoted.text(name.get()) + " is already defined");
            }
            if (grams.isEmpty() && joules.isEmpty()) {
                scope.report(Keys.OBJECTIVE_GRAMS, "is missing; grams-per-token or joules-per-token must be given");
            } else if (name.isPresent()) {
                objectives.add(new Objective(
                        name.get(),
                        grams,
                        joules,
                        scope.get(Keys.OBJECTIVE_WINDOW),
                        scope.get(Keys.OBJECTIVE_SERVER),
                        scope.get(Keys.OBJECTIVE_MODEL)));
            }
        }
        return objectives;
    }

    private Map<String, SensorCorrection> calibration() {
        Map<String, SensorCorrection> corrections = new HashMap<>();
        for (Scope scope : root.scopes(Keys.CALIBRATION, Keys.CALIBRATION_OF_GPU)) {
            SensorCorrection correction = new SensorCorrection(
                    scope.get(Keys.CALIBRATION_GAIN),
                    scope.get(Keys.CALIBRATION_OFFSET_WATTS),
                    scope.get(Keys.CALIBRATION_UNCERTAINTY));
            scope.require(Keys.CALIBRATION_UUID)
                    .filter(uuid -> corrections.put(uuid, correction) != null)
                    .ifPresent(uuid -> scope.report(Keys.CALIBRATION_UUID, "\"" + uuid + "\" is there twice"));
        }
        return corrections;
    }

    private AgentConfig.Embodied embodied() {
        Map<Component, Duration> lifetimes = Map.of(
                Component.GPU, root.get(Keys.EMBODIED_LIFETIME_GPU),
                Component.CPU, root.get(Keys.EMBODIED_LIFETIME_CPU),
                Component.DRAM, root.get(Keys.EMBODIED_LIFETIME_DRAM),
                Component.OTHER, root.get(Keys.EMBODIED_LIFETIME_OTHER));
        List<AgentConfig.Embodied.Footprint> overrides = new ArrayList<>();
        for (Scope scope : root.scopes(Keys.EMBODIED_OVERRIDES, Keys.EMBODIED_OVERRIDE)) {
            override(scope).ifPresent(overrides::add);
        }
        AgentConfig.Embodied.Amortization amortization = root.get(Keys.EMBODIED_AMORTIZATION);
        return new AgentConfig.Embodied(lifetimes, overrides, amortization, expectedUtilization(amortization));
    }

    private double expectedUtilization(AgentConfig.Embodied.Amortization amortization) {
        OptionalDouble expected = root.get(Keys.EMBODIED_EXPECTED_UTILIZATION);
        boolean byHours = amortization == AgentConfig.Embodied.Amortization.UTILIZED_HOURS;
        if (byHours && expected.isEmpty()) {
            root.report(
                    Keys.EMBODIED_AMORTIZATION,
                    "utilized-hours needs embodied.expected-utilization, such as 0.5 for half of the life");
        }
        if (!byHours && expected.isPresent()) {
            root.report(
                    Keys.EMBODIED_EXPECTED_UTILIZATION, "counts only where embodied.amortization is utilized-hours");
        }
        return expected.orElse(1);
    }

    private static Optional<AgentConfig.Embodied.Footprint> override(Scope scope) {
        Optional<Component> component = scope.require(Keys.OVERRIDE_COMPONENT);
        Optional<String> device = scope.get(Keys.OVERRIDE_DEVICE);
        OptionalDouble kg = scope.get(Keys.OVERRIDE_KG);
        OptionalDouble low = scope.get(Keys.OVERRIDE_KG_LOW);
        OptionalDouble high = scope.get(Keys.OVERRIDE_KG_HIGH);
        Optional<Duration> lifetime = scope.get(Keys.OVERRIDE_LIFETIME);
        if (kg.isEmpty() && lifetime.isEmpty()) {
            scope.report(Keys.OVERRIDE_KG, "is missing; kg or lifetime must be given");
        }
        if (low.isPresent() && !(kg.isPresent() && low.getAsDouble() <= kg.getAsDouble())) {
            scope.report(Keys.OVERRIDE_KG_LOW, low.getAsDouble() + " is not at most kg, " + shown(kg));
        }
        if (high.isPresent() && !(kg.isPresent() && high.getAsDouble() >= kg.getAsDouble())) {
            scope.report(Keys.OVERRIDE_KG_HIGH, high.getAsDouble() + " is not at least kg, " + shown(kg));
        }
        return component.map(present -> new AgentConfig.Embodied.Footprint(present, device, kg, low, high, lifetime));
    }

    private static String shown(OptionalDouble kg) {
        return kg.isPresent() ? "which is " + kg.getAsDouble() : "which is not given";
    }
}
