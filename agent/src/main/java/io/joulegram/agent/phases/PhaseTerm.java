package io.joulegram.agent.phases;

/** A term of the model of energy; its coefficient is energy per unit of what it counts. */
enum PhaseTerm {
    /** Joules per computed prompt token. */
    COMPUTED(Part.PREFILL),
    /** Joules per prompt token from a cache. */
    CACHED(Part.CACHED),
    /** Joules per output token. */
    DECODED(Part.DECODE),
    /** Joules of a decode step whatever its batch: the weights are read once for all sequences. */
    STEPS(Part.DECODE),
    /** Watts while the engine is in prefill. */
    PREFILLING(Part.PREFILL),
    /** Watts while the engine is in decode. */
    DECODING(Part.DECODE),
    /** Idle power, where it is not known from quiet times. */
    IDLE(Part.IDLE);

    /** What a term's energy is of. */
    enum Part {
        PREFILL,
        CACHED,
        DECODE,
        IDLE
    }

    private final Part part;

    PhaseTerm(Part part) {
        this.part = part;
    }

    Part part() {
        return part;
    }

    double amount(PhaseWork work) {
        return switch (this) {
            case COMPUTED -> work.computedTokens();
            case CACHED -> work.cachedTokens();
            case DECODED -> work.decodedTokens();
            case STEPS -> work.decodeSteps();
            case PREFILLING -> work.prefillSeconds();
            case DECODING -> work.decodeSeconds();
            case IDLE -> work.seconds();
        };
    }
}
