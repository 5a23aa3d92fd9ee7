package io.joulegram.agent.bench;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A command that runs with the terminal of this process: what it reads and prints is untouched. One thread runs it; another may
 * tell it to end.
 */
final class Child {
    private static final int NOT_FOUND = 127;
    private static final int NOT_EXECUTABLE = 126;
    private static final int NO_SUCH_FILE = 2;
    private static final long OWN_ACCORD_MILLIS = 1_000;

    private final List<String> command;
    private volatile @Nullable Process process;

    Child(List<String> command) {
        this.command = command;
    }

    /**
     * Runs it to its end.
     *
     * @return its exit status; 128 and the signal's number if one ended it
     * @throws ChildException if it cannot be started
     */
    int run() throws ChildException, InterruptedException {
        Process started;
        try {
            started = new ProcessBuilder(command).inheritIO().start();
        } catch (IOException e) {
            String text = String.valueOf(e.getMessage());
            boolean missing = text.contains("error=" + NO_SUCH_FILE + ",");
            throw new ChildException(
                    command.get(0) + (missing ? ": no such command" : ": cannot be run: " + text),
                    missing ? NOT_FOUND : NOT_EXECUTABLE,
                    e);
        }
        process = started;
        return started.waitFor();
    }

    /** A terminal tells all of its processes to end, so this one may be at it; else it is told, too. */
    void end() throws InterruptedException {
        Process running = process;
        if (running != null && !running.waitFor(OWN_ACCORD_MILLIS, TimeUnit.MILLISECONDS)) {
            running.destroy();
        }
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
