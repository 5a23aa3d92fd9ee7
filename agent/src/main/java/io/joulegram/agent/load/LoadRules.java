package io.joulegram.agent.load;

import java.time.Duration;

/**
 * How long a run lasts and when it is given up.
 *
 * @param warmUp the least time before the measurement
 * @param steadyWithin the longest time after the warm-up that a server may take to reach a steady state
 * @param duration how long is measured
 * @param drain how long requests may take to end when the measurement is over, before they are given up
 * @param silence a request from which nothing comes for so long has hung
 * @param maxInFlight requests that may be on their way in an open loop, before the server counts as overrun
 * @param maxFailureRatio share of requests that may fail, before the run is given up
 */
public record LoadRules(
        Duration warmUp,
        Duration steadyWithin,
        Duration duration,
        Duration drain,
        Duration silence,
        int maxInFlight,
        double maxFailureRatio) {
    /** What is used unless told otherwise: half a minute. */
    public static LoadRules usual() {
        return new LoadRules(
                Duration.ofSeconds(2),
                Duration.ofMinutes(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                10_000,
                0.1);
    }

    /** The same with other times before, during and after. */
    public LoadRules lasting(Duration before, Duration during, Duration after) {
        return new LoadRules(before, steadyWithin, during, after, silence, maxInFlight, maxFailureRatio);
    }

    /** The same with another bound on requests that are on their way in an open loop. */
    public LoadRules withMaxInFlight(int requests) {
        return new LoadRules(warmUp, steadyWithin, duration, drain, silence, requests, maxFailureRatio);
    }

    /** The same with another time after which a request has hung. */
    public LoadRules withSilence(Duration time) {
        return new LoadRules(warmUp, steadyWithin, duration, drain, time, maxInFlight, maxFailureRatio);
    }
}
