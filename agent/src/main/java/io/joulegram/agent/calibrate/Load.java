package io.joulegram.agent.calibrate;

/**
 * The load of a host in one stress level.
 *
 * @param level what the level is called
 * @param utilization of all logical processors, 0 to 1
 * @param bytesPerSecond that streamed from and to memory, 0 or more
 */
public record Load(String level, double utilization, double bytesPerSecond) {}
