package io.joulegram.agent.export;

import static io.prometheus.client.Collector.Type.COUNTER;
import static io.prometheus.client.Collector.Type.GAUGE;
import static io.prometheus.client.Collector.Type.HISTOGRAM;
import static io.prometheus.client.Collector.Type.SUMMARY;

import io.prometheus.client.Collector;
import java.util.List;
import java.util.Locale;

/**
 * Every measured series that Joulegram publishes: name, type, labels, unit and meaning. This table is a contract with
 * dashboards and alerts; {@code docs/metrics.md} is its form for people, and a test keeps the two equal.
 *
 * <p>The name is that of the constant in lower case with the prefix {@code joulegram_}. Units are base units of
 * Prometheus (joules, watts, grams, seconds, bytes, ratios from 0 to 1); the one exception is the grid's intensity,
 * which everyone knows in grams per kWh.
 */
@SuppressWarnings("ImmutableEnumChecker") // the list of labels is from List.of, which cannot be changed
public enum MetricCatalogue {
    /** Power now, per stream of readings. */
    POWER_WATTS(
            GAUGE,
            "watts",
            "Power now as this source tells it. Gone while the source gives no values.",
            "domain",
            "device",
            "source"),
    /** Energy per stream of readings. */
    ENERGY_JOULES_TOTAL(
            COUNTER,
            "joules",
            "Energy since the agent started as this source tells it. Never sum over source, nor over domains that"
                    + " contain one another.",
            "domain",
            "device",
            "source"),
    /** Relative error of the energy. */
    ENERGY_UNCERTAINTY_RATIO(
            GAUGE,
            "ratio",
            "Relative uncertainty of the energy of this source: gain of the sensor, coverage and model error.",
            "domain",
            "device",
            "source"),
    /** How far counter and power integral are apart. */
    ENERGY_DIVERGENCE_RATIO(
            GAUGE,
            "ratio",
            "How far integrated power is from the energy counter over the same time, relative to the counter. May be"
                    + " negative.",
            "domain",
            "device"),
    /** Energy counters that began anew. */
    ENERGY_COUNTER_RESETS_TOTAL(
            COUNTER, "resets", "How often the energy counter of the device began anew.", "domain", "device"),
    /** How often another source was taken for the energy. */
    ENERGY_SOURCE_SWITCHES_TOTAL(
            COUNTER,
            "switches",
            "How often the energy of the device was taken from another source than before, as when its counter stands"
                    + " still, is lost or comes back.",
            "domain",
            "device"),
    /** Time whose energy is not known. */
    ENERGY_UNOBSERVED_SECONDS_TOTAL(
            COUNTER,
            "seconds",
            "Time in seconds in which the energy of the device could not be observed. It is in no energy counter.",
            "domain",
            "device"),
    /** Distribution of power samples. */
    POWER_SAMPLE_WATTS(
            HISTOGRAM,
            "watts",
            "Power samples in watts, one observation per sample: what happens between two scrapes.",
            "domain",
            "device"),
    /** Energy of the facility. */
    FACILITY_ENERGY_JOULES_TOTAL(
            COUNTER,
            "joules",
            "Energy of the host and its share of the facility. Components do not overlap: their sum is the whole.",
            "component"),
    /** Energy that belongs to no model. */
    UNATTRIBUTED_ENERGY_JOULES_TOTAL(
            COUNTER, "joules", "Part of the facility's energy that belongs to no model.", "component"),
    /** Energy whose model is not known yet. */
    PENDING_ENERGY_JOULES(
            GAUGE,
            "joules",
            "Part of the facility's energy whose model is not known yet: since the last good scrape of the inference"
                    + " servers.",
            "component"),
    /** Energy of models that left. */
    RETIRED_ENERGY_JOULES_TOTAL(
            COUNTER,
            "joules",
            "Part of the facility's energy that was booked to models which have no series any more: their servers have told"
                    + " nothing of them for two hours, and what they had was scraped.",
            "component"),
    /** Energy of the agent itself. */
    AGENT_ENERGY_JOULES_TOTAL(
            COUNTER, "joules", "Energy that the agent itself has used: its share of the processor's."),

