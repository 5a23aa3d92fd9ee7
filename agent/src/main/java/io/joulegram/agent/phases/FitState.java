package io.joulegram.agent.phases;

/** Whether a fit is used, and if not, why. */
public enum FitState {
    /** The fit holds and splits the energy. */
    HOLDS("holds"),
    /** There are too few windows yet. */
    LEARNING("learning"),
    /** Idle power is not known, and tokens alone do not tell it from the fixed part of decode. */
    IDLE_UNKNOWN("idle_unknown"),
    /** The load does not tell the phases apart: they rise and fall together. */
    COLLINEAR("collinear"),
    /** The model does not explain the energy. */
    POOR("poor"),
    /** The interval of a phase's energy per token is too wide to be of use. */
    IMPRECISE("imprecise"),
    /** The devices' energy is shared with other servers by their tokens, so that it tells nothing of tokens. */
    SHARED("shared");

    private final String label;

    FitState(String label) {
        this.label = label;
    }

    /** The value of the {@code state} label. */
    public String label() {
        return label;
    }
}
