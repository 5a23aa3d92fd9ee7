package io.joulegram.agent.config;

/** A text that is not a value of its type. */
final class BadValueException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    BadValueException(String reason) {
        super(reason);
        this.reason = reason;
    }

    /** Why not, as the rest of a sentence that begins with the text. */
    String reason() {
        return reason;
    }
}
