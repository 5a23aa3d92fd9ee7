package io.joulegram.agent.export;

import java.io.Writer;
import java.nio.charset.StandardCharsets;

/**
 * Text as it is written, in memory. Used by one thread, and so without the lock that the writers of {@code java.io} take
 * for each write: simpleclient writes labels character by character.
 */
final class TextBuffer extends Writer {
    private final StringBuilder text;

    TextBuffer(int expectedChars) {
        text = new StringBuilder(expectedChars);
    }

    @Override
    public void write(int character) {
        text.append((char) character);
    }

    @Override
    public void write(String string) {
        text.append(string);
    }

    @Override
    public void write(String string, int offset, int length) {
        text.append(string, offset, offset + length);
    }

    @Override
    public void write(char[] characters, int offset, int length) {
        text.append(characters, offset, length);
    }

    @Override
    public Writer append(char character) {
        text.append(character);
        return this;
    }

    @Override
    public void flush() {
        // All there is to it is in memory.
    }

    @Override
    public void close() {
        // All there is to it is in memory.
    }

    byte[] toUtf8() {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
