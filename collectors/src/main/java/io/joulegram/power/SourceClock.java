package io.joulegram.power;

import io.joulegram.posix.KernelClock;
import io.joulegram.posix.PosixException;
import java.util.function.LongSupplier;

/**
 * The clocks that readings are stamped with; a seam through which tests let time pass.
 *
 * <p>Reading one allocates nothing. Used by one thread.
 */
public final class SourceClock {
    private static final long NANOS_PER_MICRO = 1000;
    private static final long MICROS_PER_MILLI = 1000;

    private final LongSupplier nanos;
    private final LongSupplier wallMicros;

    /**
     * @param nanos as {@link System#nanoTime()} tells it
     * @param wallMicros microseconds since 1970, the clock by which drivers stamp the samples that they keep
     */
    public SourceClock(LongSupplier nanos, LongSupplier wallMicros) {
        this.nanos = nanos;
        this.wallMicros = wallMicros;
    }

    /** The clocks of this host. */
    public static SourceClock system() {
        return new SourceClock(System::nanoTime, wallMicrosOfKernel());
    }

    private static LongSupplier wallMicrosOfKernel() {
        try {
            KernelClock clock = KernelClock.realtime();
            return () -> clock.nanos() / NANOS_PER_MICRO;
        } catch (PosixException e) {
            return () -> System.currentTimeMillis() * MICROS_PER_MILLI;
        }
    }

    /** Time on the clock of {@link System#nanoTime()}. */
    public long nanos() {
        return nanos.getAsLong();
    }

    /** Microseconds since 1970. */
    public long wallMicros() {
        return wallMicros.getAsLong();
    }

    /** The middle of the time since an earlier {@link #nanos()}: a value taken within it is off by half of it at most. */
    public long halfwaySince(long beforeNanos) {
        return beforeNanos + (nanos() - beforeNanos) / 2;
    }
}
