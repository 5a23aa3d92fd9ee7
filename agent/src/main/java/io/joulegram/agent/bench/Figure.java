package io.joulegram.agent.bench;

import io.joulegram.agent.export.Snapshot.Boundary;
import io.joulegram.power.Component;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * Everything that is told of a point: its unit, whether less of it is better, and how it follows from what was counted. The
 * name of a figure in files is that of the constant in lower case. Ratios are of sums over all of the time.
 *
 * <p>EDP, CDP, CEP and tCDP are those of ACT (Gupta et al., ISCA 2022) for a request: E its facility energy, D its mean
 * latency, C its grams. SCI is that of ISO/IEC 21031 for a token, read or written.
 */
@SuppressWarnings("ImmutableEnumChecker") // functions without state
public enum Figure {
    /** Requests that were answered. */
    REQUESTS_PER_SECOND("requests/s", Sense.MORE, t -> t.perSecond(t.load().requests())),
    /** Tokens written. */
    OUTPUT_TOKENS_PER_SECOND("tokens/s", Sense.MORE, t -> t.perSecond(t.load().outputTokens())),
    /** Tokens read, those from the cache included. */
    PROMPT_TOKENS_PER_SECOND("tokens/s", Sense.MORE, t -> t.perSecond(t.load().promptTokens())),
    /** Tokens of a prompt. */
    PROMPT_TOKENS_MEAN(
            "tokens",
            Sense.NONE,
            t -> Totals.per(
                    OptionalDouble.of(t.load().promptTokens()),
                    t.load().firstTokenSeconds().size())),
    /** Tokens of an answer. */
    OUTPUT_TOKENS_MEAN(
            "tokens", Sense.NONE, t -> t.perRequest(OptionalDouble.of(t.load().outputTokens()))),
    /** Requests on their way. */
    IN_FLIGHT_MEAN("requests", Sense.NONE, t -> OptionalDouble.of(t.load().meanInFlight())),
    /** Time of a request. */
    LATENCY_MEAN("s", Sense.LESS, t -> t.load().latencySeconds().mean()),
    /** Its median. */
    LATENCY_P50("s", Sense.LESS, t -> t.load().latencySeconds().quantile(0.5)),
    /** Nine of ten are below. */
    LATENCY_P90("s", Sense.LESS, t -> t.load().latencySeconds().quantile(0.9)),
    /** 99 of 100 are below. */
    LATENCY_P99("s", Sense.LESS, t -> t.load().latencySeconds().quantile(0.99)),
    /** Time to the first token, TTFT. */
    FIRST_TOKEN_P50("s", Sense.LESS, t -> t.load().firstTokenSeconds().quantile(0.5)),
    /** 99 of 100 are below. */
    FIRST_TOKEN_P99("s", Sense.LESS, t -> t.load().firstTokenSeconds().quantile(0.99)),
    /** Time per output token after the first, TPOT, by request. */
    PER_TOKEN_P50("s", Sense.LESS, t -> t.load().perTokenSeconds().quantile(0.5)),
    /** 99 of 100 are below. */
    PER_TOKEN_P99("s", Sense.LESS, t -> t.load().perTokenSeconds().quantile(0.99)),
    /** Time between two events of a stream, ITL. */
    INTER_TOKEN_P50("s", Sense.LESS, t -> t.load().interTokenSeconds().quantile(0.5)),
    /** 99 of 100 are below. */
    INTER_TOKEN_P99("s", Sense.LESS, t -> t.load().interTokenSeconds().quantile(0.99)),
    /** How late requests were sent: the generator's own fault. */
    GENERATOR_LAG_P99("s", Sense.LESS, t -> t.load().lagSeconds().quantile(0.99)),

    /** Power of all accelerators before the load. */
    REST_GPU_WATTS("W", Sense.NONE, Boundary.GPU, t -> t.conditions().restWatts(Boundary.GPU)),
    /** Power of the host before the load. */
    REST_HOST_WATTS("W", Sense.NONE, Boundary.HOST, t -> t.conditions().restWatts(Boundary.HOST)),
    /** Power of all accelerators. */
    GPU_WATTS("W", Sense.NONE, Boundary.GPU, t -> t.watts(Component.GPU)),
    /** Power of the processors. */
    CPU_WATTS("W", Sense.NONE, Boundary.HOST, t -> t.watts(Component.CPU)),
    /** Power of the memory. */
    DRAM_WATTS("W", Sense.NONE, Boundary.HOST, t -> t.watts(Component.DRAM)),
    /** Power of the rest of the host. */
    OTHER_WATTS("W", Sense.NONE, Boundary.HOST, t -> t.watts(Component.OTHER)),
    /** Power that the facility adds. */
    OVERHEAD_WATTS("W", Sense.NONE, Boundary.FACILITY, t -> t.watts(Component.OVERHEAD)),