    /** Identity of a GPU. */
    GPU_INFO(
            GAUGE,
            "1",
            "Identity of a GPU; always 1. Stays for a GPU that is lost.",
            "device",
            "uuid",
            "name",
            "pci_bus_id",
            "driver"),
    /** Utilization of a GPU. */
    GPU_UTILIZATION_RATIO(
            GAUGE, "ratio", "Share of the last sample period in which a kernel ran on the GPU, 0 to 1.", "device"),
    /** GPU memory in use. */
    GPU_MEMORY_USED_BYTES(GAUGE, "bytes", "GPU memory in use, in bytes.", "device"),
    /** GPU memory in all. */
    GPU_MEMORY_TOTAL_BYTES(GAUGE, "bytes", "GPU memory in all, in bytes.", "device"),
    /** Temperature of a GPU. */
    GPU_TEMPERATURE_CELSIUS(GAUGE, "degrees Celsius", "Temperature of the GPU die in degrees Celsius.", "device"),
    /** Clock of a GPU. */
    GPU_SM_CLOCK_HERTZ(GAUGE, "hertz", "Clock of the GPU's streaming multiprocessors, in hertz.", "device"),
    /** Power limit of a GPU. */
    GPU_POWER_LIMIT_WATTS(GAUGE, "watts", "Power limit in force on the GPU, in watts.", "device"),
    /** Why a GPU's clock is held back. */
    GPU_THROTTLE_ACTIVE(
            GAUGE,
            "0 or 1",
            "Whether the GPU's clocks are held back for this reason now: 1 if so, else 0.",
            "device",
            "reason"),

    /** How servers share a GPU. */
    GPU_SHARE_RATIO(
            GAUGE,
            "ratio",
            "Share of the GPU's energy that the server was given of late, 0 to 1, and what that rests on. What is missing"
                    + " to 1 is of no server.",
            "device",
            "server",
            "method"),
    /** Energy of the parts of a divided GPU. */
    GPU_INSTANCE_ENERGY_JOULES_TOTAL(
            COUNTER,
            "joules",
            "Energy of a MIG instance since the agent started, split off the energy of its GPU; with the unassigned rest"
                    + " the instances of a GPU sum to it. Never add it to the energy of the GPU.",
            "device",
            "instance",
            "profile",
            "method"),

