package io.joulegram.agent.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Optional;

/**
 * Adds to the event of a stream that tells its tokens what those took. All other bytes pass as they are, once their line is
 * whole. Not thread-safe.
 */
final class UsageAddition {
    /** Knows what to add to an event. */
    @FunctionalInterface
    interface Source {
        /** A member of JSON with its name, for the end of the event's object; empty to leave it as it is. */
        Optional<byte[]> addition(byte[] line, int from, int to);
    }

    private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};
    private static final int FIRST_BYTES = 1024;

    private final Source source;
    private byte[] line = new byte[FIRST_BYTES];
    private int length;
    /** The line is longer than is held: what is left of it passes as it comes. */
    private boolean tooLong;

    UsageAddition(Source source) {
        this.source = source;
    }

    /**
     * Takes bytes, and gives those that pass now.
     *
     * @param last whether these are the last, so that nothing may wait for more
     */
    ByteBuf pass(ByteBuf bytes, boolean last) {
        ByteBuf out = Unpooled.buffer(bytes.readableBytes());
        int from = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (from < end) {
            int newline = bytes.indexOf(from, end, (byte) '\n');
            int to = newline < 0 ? end : newline + 1;
            append(bytes, from, to);
            if (newline >= 0) {
                writeLine(out);
            } else if (length > MeteredExchange.MAX_EVENT_BYTES) {
                tooLong = true;
                out.writeBytes(line, 0, length);
                length = 0;
            }
            from = to;
        }
        if (last) {
            out.writeBytes(line, 0, length);
            length = 0;
        }
        return out;
    }

    private void append(ByteBuf bytes, int from, int to) {
        int size = to - from;
        if (length + size > line.length) {
            line = Arrays.copyOf(line, Math.max(length + size, 2 * line.length));
        }
        bytes.getBytes(from, line, length, size);
        length += size;
    }

    private void writeLine(ByteBuf out) {
        int brace = tooLong || !isData() ? -1 : lastBrace();
        Optional<byte[]> addition = brace < 0 ? Optional.empty() : source.addition(line, DATA.length, brace + 1);
        if (addition.isPresent()) {
            out.writeBytes(line, 0, brace).writeByte(',').writeBytes(addition.get());
            out.writeBytes(line, brace, length - brace);
        } else {
            out.writeBytes(line, 0, length);
        }
        length = 0;
        tooLong = false;
    }

    private boolean isData() {
        return length > DATA.length && Arrays.equals(line, 0, DATA.length, DATA, 0, DATA.length);
    }

    /** The one that the line ends with, but for white space; negative if it ends otherwise. */
    private int lastBrace() {
        int at = length - 1;
        while (at >= 0 && line[at] <= ' ' && line[at] >= 0) {
            at--;
        }
        return at >= 0 && line[at] == '}' ? at : -1;
    }
}
