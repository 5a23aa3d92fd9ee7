package io.joulegram.agent.config;

/** How much is logged; each level includes those before it. */
public enum LogLevel {
    /** What stops the agent. */
    ERROR,
    /** What is wrong or missing while it goes on. */
    WARN,
    /** Changes of state. */
    INFO,
    /** What helps to find a fault. */
    DEBUG
}
