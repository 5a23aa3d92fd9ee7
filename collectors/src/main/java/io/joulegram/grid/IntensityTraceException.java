package io.joulegram.grid;

/** A trace that cannot be read; the message names the file, the line or item, the value, and what is allowed. */
public final class IntensityTraceException extends Exception {
    private static final long serialVersionUID = 1L;

    IntensityTraceException(String message) {
        super(message);
    }
}
