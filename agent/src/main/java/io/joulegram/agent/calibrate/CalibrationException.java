package io.joulegram.agent.calibrate;

/** A calibration cannot be done; the message says why and what to do. */
public final class CalibrationException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param message why, and what to do */
    public CalibrationException(String message) {
        super(message);
    }

    /** @param message why, and what to do */
    public CalibrationException(String message, Throwable cause) {
        super(message, cause);
    }
}
