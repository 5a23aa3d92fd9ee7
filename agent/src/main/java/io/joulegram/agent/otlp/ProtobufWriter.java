package io.joulegram.agent.otlp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes the wire format of Protocol Buffers (protobuf.dev, "Encoding"): each field is a varint of its number and its wire
 * type, then the value. Fields with their default value are the caller's to leave out.
 *
 * <p>OTLP needs four kinds of field; the libraries that write them are 1.4 MB and more. For one thread; can be used again
 * after {@link #take}.
 */
final class ProtobufWriter {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;

    private static final int TYPE_BITS = 3;
    private static final int VARINT_BITS = 7;
    private static final int VARINT_MORE = 0x80;
    private static final int MAX_VARINT_BYTES = 10;
    private static final int FIRST_CAPACITY = 4_096;

    private byte[] bytes = new byte[FIRST_CAPACITY];
    private int length;

    /** A whole number that is not negative, or a truth value as 1. */
    void varint(int field, long value) {
        tag(field, VARINT);
        varint(value);
    }

    /** A whole number of 64 bits. */
    void fixed64(int field, long value) {
        tag(field, FIXED64);
        fixed64(value);
    }

    /** A floating-point number of 64 bits. */
    void number(int field, double value) {
        fixed64(field, Double.doubleToRawLongBits(value));
    }

    /** A text. */
    void text(int field, String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        tag(field, LENGTH_DELIMITED);
        varint(utf8.length);
        require(utf8.length);
        System.arraycopy(utf8, 0, bytes, length, utf8.length);
        length += utf8.length;
    }

    /** A text, left out if it is empty. */
    void textIfAny(int field, String value) {
        if (!value.isEmpty()) {
            text(field, value);
        }
    }

    /** One number of 64 bits of a packed list, between {@link #begin} and {@link #end}. */
    void packed(long value) {
        fixed64(value);
    }

    /** Begins a message, or a packed list, inside this one; {@link #end} takes what it returns. */
    int begin(int field) {
        tag(field, LENGTH_DELIMITED);
        return length;
    }

    /** Ends what was begun there: moves it on by the length of its length, which is known only now. */
    void end(int start) {
        int size = length - start;
        int sizeBytes = varintBytes(size);
        require(sizeBytes);
        System.arraycopy(bytes, start, bytes, start + sizeBytes, size);
        length = start;
        varint(size);
        length += size;
    }

    /** What was written, and begins anew. */
    byte[] take() {
        byte[] taken = Arrays.copyOf(bytes, length);
        length = 0;
        return taken;
    }

    private void tag(int field, int wireType) {
        varint((long) field << TYPE_BITS | wireType);
    }

    private void varint(long value) {
        require(MAX_VARINT_BYTES);
        long rest = value;
        while (rest >>> VARINT_BITS != 0) {
            bytes[length++] = (byte) (rest | VARINT_MORE);
            rest >>>= VARINT_BITS;
        }
        bytes[length++] = (byte) rest;
    }

    private static int varintBytes(int value) {
        int count = 1;
        for (int rest = value >>> VARINT_BITS; rest != 0; rest >>>= VARINT_BITS) {
            count++;
        }
        return count;
    }

    /** Little-endian. */
    private void fixed64(long value) {
        require(Long.BYTES);
        for (int i = 0; i < Long.BYTES; i++) {
            bytes[length++] = (byte) (value >>> (Byte.SIZE * i));
        }
    }

    private void require(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
        }
    }
}
