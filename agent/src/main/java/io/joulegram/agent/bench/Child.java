package io.joulegram.agent.bench;

import io.joulegram.posix.PosixException;
import io.joulegram.posix.Signal;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command that runs with the terminal of this process: what it reads and prints is untouched. One thread runs it; others may
 * tell it of signals.
 */
final class Child {
    private static final Logger LOG = LoggerFactory.getLogger(Child.class);
    private static final int NOT_FOUND = 127;
    private static final int NOT_EXECUTABLE = 126;
    private static final int NO_SUCH_FILE = 2;

    private final List<String> command;
    private @Nullable Process process;
    private boolean stopped;

    Child(List<String> command) {
        this.command = command;
    }

    /**
     * Runs it to its end.
     *
     * @return its exit status; 128 and the signal's number if one ended it
     * @throws ChildException if it cannot be started
     * @throws InterruptedException if a signal came before it was started, or the thread is interrupted
     */
    int run() throws ChildException, InterruptedException {
        return start().waitFor();
    }

    private synchronized Process start() throws ChildException, InterruptedException {
        if (stopped) {
            throw new InterruptedException("a signal came before the command was started");
        }
        try {
            Process started = new ProcessBuilder(command).inheritIO().start();
            process = started;
            return started;
        } catch (IOException e) {
            String text = String.valueOf(e.getMessage());
            boolean missing = text.contains("error=" + NO_SUCH_FILE + ",");
            throw new ChildException(
                    command.get(0) + (missing ? ": no such command" : ": cannot be run: " + text),
                    missing ? NOT_FOUND : NOT_EXECUTABLE,
                    e);
        }
    }

    /**
     * A signal came to this process: the command is not started (again).
     *
     * @param pass whether it is sent on, which it is not where the command gets it anyway
     * @return whether the command was ever started
     */
    synchronized boolean signal(Signal signal, boolean pass) {
        stopped = true;
        Process running = process;
        if (running == null) {
            return false;
        }
        if (pass && running.isAlive()) {
            try {
                signal.send(running.pid());
            } catch (PosixException e) {
                // It has ended in the meantime, or has become another user's, who must end it.
                LOG.debug("a signal did not reach the command: {}", e.getMessage());
            }
        }
        return true;
    }

    /** Whether a signal came. */
    synchronized boolean isStopped() {
        return stopped;
    }

    /** It cannot be started. */
    static final class ChildException extends Exception {
        private static final long serialVersionUID = 1L;

        private final int status;

        ChildException(String message, int status, Throwable cause) {
            super(message, cause);
            this.status = status;
        }

        /** What a shell's status would be. */
        int status() {
            return status;
        }
    }
}
