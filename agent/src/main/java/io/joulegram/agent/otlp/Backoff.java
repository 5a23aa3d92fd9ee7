package io.joulegram.agent.otlp;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait after so many failures in a row: twice as long each time up to a bound, and from half of that to all of
 * it by chance, so that agents that lost one receiver together do not come back together.
 *
 * @param first after the first failure
 * @param last the most
 */
record Backoff(Duration first, Duration last, RandomGenerator random) {
    private static final int MAX_DOUBLINGS = 20;

    /** @param failures in a row, at least 1 */
    long nanosAfter(int failures) {
        long doubled = Math.min(last.toNanos(), first.toNanos() << Math.min(failures - 1, MAX_DOUBLINGS));
        return doubled / 2 + (long) (random.nextDouble() * (doubled - doubled / 2));
    }
}
