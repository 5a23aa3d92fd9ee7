package io.joulegram.agent.energy;

import io.joulegram.posix.KernelClock;
import io.joulegram.posix.PosixException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the host was suspended: the kernel's boot-time clock goes on then, the monotonic one does not. What a
 * counter shows afterwards says nothing of that time, so every meter begins anew and the time is counted as unobserved.
 */
public final class SuspendWatch {
    private static final Logger LOG = LoggerFactory.getLogger(SuspendWatch.class);
    private static final long THRESHOLD_NANOS = 500_000_000;

    private final LongSupplier suspendedNanos;
    private long before;

    /** @param suspendedNanos time the host has been suspended since it booted */
    SuspendWatch(LongSupplier suspendedNanos) {
        this.suspendedNanos = suspendedNanos;
        before = suspendedNanos.getAsLong();
    }

    /** Watches the kernel's clocks; on a system that has none of them it never notices anything. */
    public static SuspendWatch ofKernel() {
        try {
            KernelClock boottime = KernelClock.boottime();
            KernelClock monotonic = KernelClock.monotonic();
            return new SuspendWatch(() -> boottime.nanos() - monotonic.nanos());
        } catch (PosixException | LinkageError e) {
            LOG.debug("no boot-time clock: a suspend is not noticed", e);
            return new SuspendWatch(() -> 0);
        }
    }

    /** Looks whether the host was suspended since the last look. */
    public void check(EnergyBook book) {
        long now = suspendedNanos.getAsLong();
        long slept = now - before;
        before = now;
        if (slept > THRESHOLD_NANOS) {
            LOG.warn("the host was suspended for {} s", slept / 1e9);
            book.interruptAll();
            book.entries().forEach(entry -> entry.meter().addUnobserved(slept));
        }
    }
}
