package io.joulegram.agent.proxy;

import java.io.Serial;

/** The daemon does not tell the server's energy; the message says why. */
final class NoReadingException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    NoReadingException(String message) {
        super(message);
    }
}