    /** Whether a server answers. */
    SERVER_UP(
            GAUGE,
            "0 or 1",
            "Whether the last scrape of the inference server gave token counters: 1 if so, else 0. The engine is empty"
                    + " until it is recognised.",
            "server",
            "engine"),
    /** What a server's counters mean. */
    SERVER_INFO(
            GAUGE,
            "1",
            "What the token counters of an inference server mean; always 1.",
            "server",
            "engine",
            "prompt_includes_cached",
            "counts_at"),
    /** What a server does of each request. */
    SERVER_ROLE_INFO(
            GAUGE,
            "1",
            "What an inference server does of each request, the deployment that it is of, and on which host its tokens are"
                    + " counted; always 1. Only of servers that are of one, do one phase, or have their tokens counted elsewhere.",
            "server",
            "deployment",
            "role",
            "tokens"),
    /** Tokens as the server counts them. */
    TOKENS_TOTAL(
            COUNTER,
            "tokens",
            "Tokens as the inference server counts them, since the agent first saw it. Goes on over restarts of the"
                    + " server.",
            "server",
            "model",
            "kind"),
    /** Tokens without energy. */
    UNATTRIBUTED_TOKENS_TOTAL(
            COUNTER,
            "tokens",
            "Tokens that the server counted in times whose energy was not attributed to it.",
            "server",
            "model"),
    /** Requests in the batch. */
    REQUESTS_RUNNING(GAUGE, "requests", "Requests in the batch at the last scrape.", "server", "model"),
    /** Requests in the queue. */
    REQUESTS_WAITING(GAUGE, "requests", "Requests in the queue at the last scrape.", "server", "model"),
    /** Requests total. */
    REQUESTS_TOTAL(
            COUNTER,
            "requests",
            "Requests that finished in times whose energy was attributed; missing if the server does not tell.",
            "server",
            "model"),
    /** Request duration seconds total. */
    REQUEST_DURATION_SECONDS_TOTAL(
            COUNTER,
            "seconds",
            "What those took from their arrival to their end, summed, in seconds.",
            "server",
            "model"),
    /** Energy of a model. */
    MODEL_ENERGY_JOULES_TOTAL(
            COUNTER,
            "joules",
            "Facility energy attributed to a model, in joules.",
            "server",
            "model",
            "component",
            "phase"),
    /** Grams of a model. */
    MODEL_CO2_GRAMS_TOTAL(COUNTER, "grams", "CO2e attributed to a model, in grams.", "server", "model", "scope"),
    /** Joules per token. */
    ENERGY_PER_TOKEN_JOULES(
            GAUGE,
            "joules per token",
            "Energy over tokens of the last minute, in joules per token. Gone without tokens in that minute. Never"
                    + " average it: divide counters.",
            "server",
            "model",
            "kind",
            "boundary",
            "load"),
    /** Grams per token. */
    CO2_PER_TOKEN_GRAMS(
            GAUGE,
            "grams per token",
            "Operational and embodied CO2e over tokens of the last minute, in grams per token. Gone without tokens in"
                    + " that minute.",
            "server",
            "model",
            "kind",
            "boundary",
            "load"),
    /** Relative uncertainty of joules per token. */
    ENERGY_PER_TOKEN_UNCERTAINTY_RATIO(
            GAUGE,
            "ratio",
            "Relative standard uncertainty of the energy per token, from that of the sensors and from how energy was divided"
                    + " between those who share it: 95 % of true values lie within twice as much.",
            "server",
            "model",
            "boundary",
            "load"),
    /** Relative uncertainty of grams per token. */
    CO2_PER_TOKEN_UNCERTAINTY_RATIO(
            GAUGE,
            "ratio",
            "The same for grams per token, from that of the energy, of the carbon intensity as far as it is known or"
                    + " configured, and from the bounds of the devices' making.",
            "server",
            "model",
            "boundary",
            "load"),
    /** Joules per token of a deployment. */
    DEPLOYMENT_ENERGY_PER_TOKEN_JOULES(
            GAUGE,
            "joules per token",
            "Energy of all servers of a deployment on this host over its tokens of the last minute, each counted once, in"
                    + " joules per token. Gone unless they do both phases.",
            "deployment",
            "model",
            "kind",
            "boundary",
            "load"),
    /** Grams per token of a deployment. */
    DEPLOYMENT_CO2_PER_TOKEN_GRAMS(
            GAUGE,
            "grams per token",
            "The same for operational and embodied CO2e, in grams per token.",
            "deployment",
            "model",
            "kind",
            "boundary",
            "load"),
    /** Relative uncertainty of joules per token of a deployment. */
    DEPLOYMENT_ENERGY_PER_TOKEN_UNCERTAINTY_RATIO(
            GAUGE,
            "ratio",
            "Relative standard uncertainty of the deployment's energy per token.",
            "deployment",
            "model",
            "boundary",
            "load"),
    /** Relative uncertainty of grams per token of a deployment. */
    DEPLOYMENT_CO2_PER_TOKEN_UNCERTAINTY_RATIO(
            GAUGE,
            "ratio",
            "Relative standard uncertainty of the deployment's grams per token.",
            "deployment",
            "model",
            "boundary",
            "load"),
    /** Joules per token of a phase. */
    PHASE_ENERGY_PER_TOKEN_JOULES(
            GAUGE,
            "joules per token",
            "Active energy of a phase over the tokens of that phase in the last minute, in joules per token.",
            "server",
            "model",
            "phase"),
    /** How energy was split over phases. */
    PHASE_SPLIT_INFO(
            GAUGE,
            "1",
            "How the energy of a model is split between prefill and decode; always 1.",
            "server",
            "model",
            "method"),
    /** Whether the fit of the phases is used. */
    PHASE_FIT_INFO(
            GAUGE,
            "1",
            "Whether the fit of what the phases of a model cost is used, and if not, why; always 1.",
            "server",
            "model",
            "state"),
    /** Windows of the fit of the phases. */
    PHASE_FIT_WINDOWS(
            GAUGE,
            "windows",
            "Windows of work that the newest fit of the phases is of, or that were gathered for the first.",
            "server",
            "model"),
    /** Explained variance of the fit of the phases. */
    PHASE_FIT_R2_RATIO(
            GAUGE,
            "ratio",
            "Part of the variance of active energy over windows that the fit of the phases explains, 1 at best.",
            "server",
            "model"),
    /** Condition number of the fit of the phases. */
    PHASE_FIT_CONDITION_RATIO(
            GAUGE,
            "ratio",
            "Condition number of the fit of the phases: 1 if the load tells the phases apart; above 30 it is refused.",
            "server",
            "model"),
    /** Energy per token of a phase by the fit. */
    PHASE_FIT_ENERGY_PER_TOKEN_JOULES(
            GAUGE,
            "joules per token",
            "Active energy per computed prompt token or output token by the fit, in joules, and its 95 % interval."
                    + " Gone unless the fit holds.",
            "server",
            "model",
            "phase",
            "bound"),
    /** Energy delay product joule seconds. */
    ENERGY_DELAY_PRODUCT_JOULE_SECONDS(
            GAUGE,
            "joule seconds",
            "Facility energy per request, idle included, times the mean duration of a request, in joule seconds; last minute.",
            "server",
            "model"),
    /** Carbon delay product gram seconds. */
    CARBON_DELAY_PRODUCT_GRAM_SECONDS(
            GAUGE,
            "gram seconds",
            "Embodied CO2e per request times the mean duration of a request, in gram seconds; last minute.",
            "server",
            "model"),
    /** Carbon energy product gram joules. */
    CARBON_ENERGY_PRODUCT_GRAM_JOULES(
            GAUGE,
            "gram joules",
            "Embodied CO2e per request times facility energy per request, in gram joules; last minute.",
            "server",
            "model"),
    /** Total carbon delay product gram seconds. */
    TOTAL_CARBON_DELAY_PRODUCT_GRAM_SECONDS(
            GAUGE,
            "gram seconds",
            "Operational and embodied CO2e per request times the mean duration of a request, in gram seconds; last minute.",
            "server",
            "model"),
    /** Software carbon intensity. */
    SCI_GRAMS_PER_TOKEN(
            GAUGE,
            "grams per token",
            "Software carbon intensity (ISO/IEC 21031) per token of the last minute, in grams: (E * I + M) / R at the"
                    + " facility, idle included.",
            "server",
            "model"),

