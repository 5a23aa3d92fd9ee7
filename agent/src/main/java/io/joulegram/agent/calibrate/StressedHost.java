package io.joulegram.agent.calibrate;

import io.joulegram.power.Domain;
import java.time.Duration;
import java.time.Instant;

/** The host that is calibrated: what it is, how it is put under stress, and what that does to it. Not thread-safe. */
public interface StressedHost extends AutoCloseable {
    /** The processor's name for itself; empty if unknown. */
    String cpuName();

    /** How many packages there are, above 0. */
    int packages();

    /** How many logical processors there are, above 0. */
    int threads();

    /** Memory in units of 2^30 bytes; 0 if unknown. */
    double gigabytes();

    /** Whether this is a virtual machine that says so. */
    boolean isVirtual();

    /** Power at rest of all packages or all memory by the built-in models. */
    double builtInIdleWatts(Domain domain);

    /** Puts the host under this stress, until it is given another. */
    void apply(StressLevel level);

    /** Lets time pass. */
    void pause(Duration duration) throws InterruptedException;

    /** The wall clock, which the log of a meter has too. */
    Instant now();

    /** The monotonic clock, in nanoseconds. */
    long nanoTime();

    /** Utilization of all logical processors, 0 to 1, since the last call. */
    double utilization();

    /** Bytes streamed from and to memory so far. */
    long streamedBytes();

    /** Ends the stress. */
    @Override
    void close();
}
