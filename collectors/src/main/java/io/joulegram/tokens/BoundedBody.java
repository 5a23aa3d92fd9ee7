package io.joulegram.tokens;

import io.joulegram.tokens.ScrapeException.Reason;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/** Hands a body to a sink while it comes in, and hangs up as soon as it is too long or the sink has had enough. */
final class BoundedBody<T> implements BodySubscriber<BoundedBody.Outcome<T>> {
    private static final int CHUNK_BYTES = 8192;

    private final BodySink<T> sink;
    private final int maxBytes;
    private final CompletableFuture<Outcome<T>> outcome = new CompletableFuture<>();
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private @Nullable Subscription subscription;
    private long received;

    /** What became of a body: a value, or why there is none. */
    record Outcome<T>(@Nullable T value, @Nullable ScrapeException failure) {
        T orThrow() throws ScrapeException {
            if (failure != null) {
                throw failure;
            }
            if (value == null) {
                throw new IllegalStateException("a body has neither a value nor a failure");
            }
            return value;
        }
    }

    BoundedBody(BodySink<T> sink, int maxBytes) {
        this.sink = sink;
        this.maxBytes = maxBytes;
    }

    /** Hangs up at once. */
    static <T> BodySubscriber<Outcome<T>> refused(ScrapeException reason) {
        return new Refused<>(new Outcome<>(null, reason));
    }

    private record Refused<T>(Outcome<T> outcome) implements BodySubscriber<Outcome<T>> {
        @Override
        public CompletionStage<Outcome<T>> getBody() {
            return CompletableFuture.completedStage(outcome);
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.cancel();
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {}
    }

    @Override
    public CompletionStage<Outcome<T>> getBody() {
        return outcome;
    }

    @Override
    public void onSubscribe(Subscription newSubscription) {
        subscription = newSubscription;
        newSubscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            while (!outcome.isDone() && buffer.hasRemaining()) {
                int count = Math.min(buffer.remaining(), CHUNK_BYTES);
                buffer.get(chunk, 0, count);
                take(count);
            }
        }
    }

    private void take(int count) {
        received += count;
        try {
            if (received > maxBytes) {
                throw new ScrapeException(
                        Reason.TOO_LARGE, "the body is longer than the " + maxBytes + " bytes that are allowed");
            }
            sink.accept(chunk, 0, count);
        } catch (ScrapeException e) {
            outcome.complete(new Outcome<>(null, e));
            if (subscription != null) {
                subscription.cancel();
            }
        }
    }

    @Override
    public void onError(Throwable failure) {
        outcome.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        if (outcome.isDone()) {
            return;
        }
        try {
            outcome.complete(new Outcome<>(sink.finish(), null));
        } catch (ScrapeException e) {
            outcome.complete(new Outcome<>(null, e));
        }
    }
}
