package io.joulegram.agent.proxy;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Finds the data of server-sent events in the bytes of a stream as they pass, however they are cut. A line of data is taken
 * for an event, as the servers write it. Not thread-safe.
 */
final class EventStream {
    /** Takes the data of an event. */
    @FunctionalInterface
    interface Taker {
        /**
         * Takes it; the array is used again afterwards.
         *
         * @param length how many bytes of the array are the data
         * @param whole whether it is all of it; else the begin
         */
        void take(byte[] data, int length, boolean whole);
    }

    static final int MAX_LINE_BYTES = 1 << 16;

    private static final int FIRST_BYTES = 512;
    private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};

    private final Taker taker;
    private byte[] line = new byte[FIRST_BYTES];
    private int length;
    private boolean cut;

    EventStream(Taker taker) {
        this.taker = taker;
    }

    /** Looks at bytes, which stay as they are. */
    void see(ByteBuf bytes) {
        int from = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (from < end) {
            int newline = bytes.indexOf(from, end, (byte) '\n');
            int to = newline < 0 ? end : newline;
            append(bytes, from, to);
            if (newline >= 0) {
                lineEnds();
            }
            from = to + 1;
        }
    }

    private void append(ByteBuf bytes, int from, int to) {
        int taken = Math.min(to - from, MAX_LINE_BYTES - length);
        cut |= taken < to - from;
        if (length + taken > line.length) {
            line = Arrays.copyOf(line, Math.max(length + taken, Math.min(MAX_LINE_BYTES, 2 * line.length)));
        }
        bytes.getBytes(from, line, length, taken);
        length += taken;
    }

    private void lineEnds() {
        int end = length > 0 && !cut && line[length - 1] == '\r' ? length - 1 : length;
        int begin = DATA.length;
        if (end >= begin && Arrays.equals(line, 0, begin, DATA, 0, begin)) {
            if (begin < end && line[begin] == ' ') {
                begin++;
            }
            System.arraycopy(line, begin, line, 0, end - begin);
            taker.take(line, end - begin, !cut);
        }
        length = 0;
        cut = false;
    }
}