    /** Grams of the host. */
    CO2_GRAMS_TOTAL(
            COUNTER,
            "grams",
            "CO2e of the host since the agent started, in grams.",
            "scope",
            "component",
            "device",
            "basis"),
    /** The grid's intensity. */
    GRID_CARBON_INTENSITY_GRAMS_PER_KWH(
            GAUGE,
            "grams per kWh",
            "Carbon intensity of the grid in force, in grams CO2e per kWh.",
            "zone",
            "provider",
            "signal"),
    /** How old the grid's intensity is. */
    GRID_CARBON_INTENSITY_AGE_SECONDS(
            GAUGE,
            "seconds",
            "Time since the end of the period that the intensity in force is of, in seconds; 0 within that period.",
            "zone",
            "provider",
            "signal"),
    /** What the grid's intensity is. */
    GRID_CARBON_INTENSITY_INFO(
            GAUGE,
            "1",
            "What an intensity in force is: its basis, whether it includes the making of plants and fuels, and whether the"
                    + " grams of models and budgets are by it; always 1.",
            "zone",
            "provider",
            "signal",
            "basis",
            "boundary",
            "headline"),
    /** What of the electricity is free of carbon. */
    GRID_CARBON_FREE_RATIO(
            GAUGE,
            "ratio",
            "Share of the electricity in force that comes from renewable sources and nuclear power, 0 to 1; missing where"
                    + " it is not known.",
            "zone",
            "provider",
            "signal"),
    /** Energy by origin. */
    GRID_ENERGY_JOULES_TOTAL(
            COUNTER,
            "joules",
            "Facility energy by the origin of the grid's electricity at its time: carbon_free, other, or unknown. They sum"
                    + " to joulegram_facility_energy_joules_total.",
            "origin"),
    /** Whole footprints. */
    EMBODIED_CO2_GRAMS(GAUGE, "grams", "Whole embodied footprint of a device, in grams CO2e.", "component", "device"),
    /** Lifetimes. */
    EMBODIED_LIFETIME_SECONDS(
            GAUGE,
            "seconds",
            "Lifetime over which the embodied footprint of a device is spread, in seconds.",
            "component",
            "device"),
    /** Power usage effectiveness. */
    PUE_RATIO(GAUGE, "ratio", "Power usage effectiveness in force: facility energy over IT energy, 1 or more."),

