package io.joulegram.tokens;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Keeps a small body as text. */
final class TextSink implements BodySink<String> {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public void accept(byte[] chunk, int from, int to) {
        bytes.write(chunk, from, to - from);
    }

    @Override
    public String finish() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
