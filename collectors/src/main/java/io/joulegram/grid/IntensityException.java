package io.joulegram.grid;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Why a provider gave no figures. The message never holds a key. */
public final class IntensityException extends Exception {
    /** What went wrong, as far as it matters to when it is asked again. */
    public enum Reason {
        /** 401 or 403: the key is wrong, does not cover this, or is over its limit; some answer 401 for that too. */
        UNAUTHORIZED,
        /** 429. */
        RATE_LIMITED,
        /** 404, or an answer for another place. */
        NOT_COVERED,
        /** 410: it is gone for good. */
        GONE,
        /** 5xx and other statuses. */
        SERVER_ERROR,
        /** No connection, or no whole answer in time. */
        UNREACHABLE,
        /** An answer that is not what it should be. */
        MALFORMED;

        /** A word for labels and logs. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final transient Optional<Duration> retryAfter;

    IntensityException(Reason reason, String message, Optional<Duration> retryAfter) {
        super(message);
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    IntensityException(Reason reason, String message) {
        this(reason, message, Optional.empty());
    }

    /** What went wrong. */
    public Reason reason() {
        return reason;
    }

    /** How long the provider wants to be left alone; empty if it did not say. */
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