    /** Whether a source gives values. */
    SOURCE_UP(GAUGE, "0 or 1", "Whether a source of power readings gives values: 1 if so, else 0.", "source"),
    /** Failed reads. */
    SOURCE_ERRORS_TOTAL(COUNTER, "errors", "Failed reads of a source by name of the error.", "source", "reason"),
    /** Time of reads. */
    SOURCE_READ_SECONDS(SUMMARY, "seconds", "Time that reads of a source took, in seconds.", "source"),
    /** Age of the newest value. */
    SAMPLE_AGE_SECONDS(GAUGE, "seconds", "Time since the newest value of a device, in seconds.", "domain", "device"),
    /** Reads done. */
    SAMPLING_TICKS_TOTAL(COUNTER, "ticks", "How often a source was read.", "source"),
    /** Reads missed. */
    SAMPLING_MISSED_TICKS_TOTAL(COUNTER, "ticks", "How often a source should have been read and was not.", "source"),
    /** Lateness of reads. */
    SAMPLING_LATENESS_SECONDS(
            SUMMARY, "seconds", "How late after their deadline reads of a source began, in seconds.", "source"),
    /** How often a sensor has news. */
    SENSOR_UPDATE_PERIOD_SECONDS(
            GAUGE,
            "seconds",
            "How often the sensor has a new value, in seconds, as learned. Gone while that cannot be told.",
            "device",
            "source"),
    /** What time a sensor averages. */
    SENSOR_WINDOW_SECONDS(
            GAUGE,
            "seconds",
            "Time over which the sensor's power value is a mean, in seconds, as learned; before that as its maker says."
                    + " Gone while unknown.",
            "device",
            "source"),
    /** Energy from before the start. */
    ENERGY_BACKFILLED_JOULES_TOTAL(
            COUNTER,
            "joules",
            "Energy that was used while no agent ran, as hardware counters told afterwards. It is in the ledger and the"
                    + " budgets and in no other counter.",
            "domain",
            "device"),
    /** Budgets. */
    CARBON_BUDGET_GRAMS(
            GAUGE,
            "grams",
            "Grams of CO2e that may be emitted in the present period of a budget.",
            "budget",
            "period",
            "scope"),
    /** What was used of budgets. */
    CARBON_BUDGET_USED_GRAMS(
            GAUGE,
            "grams",
            "Grams of CO2e emitted in the present period of a budget, as far as they were observed. Starts at 0 with"
                    + " each period, goes on over restarts of the agent.",
            "budget",
            "period",
            "scope"),
    /** What is left of budgets. */
    CARBON_BUDGET_REMAINING_GRAMS(
            GAUGE,
            "grams",
            "What is left of a budget in its present period, in grams; below 0 once it is exhausted.",
            "budget",
            "period",
            "scope"),
    /** Where budgets will stand. */
    CARBON_BUDGET_PROJECTED_GRAMS(
            GAUGE,
            "grams",
            "Grams of CO2e at the end of the present period if it goes on like the last day (budgets for a day) or the"
                    + " last seven days.",
            "budget",
            "period",
            "scope"),
    /** How much of the period is over. */
    CARBON_BUDGET_ELAPSED_RATIO(
            GAUGE, "ratio", "How much of the present period of a budget is over, 0 to 1.", "budget", "period", "scope"),
    /** How much of that was observed. */
    CARBON_BUDGET_OBSERVED_RATIO(
            GAUGE,
            "ratio",
            "How much of what is over of the present period was observed, 0 to 1; what was not is missing in the grams"
                    + " used, unless it was backfilled.",
            "budget",
            "period",
            "scope"),
    /** How fast budgets burn. */
    CARBON_BUDGET_BURN_RATIO(
            GAUGE,
            "ratio",
            "Grams in a window over the grams that the budget gives for as long: 1 is exactly on budget.",
            "budget",
            "period",
            "scope",
            "window"),
    /** When burning is too fast. */
    CARBON_BUDGET_BURN_THRESHOLD_RATIO(
            GAUGE,
            "ratio",
            "The burn in a window above which an alert is due: the classic factor, or less where the machine cannot draw"
                    + " so much. Gone where no load can exhaust the budget.",
            "budget",
            "period",
            "scope",
            "window"),
    /** What a token may emit. */
    OBJECTIVE_LIMIT_GRAMS_PER_TOKEN(
            GAUGE, "grams", "Grams of CO2e that an output token may cost by an objective.", "objective", "window"),
    /** What a token emits. */
    OBJECTIVE_GRAMS_PER_TOKEN(
            GAUGE,
            "grams",
            "Grams of CO2e per output token in the window of an objective: of facility energy, idle included, and of"
                    + " making. Gone without tokens, and where the intensity of some of their time is not known.",
            "objective",
            "window"),
    /** What a token may use. */
    OBJECTIVE_LIMIT_JOULES_PER_TOKEN(
            GAUGE, "joules", "Energy that an output token may take by an objective, in joules.", "objective", "window"),
    /** What a token uses. */
    OBJECTIVE_JOULES_PER_TOKEN(
            GAUGE,
            "joules",
            "Facility energy per output token in the window of an objective, idle included, in joules. Gone without"
                    + " tokens.",
            "objective",
            "window"),
    /** How many tokens an objective is judged by. */
    OBJECTIVE_WINDOW_TOKENS(GAUGE, "tokens", "Output tokens in the window of an objective.", "objective", "window"),
    /** How far the ledger is behind. */
    LEDGER_LAG_SECONDS(
            GAUGE,
            "seconds",
            "Time since the begin of the oldest bucket that should be in the ledger and is not, in seconds; 0 if all"
                    + " are."),
    /** How large the ledger is. */
    LEDGER_BYTES(GAUGE, "bytes", "Size of the ledger on the disk, in bytes."),

