package io.joulegram.agent.export;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** An answer to one request, before compression. Immutable as long as nobody writes into the body. */
final class Reply {
    private static final String PLAIN_TEXT = "text/plain; charset=utf-8";

    private final int status;
    private final String contentType;
    private final byte[] body;
    private final Map<String, String> headers;

    /** @param headers what this answer needs beside the headers that every answer has */
    Reply(int status, String contentType, byte[] body, Map<String, String> headers) {
        this.status = status;
        this.contentType = contentType;
        this.body = body;
        this.headers = Map.copyOf(headers);
    }

    /** An answer of one or a few lines of text. */
    static Reply text(int status, String text) {
        return new Reply(status, PLAIN_TEXT, (text + "\n").getBytes(StandardCharsets.UTF_8), Map.of());
    }

    /** The same with one more header. */
    Reply with(String header, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(header, value);
        return new Reply(status, contentType, body, more);
    }

    int status() {
        return status;
    }

    String contentType() {
        return contentType;
    }

    byte[] body() {
        return body;
    }

    Map<String, String> headers() {
        return headers;
    }
}
