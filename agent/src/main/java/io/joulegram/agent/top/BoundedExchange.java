package io.joulegram.agent.top;

import io.joulegram.agent.http.FirstBytes;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Requests that end in time and in memory whatever answers them: the time is for the whole exchange, which that of a
 * {@link HttpRequest} is for the headers alone, and who sends too much is hung up on.
 */
public final class BoundedExchange {
    /** What an agent or a server tells of itself is some hundred times smaller; a command has a heap of 48 MB. */
    static final int MAX_BYTES = 4 << 20;

    private BoundedExchange() {}

    /**
     * Sends a request. What it returns fails with a {@link TimeoutException} where the answer is not whole in time, and with an
     * {@link IOException} where it is too long.
     *
     * @param patience for all of it
     */
    static CompletableFuture<HttpResponse<byte[]>> send(HttpClient client, HttpRequest request, Duration patience) {
        CompletableFuture<HttpResponse<byte[]>> exchange =
                client.sendAsync(request, head -> new FirstBytes(MAX_BYTES + 1));
        return exchange.thenApply(BoundedExchange::requireWhole)
                .orTimeout(patience.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((answer, failure) -> {
                    if (failure != null) {
                        exchange.cancel(true);
                    }
                });
    }

    /**
     * Sends a request and waits for the whole answer.
     *
     * @param patience for all of it
     * @throws IOException if there is none in time, or one that is too long
     * @throws InterruptedException if the thread is interrupted
     */
    public static HttpResponse<byte[]> await(HttpClient client, HttpRequest request, Duration patience)
            throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> answer = send(client, request, patience);
        try {
            return answer.get();
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof TimeoutException) {
                throw new HttpTimeoutException("no whole answer within " + patience.toSeconds() + " s");
            }
            throw cause instanceof IOException broken ? broken : new IOException(cause);
        }
    }

    /** One byte more than is allowed was asked for, to tell that there is more. */
    private static HttpResponse<byte[]> requireWhole(HttpResponse<byte[]> answer) {
        if (answer.body().length > MAX_BYTES) {
            throw new CompletionException(
                    new IOException("its answer is longer than the " + MAX_BYTES + " bytes that are allowed"));
        }
        return answer;
    }
}
