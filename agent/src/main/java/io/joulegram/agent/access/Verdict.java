package io.joulegram.agent.access;

/** What becomes of a request. */
public enum Verdict {
    /** It is answered. */
    GRANTED,
    /** Name or password are missing or wrong. */
    DENIED,
    /** Too many passwords are being checked; the same request may be granted a moment later. */
    BUSY
}
