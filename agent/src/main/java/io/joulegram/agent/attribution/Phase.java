package io.joulegram.agent.attribution;

/** A phase of serving. */
public enum Phase {
    /** Reading prompts. */
    PREFILL,
    /** Writing output. */
    DECODE,
    /** What the devices draw with the weights loaded, whether or not there is work. */
    IDLE
}
