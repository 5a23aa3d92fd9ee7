package io.joulegram.agent.control;

/** The control socket cannot be made or reached. The message names the file, the reason and the way out. */
public final class ControlException extends Exception {
    private static final long serialVersionUID = 1L;

    ControlException(String message, Throwable cause) {
        super(message, cause);
    }

    ControlException(String message) {
        super(message);
    }
}
