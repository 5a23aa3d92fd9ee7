package io.joulegram.grid;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.joulegram.grid.IntensityException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks a web service for JSON, with bounds on time and size. What it throws never holds a header. */
final class JsonHttp {
    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_DEPTH = 32;
    private static final long MAX_RETRY_AFTER_SECONDS = 86_400;

    private final HttpClient client;
    private final Duration timeout;
    private final ObjectMapper mapper = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(64)
                            .build())
                    .build())
            .build();

    /**
     * @param client verifies certificates and follows no redirects, which would carry a key elsewhere
     * @param timeout for a whole answer
     */
    JsonHttp(HttpClient client, Duration timeout) {
        this.client = client;
        this.timeout = timeout;
    }

    JsonNode get(String who, URI uri, Map<String, String> headers) throws IntensityException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri).timeout(timeout).header("Accept", "application/json");
        headers.forEach(request::header);
        CompletableFuture<HttpResponse<byte[]>> answer = client.sendAsync(
                request.GET().build(),
                info -> HttpResponse.BodySubscribers.mapping(
                        HttpResponse.BodySubscribers.ofInputStream(), JsonHttp::bounded));
        try {
            HttpResponse<byte[]> response = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return body(who, response);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new IntensityException(
                    Reason.UNREACHABLE, who + " gave no answer within " + timeout.toSeconds() + " s");
        } catch (ExecutionException e) {
            throw new IntensityException(Reason.UNREACHABLE, who + " cannot be reached: " + e.getCause());
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new IntensityException(Reason.UNREACHABLE, who + " was not waited for");
        }
    }

    private static byte[] bounded(InputStream stream) {
        try (stream) {
            return stream.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonNode body(String who, HttpResponse<byte[]> response) throws IntensityException {
        int status = response.statusCode();
        if (status != 200) {
            throw new IntensityException(reason(status), who + " answered " + status, retryAfter(response));
        }
        byte[] bytes = response.body();
        if (bytes.length > MAX_BYTES) {
            throw new IntensityException(Reason.MALFORMED, who + " answered with more than " + MAX_BYTES + " bytes");
        }
        try {
            return mapper.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw new IntensityException(Reason.MALFORMED, who + " answered with no JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new IntensityException(Reason.MALFORMED, who + " answered with no JSON: " + e.getMessage());
        }
    }

    private static Reason reason(int status) {
        return switch (status) {
            case 401, 403 -> Reason.UNAUTHORIZED;
            case 404 -> Reason.NOT_COVERED;
            case 410 -> Reason.GONE;
            case 429 -> Reason.RATE_LIMITED;
            default -> Reason.SERVER_ERROR;
        };
    }

    private static Optional<Duration> retryAfter(HttpResponse<?> response) {
        return response.headers()
                .firstValue("Retry-After")
                .filter(value -> value.matches("[0-9]{1,9}"))
                .map(Long::parseLong)
                .map(seconds -> Duration.ofSeconds(Math.min(seconds, MAX_RETRY_AFTER_SECONDS)));
    }
}
