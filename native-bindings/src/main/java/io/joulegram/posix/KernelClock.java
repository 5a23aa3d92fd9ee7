package io.joulegram.posix;

/** A clock of the kernel, see {@code clock_gettime(2)}. Reading it allocates nothing. Not thread-safe. */
public final class KernelClock {
    private static final int CLOCK_REALTIME = 0;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int CLOCK_BOOTTIME = 7;
    private static final int TIMESPEC_BYTES = 16;
    private static final int SECONDS_OFFSET = 0;
    private static final int NANOS_OFFSET = 8;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final int clock;
    private final NativeBuffer timespec = new NativeBuffer(TIMESPEC_BYTES);

    private KernelClock(int clock, String name) throws PosixException {
        this.clock = clock;
        long result = Libc.orErrno(Libc.clock_gettime(clock, timespec.address()));
        if (result < 0) {
            throw new PosixException("clock_gettime", name, (int) -result);
        }
    }

    /**
     * Time since 1970, which may be set; drivers stamp what they keep with it.
     *
     * @throws PosixException if the kernel does not have this clock
     */
    public static KernelClock realtime() throws PosixException {
        return new KernelClock(CLOCK_REALTIME, "CLOCK_REALTIME");
    }

    /**
     * Time since boot, without the time the system was suspended; what {@link System#nanoTime()} reads.
     *
     * @throws PosixException if the kernel does not have this clock
     */
    public static KernelClock monotonic() throws PosixException {
        return new KernelClock(CLOCK_MONOTONIC, "CLOCK_MONOTONIC");
    }

    /**
     * Time since boot, with the time the system was suspended. That it moves against {@link #monotonic()} tells of a
     * suspend.
     *
     * @throws PosixException if the kernel does not have this clock
     */
    public static KernelClock boottime() throws PosixException {
        return new KernelClock(CLOCK_BOOTTIME, "CLOCK_BOOTTIME");
    }

    /** The time in nanoseconds. */
    public long nanos() {
        // Cannot fail: it was read once, and its arguments have not changed.
        Libc.clock_gettime(clock, timespec.address());
        return timespec.bytes().getLong(SECONDS_OFFSET) * NANOS_PER_SECOND
                + timespec.bytes().getLong(NANOS_OFFSET);
    }
}
