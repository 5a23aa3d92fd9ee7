package io.joulegram.agent.export;

import io.joulegram.agent.attribution.RollingWindow;
import io.joulegram.agent.budget.BudgetState;
import io.joulegram.agent.budget.ObjectiveState;
import io.joulegram.power.Component;
import io.joulegram.power.Domain;
import io.joulegram.power.GpuInfo;
import io.joulegram.power.GpuTelemetry;
import io.joulegram.power.Quantity;
import io.joulegram.power.Sensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Everything that is published, as it stood at one instant. Immutable: a scrape reads it without a lock while the next
 * one is being made. What is unknown is empty or not in the list; it is never 0.
 *
 * @param wallMillis when, since 1970, for people to read
 * @param monotonicNanos when, on the clock of {@link System#nanoTime()}
 * @param meters what is measured, in the order of domain and device
 * @param gpus the GPUs
 * @param sources the sources of power readings, working or not
 * @param servers the inference servers
 * @param models their models
 * @param deployments what the servers of a deployment did together
 * @param facilityMicrojoules energy of the facility by component
 * @param unattributedMicrojoules the part of it that belongs to no model, by component
 * @param pendingMicrojoules the part of it whose model is not known yet, by component
 * @param retiredMicrojoules the part of it that was booked to models which left, by component
 * @param carbon grams and what they rest on
 * @param kept what outlives the agent
 * @param agentMicrojoules the agent's own energy, if it can be told
 * @param workloads whose energy it is on this host; empty if nobody asked for that
 */
public record Snapshot(
        long wallMillis,
        long monotonicNanos,
        List<MeterState> meters,
        List<GpuState> gpus,
        List<SourceState> sources,
        List<ServerState> servers,
        List<ModelState> models,
        List<DeploymentState> deployments,
        Map<Component, Long> facilityMicrojoules,
        Map<Component, Long> unattributedMicrojoules,
        Map<Component, Long> pendingMicrojoules,
        Map<Component, Long> retiredMicrojoules,
        CarbonState carbon,
        KeptState kept,
        OptionalLong agentMicrojoules,
        Optional<WorkloadsState> workloads) {

    /** Copies the collections. */
    public Snapshot {
        meters = List.copyOf(meters);
        gpus = List.copyOf(gpus);
        sources = List.copyOf(sources);
        servers = List.copyOf(servers);
        models = List.copyOf(models);
        deployments = List.copyOf(deployments);
        facilityMicrojoules = Map.copyOf(facilityMicrojoules);
        unattributedMicrojoules = Map.copyOf(unattributedMicrojoules);
        pendingMicrojoules = Map.copyOf(pendingMicrojoules);
        retiredMicrojoules = Map.copyOf(retiredMicrojoules);
    }

    /**
     * One domain of one device.
     *
     * @param streams its streams of values; only those that are alive
     * @param bestSensor the stream that its energy is taken from now
     * @param bestMicrojoules the energy that counts towards the facility
     * @param divergenceRatio (power integral - counter) / counter over the same time; empty without both
     * @param counterDoubt why its energy counter is not believed although it counts; empty while it is
     * @param counterResets how often the energy counter began anew
     * @param streamSwitches how often energy was taken from another stream than before
     * @param unobservedNanos time in which its energy is not known
     * @param sampleAgeNanos time since the newest value
     * @param live whether it is being read; a meter that is not keeps its counters but has no gauges
     * @param additive whether it counts towards the host's total
     * @param powerHistogram counts of samples by power
     */
    public record MeterState(
            Domain domain,
            String device,
            List<StreamState> streams,
            Sensor bestSensor,
            long bestMicrojoules,
            OptionalDouble divergenceRatio,
            Optional<String> counterDoubt,
            long counterResets,
            long streamSwitches,
            long unobservedNanos,
            long sampleAgeNanos,
            boolean live,
            boolean additive,
            PowerHistogramState powerHistogram) {
        /** Copies the list. */
        public MeterState {
            streams = List.copyOf(streams);
        }
    }

    /**
     * One stream of values of a meter.
     *
     * @param microjoules energy since the start
     * @param watts power now: the mean between the last two values of a counter, or the last power reading
     * @param uncertaintyRatio relative error of the energy
     * @param windowNanos averaging window of the sensor; empty if unknown
     * @param windowLearned whether the window was learned from the values; else it is what the maker says
     * @param updatePeriodNanos how often the sensor has a new value, as learned; empty if unknown
     * @param smallestChange the smallest change of the value that was seen, in microjoules of a counter, in milliwatts of power;
     *     empty if there was none
     * @param lastSampleNanos instant of the newest value, on the clock of {@link System#nanoTime()}
     * @param lastSampleWallMillis the same since 1970
     * @param live whether this stream gives values now
     */
    public record StreamState(
            Sensor sensor,
            Quantity quantity,
            long microjoules,
            OptionalDouble watts,
            double uncertaintyRatio,
            OptionalLong windowNanos,
            boolean windowLearned,
            OptionalLong updatePeriodNanos,
            OptionalLong smallestChange,
            long lastSampleNanos,
            long lastSampleWallMillis,
            boolean live) {}

    /**
     * How many samples had how much power.
     *
     * @param upperBoundsWatts upper bounds of the buckets, rising, without the last (infinite) one
     * @param counts samples of each bucket, not cumulative; one more than bounds
     * @param sumWatts sum of all samples
     */
    public record PowerHistogramState(List<Double> upperBoundsWatts, List<Long> counts, double sumWatts) {
        /** Copies the lists. */
        public PowerHistogramState {
            upperBoundsWatts = List.copyOf(upperBoundsWatts);
            counts = List.copyOf(counts);
        }
    }

    /**
     * A GPU.
     *
     * @param telemetry its state, if it is known
     * @param sharing how its servers share it; empty if it serves none
     * @param instances the energy of its parts, if it is or was divided
     * @param live false for one that is lost or hung: then only its identity and what it counted are known
     */
    public record GpuState(
            GpuInfo info,
            Optional<GpuTelemetry> telemetry,
            Optional<SharingState> sharing,
            List<InstanceState> instances,
            boolean live) {
        /** Copies the list. */
        public GpuState {
            instances = List.copyOf(instances);
        }

        /** One that is not divided and serves nobody. */
        public GpuState(GpuInfo info, Optional<GpuTelemetry> telemetry, boolean live) {
            this(info, telemetry, Optional.empty(), List.of(), live);
        }
    }

    /**
     * How a GPU's energy was shared of late.
     *
     * @param method {@code exclusive}, {@code gpm}, {@code process_utilization}, {@code memory} or {@code tokens}
     * @param ratioByServer by {@code server} label; what is missing to 1 is of no server
     */
    public record SharingState(String method, Map<String, Double> ratioByServer) {
        /** Copies the map. */
        public SharingState {
            ratioByServer = Map.copyOf(ratioByServer);
        }
    }

    /**
     * The energy of a part of a divided GPU. Those of one GPU sum to its best energy.
     *
     * @param instance ids of GPU and compute instance, {@code 9/0}; {@code unassigned} for what is in none
     * @param profile its size, {@code 1g.10gb}; empty for what is in none
     * @param method {@code gpm} or {@code memory}; empty for what is in none
     */
    public record InstanceState(String instance, String profile, String method, long microjoules) {}

    /**
     * A source of power readings.
     *
     * @param name {@code nvml:0}, {@code rapl_perf}; the family's name where it could not be opened
     * @param up whether it gives values
     * @param reason why not; empty if it does
     * @param fix how to mend it; empty if unknown or not needed
     * @param errors failed reads by name of the error
     * @param ticks how often it was read
     * @param missedTicks how often it should have been read and was not
     * @param readCount reads timed
     * @param readNanos time they took together
     * @param latenessCount starts timed
     * @param latenessNanos how late they were together
     */
    public record SourceState(
            String name,
            boolean up,
            String reason,
            String fix,
            Map<String, Long> errors,
            long ticks,
            long missedTicks,
            long readCount,
            long readNanos,
            long latenessCount,
            long latenessNanos) {
        /** Copies the map. */
        public SourceState {
            errors = Map.copyOf(errors);
        }
    }

    /**
     * An inference server.
     *
     * @param engine its engine; empty if not recognised yet
     * @param devices GPUs that serve it
     * @param devicesFrom how they were found: {@code config}, {@code processes}, {@code cgroup}, {@code rank}, {@code ray},
     *     {@code only-server} or {@code none}
     * @param deployment the servers that it serves with; empty if it is of none
     * @param role {@code both}, {@code prefill} or {@code decode}; empty if not recognised yet
     * @param tokens on which host its tokens are counted: {@code here} or {@code elsewhere}
     * @param lastError why the last scrape failed; empty if it did not
     * @param errors failed scrapes by reason
     */
    public record ServerState(
            String server,
            Optional<String> engine,
            Optional<Boolean> promptIncludesCached,
            Optional<String> countsAt,
            boolean up,
            List<String> devices,
            String devicesFrom,
            Optional<String> deployment,
            Optional<String> role,
            String tokens,
            String lastError,
            Map<String, Long> errors) {
        /** Copies the collections. */
        public ServerState {
            devices = List.copyOf(devices);
            errors = Map.copyOf(errors);
        }
    }

    /** A phase of serving, in the words of the {@code phase} label. */
    public enum Phase {
        /** Reading prompts. */
        PREFILL("prefill"),
        /** Writing output. */
        DECODE("decode"),
        /** Waiting for work with the weights loaded. */
        IDLE("idle");

        private final String label;

        Phase(String label) {
            this.label = label;
        }

        /** The value of the {@code phase} label. */
        public String label() {
            return label;
        }
    }

    /** Energy of one component in one phase. */
    public record PhaseEnergy(Component component, Phase phase, long microjoules) {}

    /** Which tokens a per-token figure divides by. */
    public enum TokenKind {
        /** Output tokens alone. */
        GENERATION("generation"),
        /** Prompt and output tokens. */
        ALL("all");

        private final String label;

        TokenKind(String label) {
            this.label = label;
        }

        /** The value of the {@code kind} label. */
        public String label() {
            return label;
        }
    }

    /** How much of the world a per-token figure includes. */
    @SuppressWarnings("ImmutableEnumChecker") // sets that nobody changes
    public enum Boundary {
        /** GPUs alone. */
        GPU("gpu", RollingWindow.GPU),
        /** The server: GPUs, processors, memory and the rest. */
        HOST("host", RollingWindow.HOST),
        /** The server and its share of cooling and power distribution (PUE). */
        FACILITY("facility", RollingWindow.FACILITY);

        private final String label;
        private final Set<Component> components;

        Boundary(String label, Set<Component> components) {
            this.label = label;
            this.components = components;
        }

        /** The value of the {@code boundary} label. */
        public String label() {
            return label;
        }

        /** What is within. */
        public Set<Component> components() {
            return components;
        }
    }

    /** Whether a per-token figure includes idle energy. */
    public enum Load {
        /** All energy while the model was loaded. */
        LOADED("loaded"),
        /** Without the energy that the devices draw when idle. */
        ACTIVE("active");

        private final String label;

        Load(String label) {
            this.label = label;
        }

        /** The value of the {@code load} label. */
        public String label() {
            return label;
        }
    }

    /**
     * One figure per token over the last minute.
     *
     * @param uncertaintyRatio relative standard uncertainty of the joules
     * @param gramsUncertaintyRatio that of the grams
     */
    public record PerToken(
            TokenKind kind,
            Boundary boundary,
            Load load,
            double joules,
            OptionalDouble grams,
            OptionalDouble uncertaintyRatio,
            OptionalDouble gramsUncertaintyRatio) {}

    /**
     * The fit of what the phases of a model cost.
     *
     * @param state {@code holds}, or why it is not used
     * @param windows of how many windows it is
     * @param r2Ratio the part of the variance of active energy that it explains; empty before there was a fit
     * @param conditionRatio condition number of the scaled columns; empty before there was a fit
     * @param estimates energy per token; empty unless it holds
     */
    public record PhaseFitState(
            String state,
            int windows,
            OptionalDouble r2Ratio,
            OptionalDouble conditionRatio,
            List<PhaseEstimate> estimates) {
        /** Copies the list. */
        public PhaseFitState {
            estimates = List.copyOf(estimates);
        }
    }

    /** Energy per token of a phase by the fit, and the ends of its 95 % interval. */
    public record PhaseEstimate(Phase phase, double joules, double lowJoules, double highJoules) {}

    /** Energy per token of one phase over the last minute. */
    public record PhasePerToken(Phase phase, double joules) {}

    /**
     * A model on a server. Figures per token are of the last minute and only there if it had tokens.
     *
     * @param promptTokens prompt tokens as the server counts them
     * @param madeTokens output tokens as they were made, before the server counts them; empty if it counts none
     * @param unattributedTokens tokens counted by the server in times whose energy was not attributed
     * @param bookedUntilNanos the end of the newest interval whose tokens and energy are in here, on the clock of {@link
     *     System#nanoTime()}; empty before the first
     * @param requests requests that finished in times whose energy is attributed; empty if the server does not tell
     * @param requestSeconds what those took, summed
     * @param phaseMethod what the split over phases rests on
     * @param phaseFit what is known of the fit of the phases; empty for a model that is not learned
     * @param energy energy by component and phase
     * @param sci SCI per token, at the facility, loaded
     * @param delayProducts energy and carbon times delay, per request; only if a request finished in the last minute
     */
    public record ModelState(
            String server,
            String model,
            OptionalLong promptTokens,
            OptionalLong cachedPromptTokens,
            OptionalLong generatedTokens,
            OptionalLong madeTokens,
            long unattributedTokens,
            OptionalLong bookedUntilNanos,
            OptionalDouble requestsRunning,
            OptionalDouble requestsWaiting,
            OptionalLong requests,
            OptionalDouble requestSeconds,
            String phaseMethod,
            Optional<PhaseFitState> phaseFit,
            List<PhaseEnergy> energy,
            OptionalDouble operationalGrams,
            double embodiedGrams,
            List<PerToken> perToken,
            List<PhasePerToken> phasePerToken,
            Optional<Sci> sci,
            Optional<DelayProducts> delayProducts) {
        /** Copies the lists. */
        public ModelState {
            energy = List.copyOf(energy);
            perToken = List.copyOf(perToken);
            phasePerToken = List.copyOf(phasePerToken);
        }
    }

    /**
     * A model on the servers of a deployment that are watched here, over the last minute; only if they do both phases.
     *
     * @param perToken energy of all of them over tokens, each of which is counted once
     */
    public record DeploymentState(String deployment, String model, List<PerToken> perToken) {
        /** Copies the list. */
        public DeploymentState {
            perToken = List.copyOf(perToken);
        }
    }

    /**
     * Grams and what they rest on.
     *
     * @param pue power usage effectiveness in force
     * @param intensities grid figures in force; empty if no grid is configured
     * @param grams grams since the start
     * @param embodied whole footprints and lifetimes
     * @param origins facility energy by the origin of the electricity
     */
    public record CarbonState(
            double pue,
            List<IntensityState> intensities,
            List<GramsState> grams,
            List<EmbodiedState> embodied,
            OriginState origins) {
        /** Copies the lists. */
        public CarbonState {
            intensities = List.copyOf(intensities);
            grams = List.copyOf(grams);
            embodied = List.copyOf(embodied);
        }
    }

    /**
     * A grid figure in force.
     *
     * @param signal average, marginal or market
     * @param ageSeconds time since the end of the period the figure is of; 0 within
     * @param basis location, market or marginal
     * @param boundary lifecycle or direct, or what else is known of what the figure includes
     * @param headline whether grams of models and budgets are by it
     * @param carbonFreeRatio share of the electricity from renewable sources and nuclear power; empty if unknown
     */
    public record IntensityState(
            String zone,
            String provider,
            String signal,
            double gramsPerKwh,
            double ageSeconds,
            String dataset,
            String basis,
            String boundary,
            boolean headline,
            OptionalDouble carbonFreeRatio) {}

    /** Facility energy by the origin of the grid's electricity, since the start, in microjoules. */
    public record OriginState(double carbonFree, double other, double unknown) {
        /** Nothing was used yet. */
        public static final OriginState NONE = new OriginState(0, 0, 0);
    }

    /** Grams of one device. {@code scope} is operational or embodied; {@code basis} location, market or marginal. */
    public record GramsState(String scope, Component component, String device, String basis, double grams) {}

    /** The whole footprint of one device. {@code origin} tells where the figure comes from. */
    public record EmbodiedState(
            Component component,
            String device,
            double grams,
            double lowGrams,
            double highGrams,
            double lifetimeSeconds,
            String origin,
            List<EmbodiedPartState> parts) {
        /** Copies the list. */
        public EmbodiedState {
            parts = List.copyOf(parts);
        }
    }

    /** A named part of a device's footprint. */
    public record EmbodiedPartState(String name, double grams, double lowGrams, double highGrams, String origin) {}

    /**
     * What outlives the agent.
     *
     * @param backfilled energy that was used while no agent ran, as hardware counters told afterwards
     * @param budgets how the carbon budgets stand
     * @param objectives how the objectives per token stand
     * @param ledger the ledger; empty if there is none
     */
    public record KeptState(
            List<Backfilled> backfilled,
            List<BudgetState> budgets,
            List<ObjectiveState> objectives,
            Optional<LedgerState> ledger) {
        /** Nothing is kept. */
        public static final KeptState NONE = new KeptState(List.of(), List.of(), List.of(), Optional.empty());

        /** Copies the lists. */
        public KeptState {
            backfilled = List.copyOf(backfilled);
            budgets = List.copyOf(budgets);
            objectives = List.copyOf(objectives);
        }
    }

    /** Energy of one device from before the agent started. */
    public record Backfilled(Component component, String device, long microjoules) {}

    /**
     * How the ledger stands.
     *
     * @param file where it is
     * @param lagSeconds time since the begin of the oldest bucket that should have been written and is not; 0 if all are
     * @param bytes its size on the disk
     * @param failing whether the newest attempt to write failed
     */
    public record LedgerState(String file, double lagSeconds, long bytes, boolean failing) {}

    /**
     * The facility's energy by whose it is; what is booked, pending and retired sums to it.
     *
     * @param energy what is booked, by workload
     * @param grams grams since the start, by workload
     * @param infos what is known of containers
     * @param pendingMicrojoules what is not booked yet, by component
     * @param retiredMicrojoules what was booked to workloads that have no series any more, by component
     */
    public record WorkloadsState(
            List<WorkloadEnergy> energy,
            List<WorkloadGrams> grams,
            List<WorkloadInfo> infos,
            Map<Component, Long> pendingMicrojoules,
            Map<Component, Long> retiredMicrojoules) {
        /** Copies the collections. */
        public WorkloadsState {
            energy = List.copyOf(energy);
            grams = List.copyOf(grams);
            infos = List.copyOf(infos);
            pendingMicrojoules = Map.copyOf(pendingMicrojoules);
            retiredMicrojoules = Map.copyOf(retiredMicrojoules);
        }
    }

    /**
     * Energy of a workload since the start.
     *
     * @param kind {@code container}, {@code slurm_job}, {@code systemd_unit} or {@code none}
     * @param workload its name
     * @param method what its share rests on
     * @param microjoules energy
     */
    public record WorkloadEnergy(String kind, String workload, Component component, String method, long microjoules) {}

    /**
     * Grams of CO2e of a workload since the start.
     *
     * @param operational of its energy, by the headline's basis; empty if the intensity is unknown
     * @param embodied of making the hardware
     */
    public record WorkloadGrams(String kind, String workload, OptionalDouble operational, double embodied) {}

    /**
     * What is known of a container; what is not is empty.
     *
     * @param runtime who runs it
     * @param containerId all digits of its id
     * @param podUid UID of its Kubernetes pod
     * @param podNamespace namespace of its pod
     * @param podName name of its pod
     * @param containerName its name in the pod
     * @param podLabels labels of its pod, those that were asked for
     */
    public record WorkloadInfo(
            String kind,
            String workload,
            String runtime,
            String containerId,
            String podUid,
            String podNamespace,
            String podName,
            String containerName,
            Map<String, String> podLabels) {
        /** Copies the map. */
        public WorkloadInfo {
            podLabels = Map.copyOf(podLabels);
        }
    }
}
