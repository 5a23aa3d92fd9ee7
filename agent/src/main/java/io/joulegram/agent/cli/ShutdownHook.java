package io.joulegram.agent.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command end in order when its process is told to end (SIGTERM, SIGINT): something tells it so, and the process waits
 * until it is closed, or for a while.
 */
final class ShutdownHook implements AutoCloseable {
    /** Tells the command to end. */
    @FunctionalInterface
    interface Ending {
        /** Tells it. */
        void begin() throws InterruptedException;
    }

    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread thread;

    /** @param patienceSeconds how long the process waits at most */
    ShutdownHook(String name, long patienceSeconds, Ending ending) {
        thread = new Thread(
                () -> {
                    try {
                        ending.begin();
                        var unused = over.await(patienceSeconds, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                name);
        Runtime.getRuntime().addShutdownHook(thread);
    }

    /** The command has ended. */
    @Override
    public void close() {
        over.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(thread);
        } catch (IllegalStateException e) {
            // The process ends already: it is the hook that waits for us.
        }
    }
}