    /** Energy over tokens written. */
    GPU_JOULES_PER_OUTPUT_TOKEN("J", Sense.LESS, Boundary.GPU, t -> t.perOutputToken(t.loadedJoules(Boundary.GPU))),
    /** The same above rest. */
    GPU_ACTIVE_JOULES_PER_OUTPUT_TOKEN(
            "J", Sense.LESS, Boundary.GPU, t -> t.perOutputToken(t.activeJoules(Boundary.GPU))),
    /** Energy over tokens written. */
    HOST_JOULES_PER_OUTPUT_TOKEN("J", Sense.LESS, Boundary.HOST, t -> t.perOutputToken(t.loadedJoules(Boundary.HOST))),
    /** The same above rest. */
    HOST_ACTIVE_JOULES_PER_OUTPUT_TOKEN(
            "J", Sense.LESS, Boundary.HOST, t -> t.perOutputToken(t.activeJoules(Boundary.HOST))),
    /** Energy over tokens written. */
    FACILITY_JOULES_PER_OUTPUT_TOKEN(
            "J", Sense.LESS, Boundary.FACILITY, t -> t.perOutputToken(t.loadedJoules(Boundary.FACILITY))),
    /** The same above rest. */
    FACILITY_ACTIVE_JOULES_PER_OUTPUT_TOKEN(
            "J", Sense.LESS, Boundary.FACILITY, t -> t.perOutputToken(t.activeJoules(Boundary.FACILITY))),
    /** Energy over requests. */
    GPU_JOULES_PER_REQUEST("J", Sense.LESS, Boundary.GPU, t -> t.perRequest(t.loadedJoules(Boundary.GPU))),
    /** The same above rest. */
    GPU_ACTIVE_JOULES_PER_REQUEST("J", Sense.LESS, Boundary.GPU, t -> t.perRequest(t.activeJoules(Boundary.GPU))),
    /** Energy over requests. */
    HOST_JOULES_PER_REQUEST("J", Sense.LESS, Boundary.HOST, t -> t.perRequest(t.loadedJoules(Boundary.HOST))),
    /** The same above rest. */
    HOST_ACTIVE_JOULES_PER_REQUEST("J", Sense.LESS, Boundary.HOST, t -> t.perRequest(t.activeJoules(Boundary.HOST))),
    /** Energy over requests. */
    FACILITY_JOULES_PER_REQUEST(
            "J", Sense.LESS, Boundary.FACILITY, t -> t.perRequest(t.loadedJoules(Boundary.FACILITY))),
    /** The same above rest. */
    FACILITY_ACTIVE_JOULES_PER_REQUEST(
            "J", Sense.LESS, Boundary.FACILITY, t -> t.perRequest(t.activeJoules(Boundary.FACILITY))),
    /** GPU energy above rest of a prompt token that is computed. */
    PREFILL_JOULES_PER_TOKEN("J", Sense.LESS, Boundary.GPU, t -> t.conditions().prefillJoulesPerToken()),
    /** GPU energy above rest of an output token, without that of its prompt. */
    DECODE_JOULES_PER_TOKEN("J", Sense.LESS, Boundary.GPU, t -> t.perOutputToken(t.decodeJoules())),

