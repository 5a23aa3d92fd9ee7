package io.joulegram.agent.bench;

/** A benchmark cannot be made or cannot go on; the message says why. */
public final class BenchException extends Exception {
    private static final long serialVersionUID = 1L;

    BenchException(String message) {
        super(message);
    }

    BenchException(String message, Throwable cause) {
        super(message, cause);
    }
}
