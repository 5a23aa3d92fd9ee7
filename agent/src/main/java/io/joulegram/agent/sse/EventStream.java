package io.joulegram.agent.sse;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Splits a stream of server-sent events (WHATWG HTML, section 9.2) into the data of its events, however it is cut on the
 * way. What else events have (comments, names, ids) is passed over. Not thread-safe.
 */
public final class EventStream {
    /** Takes the data of an event. */
    @FunctionalInterface
    public interface Taker {
        /**
         * Takes it; the array is used again afterwards.
         *
         * @param length how many bytes of the array are the data
         * @param whole whether it is all of it; else the begin
         */
        void take(byte[] data, int length, boolean whole);
    }

    private static final int FIRST_BYTES = 512;
    private static final byte[] FIELD = {'d', 'a', 't', 'a', ':'};

    private final int maxBytes;
    private final Taker taker;
    private byte[] line = new byte[FIRST_BYTES];
    private int length;
    private boolean lineCut;
    private byte[] data = new byte[FIRST_BYTES];
    private int dataLength;
    private boolean dataCut;
    private boolean hasData;

    /** @param maxBytes how much of a line, and of an event, is kept */
    public EventStream(int maxBytes, Taker taker) {
        this.maxBytes = maxBytes;
        this.taker = taker;
    }

    /** Looks at bytes, which stay as they are. */
    public void see(ByteBuf bytes) {
        int from = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (from < end) {
            int newline = bytes.indexOf(from, end, (byte) '\n');
            int to = newline < 0 ? end : newline;
            append(bytes, from, to);
            if (newline >= 0) {
                endLine();
            }
            from = to + 1;
        }
    }

    /** The stream is over: an event that lacks but its end is taken for whole. */
    public void end() {
        if (length > 0) {
            endLine();
        }
        endEvent();
    }

    /** Whether a line or an event that has begun is longer than what is kept of it. */
    public boolean isCut() {
        return lineCut || dataCut;
    }

    private void append(ByteBuf bytes, int from, int to) {
        int taken = Math.min(to - from, maxBytes - length);
        lineCut |= taken < to - from;
        line = room(line, length + taken);
        bytes.getBytes(from, line, length, taken);
        length += taken;
    }

    private void endLine() {
        int end = length > 0 && !lineCut && line[length - 1] == '\r' ? length - 1 : length;
        if (end == 0) {
            endEvent();
        } else if (end >= FIELD.length && Arrays.equals(line, 0, FIELD.length, FIELD, 0, FIELD.length)) {
            int start = end > FIELD.length && line[FIELD.length] == ' ' ? FIELD.length + 1 : FIELD.length;
            addData(start, end);
        }
        length = 0;
        lineCut = false;
    }

    private void addData(int start, int end) {
        int wanted = end - start + (hasData ? 1 : 0);
        int taken = Math.min(wanted, maxBytes - dataLength);
        data = room(data, dataLength + taken);
        if (hasData && taken > 0) {
            data[dataLength++] = '\n';
            taken--;
        }
        System.arraycopy(line, start, data, dataLength, taken);
        dataLength += taken;
        dataCut |= lineCut || taken < end - start;
        hasData = true;
    }

    private void endEvent() {
        if (hasData) {
            int taken = dataLength;
            boolean whole = !dataCut;
            dataLength = 0;
            hasData = false;
            dataCut = false;
            taker.take(data, taken, whole);
        }
    }

    private byte[] room(byte[] array, int needed) {
        return needed <= array.length
                ? array
                : Arrays.copyOf(array, Math.max(needed, Math.min(maxBytes, 2 * array.length)));
    }
}