    /** Whose energy it is on this host. */
    WORKLOAD_ENERGY_JOULES_TOTAL(
            COUNTER,
            "joules",
            "Energy of the facility by the container, batch job or unit of systemd that it was used for, since the agent"
                    + " started; of the kind none: what was idle, what is unattributed, and the other workloads, which have"
                    + " no series. With what is pending and retired it sums to the facility's.",
            "kind",
            "workload",
            "component",
            "method"),
    /** Energy that is not booked to workloads yet. */
    WORKLOAD_PENDING_ENERGY_JOULES(
            GAUGE,
            "joules",
            "Part of the facility's energy that is not booked to workloads yet: since the last look at the host's control"
                    + " groups.",
            "component"),
    /** Energy of workloads that have no series any more. */
    WORKLOAD_RETIRED_ENERGY_JOULES_TOTAL(
            COUNTER,
            "joules",
            "Energy that was booked to workloads whose series have gone since, because they have ended or others use"
                    + " more.",
            "component"),
    /** Grams of workloads. */
    WORKLOAD_CO2_GRAMS_TOTAL(
            COUNTER,
            "grams",
            "CO2e of a workload since the agent started: of its energy, by the headline's basis, and of making the"
                    + " hardware. Gone with the workload's energy.",
            "kind",
            "workload",
            "scope"),
    /** What is known of containers. */
    WORKLOAD_INFO(
            GAUGE,
            "1",
            "What is known of a container; always 1. What is not known is empty.",
            "kind",
            "workload",
            "runtime",
            "container_id",
            "pod_uid",
            "pod_namespace",
            "pod_name",
            "container_name"),
    /** Labels of pods. */
    WORKLOAD_POD_LABEL_INFO(
            GAUGE,
            "1",
            "A label of a container's pod, of those that the configuration names; always 1.",
            "kind",
            "workload",
            "label",
            "value"),

    /** Which program this is. */
    BUILD_INFO(GAUGE, "1", "Which program this is; always 1.", "version", "revision", "java");

    private final String metricName;
    private final Collector.Type type;
    private final String unit;
    private final String help;
    private final List<String> labels;

    MetricCatalogue(Collector.Type type, String unit, String help, String... labels) {
        metricName = "joulegram_" + name().toLowerCase(Locale.ROOT);
        this.type = type;
        this.unit = unit;
        this.help = help;
        this.labels = List.of(labels);
    }

    /** The name of the series; of a histogram or summary, without {@code _bucket}, {@code _count} and {@code _sum}. */
    public String metricName() {
        return metricName;
    }

    /** The type as it stands in the exposition: {@code gauge}, {@code counter}, {@code histogram}, {@code summary}. */
    public String typeName() {
        return type.name().toLowerCase(Locale.ROOT);
    }

    /** The names of the labels, in the order of their values. */
    public List<String> labels() {
        return labels;
    }

    /** The unit in words. */
    public String unit() {
        return unit;
    }

    /** What the series tells, in one or two sentences with the unit; the HELP line. */
    public String help() {
        return help;
    }

    Collector.Type type() {
        return type;
    }
}
