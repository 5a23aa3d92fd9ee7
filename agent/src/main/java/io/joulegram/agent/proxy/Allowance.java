package io.joulegram.agent.proxy;

import java.util.concurrent.atomic.AtomicLong;

/** Memory that all connections may take together for what they keep of bodies. Thread-safe. */
final class Allowance {
    private final AtomicLong leftBytes;

    Allowance(long bytes) {
        leftBytes = new AtomicLong(bytes);
    }

    /** Takes some; returns false, and takes nothing, where there is not as much left. */
    boolean take(long bytes) {
        if (leftBytes.addAndGet(-bytes) >= 0) {
            return true;
        }
        leftBytes.addAndGet(bytes);
        return false;
    }

    void giveBack(long bytes) {
        leftBytes.addAndGet(bytes);
    }

    /** What is left, in bytes. */
    long left() {
        return leftBytes.get();
    }
}
