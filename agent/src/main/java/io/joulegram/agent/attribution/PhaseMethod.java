package io.joulegram.agent.attribution;

/** What the split of a model's active energy over prefill and decode rests on, the best last. */
public enum PhaseMethod {
    /** On {@link TokenWeights}. */
    TOKEN_WEIGHTS("token_weights"),
    /** On the time that the engine says it spent on each phase, at equal power. */
    PHASE_SECONDS("phase_seconds"),
    /** On energy per token, fitted. */
    TOKEN_FIT("token_fit"),
    /** On the time that the engine says it spent on each phase, and its fitted power in each. */
    SECONDS_FIT("seconds_fit"),
    /** On the server's role: it does nothing but one phase, so all of it is measured. */
    ROLE("role");

    private final String label;

    PhaseMethod(String label) {
        this.label = label;
    }

    /** The value of the {@code method} label. */
    public String label() {
        return label;
    }
}
