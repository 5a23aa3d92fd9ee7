package io.joulegram.power.nvml;

import io.joulegram.nvml.Nvml;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open NVML that several GPUs share: whoever lets go of it last closes it. Made with one user, its maker.
 *
 * <p>A thread that is inside an NVML call is a user, so NVML is never unmapped under a call that hangs.
 */
final class NvmlSession {
    private final Nvml nvml;
    private final AtomicInteger users = new AtomicInteger(1);

    NvmlSession(Nvml nvml) {
        this.nvml = nvml;
    }

    Nvml nvml() {
        return nvml;
    }

    void acquire() {
        users.incrementAndGet();
    }

    /** Acquires it unless it was closed. Returns whether it did. */
    boolean tryAcquire() {
        return users.getAndUpdate(count -> count == 0 ? 0 : count + 1) != 0;
    }

    void release() {
        if (users.decrementAndGet() == 0) {
            nvml.close();
        }
    }
}
