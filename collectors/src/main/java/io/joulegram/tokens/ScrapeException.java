package io.joulegram.tokens;

import static java.util.Objects.requireNonNull;

/** A scrape that gave no usable counters. */
public final class ScrapeException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why, as the bounded {@code reason} label. */
    public enum Reason {
        /** No connection, or it broke. */
        UNREACHABLE,
        /** The whole reply did not arrive in time. */
        TIMEOUT,
        /** The reply's status was not 200. */
        STATUS,
        /** The reply was larger, or had more series, than is accepted. */
        TOO_LARGE,
        /** The reply was not an exposition of metrics, or a counter in it is not a count. */
        MALFORMED,
        /** The metrics are of no engine that is known. */
        UNKNOWN_ENGINE;

        /** The value of the {@code reason} label. */
        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private final Reason reason;

    /** @param message what happened and, where it is a value, which value and what is allowed */
    public ScrapeException(Reason reason, String message) {
        super(message);
        this.reason = requireNonNull(reason, "reason");
    }

    /** @param message what happened and, where it is a value, which value and what is allowed */
    public ScrapeException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = requireNonNull(reason, "reason");
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
