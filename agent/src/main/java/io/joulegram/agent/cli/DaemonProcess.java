package io.joulegram.agent.cli;

import io.joulegram.agent.Agent;
import io.joulegram.agent.export.ListenException;
import io.joulegram.agent.ledger.LedgerException;
import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;

/** Runs an agent until the process is told to stop (SIGTERM, SIGINT). */
final class DaemonProcess {
    private static final int FAILED = 1;

    private final PrintWriter err;

    /** @param err takes what keeps the agent from starting */
    DaemonProcess(PrintWriter err) {
        this.err = err;
    }

    /**
     * Runs an agent until the process is told to end.
     *
     * @param listening is run when the agent can be reached
     * @return the exit status of the process
     */
    int run(Agent agent, Runnable listening) {
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        // The virtual machine waits for the hook, so that the sources are closed before the process is gone.
        Thread hook = new Thread(
                () -> {
                    told.countDown();
                    awaitQuietly(ended);
                },
                "shutdown");
        try (agent) {
            agent.start();
            listening.run();
            Runtime.getRuntime().addShutdownHook(hook);
            told.await();
            return 0;
        } catch (ListenException | LedgerException e) {
            err.println("joulegram: " + e.getMessage());
            return FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        } finally {
            // Reached after the agent is closed: resources of a try are closed before its finally.
            ended.countDown();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
