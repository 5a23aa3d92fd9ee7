package io.joulegram.agent.load;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of one request. Instants are of {@link System#nanoTime()}. Written on the client's event loop; to be read by
 * others only after the run.
 */
public final class RequestRecord implements Exchange {
    /** Is told when a request has come to an end of any kind. */
    @FunctionalInterface
    interface Listener {
        /** It has. */
        void over(RequestRecord request);
    }

    private final RequestShape shape;
    private final long intendedNanos;
    private final byte[] body;
    private final Listener listener;
    private @Nullable Connection connection;
    private boolean sent;
    private long sentNanos;
    private long lastNanos;
    private boolean over;
    private long[] events = new long[64];
    private int eventCount;
    private Chunk.@Nullable Usage usage;
    private @Nullable Failure failure;
    private String reason = "";

    /** @param intendedNanos when it should be sent, from which all latencies count */
    RequestRecord(RequestShape shape, long intendedNanos, byte[] body, Listener listener) {
        this.shape = shape;
        this.intendedNanos = intendedNanos;
        this.body = body;
        this.listener = listener;
        lastNanos = intendedNanos;
    }

    @Override
    public byte[] body() {
        return body;
    }

    @Override
    public void sent(Connection on, long nanos) {
        if (over) {
            on.abandon();
            return;
        }
        connection = on;
        sentNanos = sent ? sentNanos : nanos;
        sent = true;
        lastNanos = nanos;
    }

    @Override
    public void came(Chunk chunk, long nanos) {
        lastNanos = nanos;
        if (chunk.hasText()) {
            if (eventCount == events.length) {
                events = Arrays.copyOf(events, 2 * eventCount);
            }
            events[eventCount++] = nanos;
        }
        chunk.usage().ifPresent(counts -> usage = counts);
    }

    @Override
    public void ended(long nanos) {
        end(nanos);
    }

    @Override
    public void failed(Failure why, String told, long nanos) {
        if (!over) {
            failure = why;
            reason = told;
            end(nanos);
        }
    }

    private void end(long nanos) {
        if (!over) {
            over = true;
            lastNanos = nanos;
            connection = null;
            events = Arrays.copyOf(events, eventCount);
            listener.over(this);
        }
    }

    /** Gives it up. */
    void abandon(Failure why, String told, long nanos) {
        if (connection != null) {
            connection.abandon();
        }
        failed(why, told, nanos);
    }

    /** What was asked for. */
    public RequestShape shape() {
        return shape;
    }

    /** When it should have been sent. */
    public long intendedNanos() {
        return intendedNanos;
    }

    /** Whether it was sent at all. */
    public boolean isSent() {
        return sent;
    }

    /** When it was sent; meaningless if it was not. */
    public long sentNanos() {
        return sentNanos;
    }

    /** When it ended, or the last sign of it. */
    public long lastNanos() {
        return lastNanos;
    }

    /** Whether the whole answer came. */
    public boolean isWhole() {
        return over && failure == null;
    }

    /** Why there is no whole answer. */
    public Optional<Failure> failure() {
        return Optional.ofNullable(failure);
    }

    /** The same in words, empty if nothing is known. */
    public String reason() {
        return reason;
    }

    /** Events that carried text: tokens, unless the server sends several at a time. */
    public int events() {
        return eventCount;
    }

    /** When an event came. */
    public long eventNanos(int index) {
        return events[index];
    }

    /** Tokens of the prompt by the server's count, else as meant. */
    public int promptTokens() {
        return usage == null ? shape.promptTokens() : usage.promptTokens();
    }

    /** Those of them that the server had kept; 0 where it does not tell. */
    public int cachedTokens() {
        return usage == null ? 0 : usage.cachedTokens();
    }

    /** Tokens that were written by the server's count, else as many as events. */
    public int outputTokens() {
        return usage == null ? eventCount : usage.outputTokens();
    }

    /** Whether the server has counted. */
    public boolean isCounted() {
        return usage != null;
    }
}
