package io.joulegram.agent.load;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Splits a stream of server-sent events (WHATWG HTML, section 9.2) into the data of its events, however it is cut on the
 * way. What else events have (comments, names, ids) is passed over.
 */
final class EventStream {
    /** Takes the data of an event; the array is used again afterwards. */
    @FunctionalInterface
    interface Receiver {
        /** Takes it. */
        void take(byte[] data, int length);
    }

    private static final int MAX_EVENT_BYTES = 1 << 20;
    private static final byte[] FIELD = {'d', 'a', 't', 'a', ':'};

    private final Receiver receiver;
    private byte[] line = new byte[512];
    private int length;
    private byte[] data = new byte[512];
    private int dataLength;
    private boolean hasData;

    EventStream(Receiver receiver) {
        this.receiver = receiver;
    }

    /** @throws IllegalArgumentException if an event is larger than 1 MiB */
    void take(ByteBuf bytes) {
        while (bytes.isReadable()) {
            int end = bytes.bytesBefore((byte) '\n');
            int count = end < 0 ? bytes.readableBytes() : end;
            if (length + dataLength + count > MAX_EVENT_BYTES) {
                throw new IllegalArgumentException("an event is larger than 1 MiB");
            }
            line = room(line, length + count);
            bytes.readBytes(line, length, count);
            length += count;
            if (end >= 0) {
                bytes.skipBytes(1);
                endLine();
            }
        }
    }

    private void endLine() {
        int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        length = 0;
        if (end == 0) {
            endEvent();
        } else if (end >= FIELD.length && Arrays.equals(line, 0, FIELD.length, FIELD, 0, FIELD.length)) {
            int start = end > FIELD.length && line[FIELD.length] == ' ' ? FIELD.length + 1 : FIELD.length;
            data = room(data, dataLength + end - start + 1);
            if (hasData) {
                data[dataLength++] = '\n';
            }
            System.arraycopy(line, start, data, dataLength, end - start);
            dataLength += end - start;
            hasData = true;
        }
    }

    private void endEvent() {
        if (hasData) {
            int taken = dataLength;
            dataLength = 0;
            hasData = false;
            receiver.take(data, taken);
        }
    }

    private static byte[] room(byte[] array, int needed) {
        return needed <= array.length ? array : Arrays.copyOf(array, Math.max(needed, 2 * array.length));
    }
}