    /** Operational and embodied, over tokens written. */
    GRAMS_PER_OUTPUT_TOKEN("gCO2e", Sense.LESS, Boundary.FACILITY, t -> t.perOutputToken(t.grams())),
    /** Of the energy. */
    OPERATIONAL_GRAMS_PER_OUTPUT_TOKEN(
            "gCO2e", Sense.LESS, Boundary.FACILITY, t -> t.perOutputToken(t.operationalGrams())),
    /** Of the energy above rest. */
    ACTIVE_GRAMS_PER_OUTPUT_TOKEN("gCO2e", Sense.LESS, Boundary.FACILITY, t -> t.perOutputToken(t.activeGrams())),
    /** Of the making of the hardware. */
    EMBODIED_GRAMS_PER_OUTPUT_TOKEN("gCO2e", Sense.LESS, t -> t.perOutputToken(t.embodiedGrams())),
    /** Operational and embodied, over requests. */
    GRAMS_PER_REQUEST("gCO2e", Sense.LESS, Boundary.FACILITY, t -> t.perRequest(t.grams())),
    /** Of the energy above rest, over requests. */
    ACTIVE_GRAMS_PER_REQUEST("gCO2e", Sense.LESS, Boundary.FACILITY, t -> t.perRequest(t.activeGrams())),
    /** (E I + M) / R, R being tokens read or written. */
    SCI_GRAMS_PER_TOKEN("gCO2e", Sense.LESS, Boundary.FACILITY, t -> t.perToken(t.grams())),
    /** Energy times delay. */
    EDP_JOULE_SECONDS(
            "J s",
            Sense.LESS,
            Boundary.FACILITY,
            t -> Totals.product(
                    t.perRequest(t.loadedJoules(Boundary.FACILITY)),
                    t.load().latencySeconds().mean())),
    /** Embodied carbon times delay. */
    CDP_GRAM_SECONDS(
            "g s",
            Sense.LESS,
            t -> Totals.product(
                    t.perRequest(t.embodiedGrams()), t.load().latencySeconds().mean())),
    /** Embodied carbon times energy. */
    CEP_GRAM_JOULES(
            "g J",
            Sense.LESS,
            Boundary.FACILITY,
            t -> Totals.product(t.perRequest(t.embodiedGrams()), t.perRequest(t.loadedJoules(Boundary.FACILITY)))),
    /** All carbon times delay. */
    TCDP_GRAM_SECONDS(
            "g s",
            Sense.LESS,
            Boundary.FACILITY,
            t -> Totals.product(
                    t.perRequest(t.grams()), t.load().latencySeconds().mean())),

    /** Share of time in which kernels ran. */
    GPU_UTILIZATION_RATIO(
            "", Sense.NONE, t -> t.energy().map(EnergyWindow::gpuUtilization).orElseGet(OptionalDouble::empty)),
    /** Memory of all accelerators. */
    GPU_MEMORY_BYTES(
            "B", Sense.NONE, t -> t.energy().map(EnergyWindow::gpuMemoryBytes).orElseGet(OptionalDouble::empty)),
    /** Temperature of the warmest. */
    GPU_TEMPERATURE_CELSIUS(
            "C", Sense.NONE, t -> t.energy().map(EnergyWindow::gpuCelsius).orElseGet(OptionalDouble::empty)),
    /** Model FLOPs utilization: operations of the model over what the accelerators could do. */
    MFU_RATIO("", Sense.MORE, Totals::modelFlopsUtilization);

    /** Which way is better. */
    public enum Sense {
        /** More is better. */
        MORE,
        /** Less is better. */
        LESS,
        /** Neither is. */
        NONE
    }

    private final String unit;
    private final Sense sense;
    private final Optional<Boundary> boundary;
    private final Function<Totals, OptionalDouble> rule;

    Figure(String unit, Sense sense, Function<Totals, OptionalDouble> rule) {
        this(unit, sense, Optional.empty(), rule);
    }

    Figure(String unit, Sense sense, Boundary boundary, Function<Totals, OptionalDouble> rule) {
        this(unit, sense, Optional.of(boundary), rule);
    }

    Figure(String unit, Sense sense, Optional<Boundary> boundary, Function<Totals, OptionalDouble> rule) {
        this.unit = unit;
        this.sense = sense;
        this.boundary = boundary;
        this.rule = rule;
    }

    /** Its name in files. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Its unit; empty for a ratio. */
    public String unit() {
        return unit;
    }

    /** Which way is better. */
    public Sense sense() {
        return sense;
    }

    /** Whose energy is in it. */
    Optional<Boundary> boundary() {
        return boundary;
    }

    /** What it is for a span of time; empty if it is not known. */
    OptionalDouble of(Totals totals) {
        return rule.apply(totals);
    }
}
