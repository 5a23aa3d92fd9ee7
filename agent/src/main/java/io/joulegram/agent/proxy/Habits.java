package io.joulegram.agent.proxy;

/**
 * What requests to one server are like: used where a request's own tokens are not known yet. Means that forget, of requests
 * whose tokens the server told. Thread-safe.
 */
final class Habits {
    /** English has some four letters a token; JSON around the text is little beside it. */
    private static final double TOKENS_PER_BYTE = 0.25;
    /** What a server with a batch of usual size gives to each of its requests. */
    private static final double TOKENS_PER_SECOND = 30;

    private static final double KEPT = 0.95;
    private static final double MILLIS_PER_SECOND = 1e3;

    private double bytes;
    private double promptTokens;
    private double outputTokens;
    private double seconds;

    /** Learns from a request that has ended. */
    synchronized void note(long bodyBytes, long lastedMillis, Usage usage) {
        bytes = bytes * KEPT + bodyBytes;
        promptTokens = promptTokens * KEPT + usage.computedPrompt();
        outputTokens = outputTokens * KEPT + usage.output();
        seconds = seconds * KEPT + lastedMillis / MILLIS_PER_SECOND;
    }

    /** Computed prompt tokens for each byte of a request. */
    synchronized double promptTokensPerByte() {
        return bytes > 0 && promptTokens > 0 ? promptTokens / bytes : TOKENS_PER_BYTE;
    }

    /** Output tokens a second that one request gets from its arrival to its end. */
    synchronized double outputTokensPerSecond() {
        return seconds > 0 && outputTokens > 0 ? outputTokens / seconds : TOKENS_PER_SECOND;
    }

    /** Whether {@link #promptTokensPerByte} has been learned. */
    synchronized boolean knowsPrompts() {
        return promptTokens > 0;
    }
}
