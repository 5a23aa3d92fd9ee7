package io.joulegram.power;

/** What a {@link Channel} tells. */
public enum Quantity {
    /** A cumulative energy counter, in counts of {@link Channel#microjoulesPerCount()}. */
    ENERGY,
    /** Power, in milliwatts. */
    POWER
}
