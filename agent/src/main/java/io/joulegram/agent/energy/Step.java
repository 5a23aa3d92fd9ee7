package io.joulegram.agent.energy;

/** What a value did to an {@link Integrator}. */
enum Step {
    /** The first value: there is nothing yet to take a difference from. */
    BASELINE,
    /** Energy was added; it may be 0. */
    ADVANCED,
    /** The counter began anew, or how often it wrapped cannot be told: a new epoch starts here, without energy. */
    EPOCH,
    /** Too long since the value before: nothing is added for the time between. */
    GAP,
    /** The value cannot be true: it is ignored. */
    REJECTED
}
