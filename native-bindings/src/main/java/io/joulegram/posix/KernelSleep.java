package io.joulegram.posix;

/**
 * Sleep until an instant of {@link System#nanoTime()}, by {@code clock_nanosleep(2)} on {@code CLOCK_MONOTONIC}, which is
 * what that reads on Linux. Cheaper than {@link java.util.concurrent.locks.LockSupport#parkNanos parking}, which takes and
 * gives back a lock: one system call. In return nothing ends it early. Allocates nothing. Not thread-safe.
 */
public final class KernelSleep {
    private static final int CLOCK_MONOTONIC = 1;
    private static final int TIMER_ABSTIME = 1;
    private static final int TIMESPEC_BYTES = 16;
    private static final int SECONDS_OFFSET = 0;
    private static final int NANOS_OFFSET = 8;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final NativeBuffer timespec = new NativeBuffer(TIMESPEC_BYTES);

    /** Sleeps; returns at once if the instant has gone by, and earlier than it only on a signal. */
    public void until(long nanoTime) {
        timespec.bytes().putLong(SECONDS_OFFSET, nanoTime / NANOS_PER_SECOND);
        timespec.bytes().putLong(NANOS_OFFSET, nanoTime % NANOS_PER_SECOND);
        Libc.clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, timespec.address(), 0);
    }
}
