package io.joulegram.agent.proxy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * An answer of the proxy itself to what it does not pass on, in the shape of OpenAI's errors.
 *
 * @param status the status of HTTP
 * @param message what is wrong, for people
 */
record Refusal(HttpResponseStatus status, String message) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static Refusal of(HttpResponseStatus status, String message) {
        return new Refusal(status, message);
    }

    /** Of something that could not be decoded. */
    static Refusal malformed(DecoderResult result) {
        Throwable cause = result.cause();
        if (cause instanceof TooLongHttpLineException) {
            return of(HttpResponseStatus.REQUEST_URI_TOO_LONG, "the request line is too long");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return of(HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too large");
        }
        return of(HttpResponseStatus.BAD_REQUEST, "this is not a valid request of HTTP/1.1");
    }

    /** Why a request that could be decoded is not passed on; empty if it is. */
    static Optional<Refusal> of(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return Optional.of(malformed(request.decoderResult()));
        }
        HttpMethod method = request.method();
        if (method.equals(HttpMethod.CONNECT) || method.equals(HttpMethod.TRACE)) {
            return Optional.of(of(HttpResponseStatus.METHOD_NOT_ALLOWED, method + " is not passed on"));
        }
        boolean ofAll = "*".equals(request.uri()) && method.equals(HttpMethod.OPTIONS);
        if (!request.uri().startsWith("/") && !ofAll) {
            return Optional.of(of(HttpResponseStatus.BAD_REQUEST, "the request names no path; allowed: /..."));
        }
        return ofHeaders(request.headers(), request.protocolVersion());
    }

    private static Optional<Refusal> ofHeaders(HttpHeaders headers, HttpVersion version) {
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            return Optional.of(of(HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, version + " is not supported"));
        }
        int hosts = headers.getAll(HttpHeaderNames.HOST).size();
        if (hosts > 1 || (hosts == 0 && version.equals(HttpVersion.HTTP_1_1))) {
            return Optional.of(of(HttpResponseStatus.BAD_REQUEST, hosts + " Host headers; allowed: one"));
        }
        List<String> encodings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        boolean chunked = encodings.size() == 1 && encodings.get(0).equalsIgnoreCase("chunked");
        if (!encodings.isEmpty() && !(chunked && version.equals(HttpVersion.HTTP_1_1))) {
            return Optional.of(of(HttpResponseStatus.BAD_REQUEST, "Transfer-Encoding; allowed: chunked"));
        }
        return Optional.empty();
    }

    /** The answer, after which the connection is closed. */
    FullHttpResponse response() {
        ObjectNode document = JSON.createObjectNode();
        document.putObject("error")
                .put("message", "joulegram proxy: " + message)
                .put("type", "joulegram_proxy")
                .put("code", status.code());
        return json(status, document.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** A document. */
    static FullHttpResponse json(HttpResponseStatus status, byte[] document) {
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(document));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, document.length);
        return response;
    }
}
