package io.joulegram.agent.energy;

/**
 * A raw value of an energy counter.
 *
 * @param atNanos when, on the clock of {@link System#nanoTime()}
 * @param count in units of the counter
 */
public record CounterReading(long atNanos, long count) {}
