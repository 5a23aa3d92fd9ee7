package io.joulegram.agent.phases;

import java.util.function.ToDoubleFunction;

/** A term of the model of energy; its coefficient is energy per unit of what it counts. */
enum PhaseTerm {
    /** Joules per computed prompt token. */
    COMPUTED(Part.PREFILL, PhaseWork::computedTokens),
    /** Joules per prompt token from a cache. */
    CACHED(Part.CACHED, PhaseWork::cachedTokens),
    /** Joules per output token. */
    DECODED(Part.DECODE, PhaseWork::decodedTokens),
    /** Joules of a decode step whatever its batch: the weights are read once for all sequences. */
    STEPS(Part.DECODE, PhaseWork::decodeSteps),
    /** Watts while the engine is in prefill. */
    PREFILLING(Part.PREFILL, PhaseWork::prefillSeconds),
    /** Watts while the engine is in decode. */
    DECODING(Part.DECODE, PhaseWork::decodeSeconds),
    /** Idle power, where it is not known from quiet times. */
    IDLE(Part.IDLE, PhaseWork::seconds);

    /** What a term's energy is of. */
    enum Part {
        PREFILL,
        CACHED,
        DECODE,
        IDLE
    }

    private final Part part;
    private final ToDoubleFunction<PhaseWork> amount;

    PhaseTerm(Part part, ToDoubleFunction<PhaseWork> amount) {
        this.part = part;
        this.amount = amount;
    }

    Part part() {
        return part;
    }

    double amount(PhaseWork work) {
        return amount.applyAsDouble(work);
    }
}
