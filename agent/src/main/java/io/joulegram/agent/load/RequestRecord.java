package io.joulegram.agent.load;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of one request. Instants are of {@link System#nanoTime()}. Written on the client's event loop; to be read by
 * others only after the run.
 */
public final class RequestRecord implements Exchange {
    private static final byte[] NOTHING = {};

    /** Is told when a request has come to an end of any kind. */
    @FunctionalInterface
    interface Listener {
        /** It has. */
        void over(RequestRecord request);
    }

    private final RequestShape shape;
    private final long intendedNanos;
    private final Listener listener;
    private byte[] body;
    private @Nullable Connection connection;
    private boolean sent;
    private long sentNanos;
    private long lastNanos;
    private boolean over;
    private long[] events = new long[64];
    private int eventCount;
    private boolean hasText;
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
        // Of what is on its way what was asked would be most. Until here it may have to be sent again.
        body = NOTHING;
        lastNanos = nanos;
        if (chunk.hasText() && !hasText) {
            hasText = true;
            eventCount = 0;
        }
        // Tokens may have no text of their own. Where no event of an answer has any, those without tell when it came.
        if (chunk.hasText() || (!hasText && chunk.usage().isEmpty())) {
            add(nanos);
        }
        chunk.usage().ifPresent(counts -> usage = counts);
    }

    private void add(long nanos) {
        if (eventCount == events.length) {
            events = Arrays.copyOf(events, 2 * eventCount);
        }
        events[eventCount++] = nanos;
    }

    @Override
    public void ended(long nanos) {
        end(nanos);
    }

    @Override
    public void failed(Failure why, String told, long nanos) {
        if (!over) {
            failure = why;
            reason = Refusal.line(told);
            end(nanos);
        }
    }

    private void end(long nanos) {
        if (!over) {
            over = true;
            body = NOTHING;
            if (!hasText) {
                settle();
            }
            lastNanos = nanos;
            connection = null;
            events = Arrays.copyOf(events, eventCount);
            listener.over(this);
        }
    }

    /** An answer without text counts by what came of it, where the server says that it was one. */
    private void settle() {
        if (failure != null || usage == null) {
            eventCount = 0;
        } else if (eventCount == 0) {
            add(lastNanos);
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

    /**
     * Events that carried text: tokens, unless the server sends several at a time. Of an answer without text that the server has
     * counted, those that came.
     */
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
