package io.joulegram.agent.calibrate;

/**
 * One fitted constant.
 *
 * @param watts the estimate
 * @param lowWatts begin of the interval in which the true value lies in 95 % of fits
 * @param highWatts its end
 */
public record Term(double watts, double lowWatts, double highWatts) {}
