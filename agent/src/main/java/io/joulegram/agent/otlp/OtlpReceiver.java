package io.joulegram.agent.otlp;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.http.FirstBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.zip.GZIPOutputStream;

/**
 * Posts requests to a receiver of OTLP over HTTP. Which answers may be tried again is by the OTLP specification: 429, 502,
 * 503, 504, and no answer at all. Redirects are not followed, as they would carry headers elsewhere. What it tells never
 * holds a header.
 *
 * <p>Thread-safe.
 */
final class OtlpReceiver {
    /** A reply of the protocol is a number and a sentence. */
    private static final int MAX_REPLY_BYTES = 16 * 1024;

    private static final String PATH = "/v1/metrics";
    private static final String PROTOBUF = "application/x-protobuf";
    private static final int MAX_SHOWN = 200;
    /** A receiver that wants to be left alone for longer is asked again all the same. */
    private static final Duration MAX_RETRY_AFTER = Duration.ofHours(1);

    private final HttpClient client;
    private final AgentConfig.Otlp settings;
    private final URI address;

    /**
     * @param client verifies certificates and follows no redirects
     * @param endpoint with or without the {@code /v1/metrics} at its end
     */
    OtlpReceiver(HttpClient client, AgentConfig.Otlp settings, URI endpoint) {
        this.client = client;
        this.settings = settings;
        address = endpoint.toString().endsWith(PATH) ? endpoint : URI.create(endpoint + PATH);
    }

    /** Where requests go. */
    URI address() {
        return address;
    }

    /**
     * Posts a request and waits for the whole answer.
     *
     * @param timeout for all of it
     * @param ending completed when there is no time to wait any more
     */
    Outcome post(byte[] request, Duration timeout, CompletableFuture<Void> ending) {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        CompletableFuture<HttpResponse<byte[]>> exchange =
                client.sendAsync(http(request, timeout), info -> new FirstBytes(MAX_REPLY_BYTES));
        try {
            CompletableFuture.anyOf(exchange, ending).get(deadlineNanos - System.nanoTime(), NANOSECONDS);
            return exchange.isDone() ? outcome(exchange.get()) : new Outcome.GivenUp();
        } catch (TimeoutException e) {
            return unavailable("no answer within " + timeout.toMillis() / 1000.0 + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome.GivenUp();
        } catch (ExecutionException | CancellationException e) {
            return unavailable(failure(e, timeout));
        } finally {
            exchange.cancel(true);
        }
    }

    private HttpRequest http(byte[] request, Duration timeout) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(address)
                .timeout(timeout)
                .header("Content-Type", PROTOBUF)
                .header("User-Agent", "joulegram");
        settings.headers().forEach(header -> builder.setHeader(header.name(), header.value()));
        if (settings.compression() == AgentConfig.Otlp.Compression.GZIP) {
            return builder.header("Content-Encoding", "gzip")
                    .POST(BodyPublishers.ofByteArray(gzipped(request)))
                    .build();
        }
        return builder.POST(BodyPublishers.ofByteArray(request)).build();
    }

    private static byte[] gzipped(byte[] bytes) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream(bytes.length / 4);
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written to", e);
        }
        return compressed.toByteArray();
    }

    private static Outcome outcome(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        return switch (status) {
            case 200, 202, 204 -> accepted(response.body());
            case 429, 502, 503, 504 -> new Outcome.Unavailable(answer(response), retryAfter(response));
            default -> new Outcome.Refused(answer(response) + hint(status));
        };
    }

    /** {@code ExportMetricsServiceResponse}: field 1 is the {@code partial_success}, with a number and a message. */
    private static Outcome accepted(byte[] body) {
        Optional<ReplyFields> partial = ReplyFields.of(body).message(1);
        long rejected = partial.map(fields -> fields.number(1).orElse(0)).orElse(0L);
        return new Outcome.Accepted(
                Math.max(0, rejected),
                partial.flatMap(fields -> fields.text(2))
                        .map(OtlpReceiver::shown)
                        .orElse(""));
    }

    private static String answer(HttpResponse<byte[]> response) {
        boolean protobuf =
                response.headers().firstValue("Content-Type").orElse("").trim().startsWith(PROTOBUF);
        // An error is a google.rpc.Status, whose field 2 is the message.
        String said = protobuf
                ? ReplyFields.of(response.body()).text(2).orElse("")
                : new String(response.body(), StandardCharsets.UTF_8);
        return "answers " + response.statusCode() + (said.isBlank() ? "" : " (" + shown(said) + ")");
    }

    private static String hint(int status) {
        return switch (status) {
            case 301, 302, 303, 307, 308 -> "; redirects are not followed: give the final address as otlp.endpoint";
            case 401, 403 -> "; are the otlp.headers right?";
            case 404, 405 -> "; is the path of otlp.endpoint right?";
            default -> "";
        };
    }

    private static String shown(String text) {
        String printable = text.replaceAll("[^\\x21-\\x7e]+", " ").strip();
        return printable.length() <= MAX_SHOWN ? printable : printable.substring(0, MAX_SHOWN) + "...";
    }

    /** Seconds or a date, RFC 9110 section 10.2.3. */
    private static Optional<Duration> retryAfter(HttpResponse<?> response) {
        return response.headers()
                .firstValue("Retry-After")
                .map(String::strip)
                .flatMap(text -> {
                    if (text.matches("[0-9]{1,9}")) {
                        return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
                    }
                    try {
                        Instant until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                                .toInstant();
                        return Optional.of(Duration.between(Instant.now(), until))
                                .filter(wait -> !wait.isNegative());
                    } catch (DateTimeException e) {
                        return Optional.empty();
                    }
                })
                .map(wait -> wait.compareTo(MAX_RETRY_AFTER) < 0 ? wait : MAX_RETRY_AFTER);
    }

    private static Outcome unavailable(String reason) {
        return new Outcome.Unavailable(reason, Optional.empty());
    }

    private static String failure(Exception e, Duration timeout) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        if (cause instanceof HttpTimeoutException) {
            return "no answer within " + timeout.toMillis() / 1000.0 + " s";
        }
        if (cause instanceof ConnectException) {
            return "no connection";
        }
        return shown(cause.getClass().getSimpleName() + (cause.getMessage() == null ? "" : ": " + cause.getMessage()));
    }
}
