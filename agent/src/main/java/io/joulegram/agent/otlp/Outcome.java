package io.joulegram.agent.otlp;

import java.time.Duration;
import java.util.Optional;

/** What came of one attempt to push. */
sealed interface Outcome {
    /**
     * The receiver has it.
     *
     * @param rejectedPoints how many data points it did not take
     * @param message what it says of them; may be empty
     */
    record Accepted(long rejectedPoints, String message) implements Outcome {}

    /**
     * The same may be accepted later.
     *
     * @param reason for people
     * @param retryAfter how long the receiver wants to be left alone
     */
    record Unavailable(String reason, Optional<Duration> retryAfter) implements Outcome {}

    /**
     * The same will not be accepted.
     *
     * @param reason for people
     */
    record Refused(String reason) implements Outcome {}

    /** The agent ends. */
    record GivenUp() implements Outcome {}
}
