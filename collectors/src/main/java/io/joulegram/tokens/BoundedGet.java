package io.joulegram.tokens;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.joulegram.tokens.ScrapeException.Reason;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import javax.net.ssl.SSLException;

/**
 * GET requests that end in time whatever the server does. The deadline is for the whole exchange, so a server that
 * sends a byte now and then cannot hold it, which the time-out of a {@link HttpRequest} (for headers alone) would let it.
 */
final class BoundedGet {
    private final HttpClient client;
    private final Optional<String> bearerToken;

    /**
     * A whole reply.
     *
     * @param sentNanos when the request was sent, on the clock of {@link System#nanoTime()}
     * @param headersNanos when the headers of the reply were there
     */
    record Reply<T>(long sentNanos, long headersNanos, T body) {}

    BoundedGet(HttpClient client, Optional<String> bearerToken) {
        this.client = client;
        this.bearerToken = bearerToken;
    }

    /**
     * Gets a document.
     *
     * @param accept media types to ask for
     * @param deadlineNanos on the clock of {@link System#nanoTime()}
     * @param sinkFor takes the body, by the reply's content type
     */
    <T> Reply<T> get(
            URI uri, String accept, long deadlineNanos, int maxBodyBytes, Function<String, BodySink<T>> sinkFor)
            throws ScrapeException {
        long left = deadlineNanos - System.nanoTime();
        if (left <= 0) {
            throw timeout(uri);
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofNanos(left))
                .header("Accept", accept)
                .GET();
        bearerToken.ifPresent(token -> request.header("Authorization", "Bearer " + token));
        AtomicLong headersNanos = new AtomicLong();
        long sentNanos = System.nanoTime();
        CompletableFuture<HttpResponse<BoundedBody.Outcome<T>>> exchange = client.sendAsync(request.build(), info -> {
            headersNanos.set(System.nanoTime());
            return body(uri, info, maxBodyBytes, sinkFor);
        });
        T body = await(uri, exchange, deadlineNanos).orThrow();
        return new Reply<>(sentNanos, headersNanos.get(), body);
    }

    private static <T> BodySubscriber<BoundedBody.Outcome<T>> body(
            URI uri, ResponseInfo reply, int maxBodyBytes, Function<String, BodySink<T>> sinkFor) {
        if (reply.statusCode() != 200) {
            return BoundedBody.refused(status(uri, reply.statusCode()));
        }
        String encoding = reply.headers().firstValue("Content-Encoding").orElse("identity");
        if (!encoding.equalsIgnoreCase("identity")) {
            return BoundedBody.refused(new ScrapeException(
                    Reason.MALFORMED,
                    uri + " sends content encoding " + printable(encoding) + ", which was not asked for"));
        }
        long announced = reply.headers().firstValueAsLong("Content-Length").orElse(0);
        if (announced > maxBodyBytes) {
            return BoundedBody.refused(new ScrapeException(
                    Reason.TOO_LARGE,
                    uri + " announces a body of " + announced + " bytes; " + maxBodyBytes + " are allowed"));
        }
        String contentType = reply.headers().firstValue("Content-Type").orElse("");
        return new BoundedBody<>(sinkFor.apply(contentType.toLowerCase(Locale.ROOT)), maxBodyBytes);
    }

    private static String printable(String header) {
        return header.substring(0, Math.min(header.length(), 40)).replaceAll("[^\\x20-\\x7e]", "?");
    }

    private static ScrapeException status(URI uri, int status) {
        String hint = switch (status) {
            case 301, 302, 303, 307, 308 -> " (redirects are not followed: give the final address)";
            case 401, 403 -> " (is the bearer token right?)";
            case 404 -> " (are the server's metrics switched on?)";
            default -> "";
        };
        return new ScrapeException(Reason.STATUS, uri + " answers with status " + status + ", not 200" + hint);
    }

    private static <T> T await(URI uri, CompletableFuture<HttpResponse<T>> exchange, long deadlineNanos)
            throws ScrapeException {
        try {
            return exchange.get(Math.max(0, deadlineNanos - System.nanoTime()), NANOSECONDS)
                    .body();
        } catch (TimeoutException e) {
            exchange.cancel(true);
            throw timeout(uri);
        } catch (InterruptedException e) {
            exchange.cancel(true);
            Thread.currentThread().interrupt();
            throw new ScrapeException(Reason.UNREACHABLE, uri + ": interrupted while waiting for the reply", e);
        } catch (ExecutionException | CancellationException e) {
            throw failure(uri, e);
        }
    }

    private static ScrapeException failure(URI uri, Exception e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        if (cause instanceof HttpTimeoutException) {
            return timeout(uri);
        }
        if (cause instanceof ConnectException) {
            return new ScrapeException(Reason.UNREACHABLE, uri + ": no connection (is the server up?)", cause);
        }
        String detail =
                cause.getClass().getSimpleName() + (cause.getMessage() == null ? "" : ": " + cause.getMessage());
        boolean broken = cause instanceof IOException && !(cause instanceof SSLException);
        return new ScrapeException(
                Reason.UNREACHABLE,
                uri + ": " + (broken ? "the connection broke before the reply was whole (" + detail + ")" : detail),
                cause);
    }

    private static ScrapeException timeout(URI uri) {
        return new ScrapeException(Reason.TIMEOUT, uri + ": the whole reply did not arrive in time");
    }
}
