package io.joulegram.amdsmi;

/** The library cannot be loaded, or a call failed; the message tells which and why. */
public final class AmdSmiException extends Exception {
    private static final long serialVersionUID = 1L;

    AmdSmiException(String message) {
        super(message);
    }

    static void check(String function, int status) throws AmdSmiException {
        if (status != AmdSmiStatus.SUCCESS) {
            throw new AmdSmiException(function + ": " + AmdSmiStatus.nameOf(status));
        }
    }
}
