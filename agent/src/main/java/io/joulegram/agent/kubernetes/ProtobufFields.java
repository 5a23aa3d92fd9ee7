package io.joulegram.agent.kubernetes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Goes through the fields of one message in the encoding of Protocol Buffers. Used by one thread. */
final class ProtobufFields {
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;
    private static final int MOST_VARINT_BITS = 63;

    private final ByteBuffer message;
    private ByteBuffer bytes = ByteBuffer.allocate(0);

    ProtobufFields(ByteBuffer message) {
        this.message = message.duplicate();
    }

    /**
     * Goes to the next field whose value is bytes; others are passed over.
     *
     * @return its number; 0 at the end
     * @throws IOException if this is no message
     */
    int next() throws IOException {
        while (message.hasRemaining()) {
            long key = varint();
            switch ((int) key & 7) {
                case VARINT -> varint();
                case FIXED_64 -> take(Long.BYTES);
                case FIXED_32 -> take(Integer.BYTES);
                case BYTES -> {
                    bytes = take(varint());
                    return (int) Math.min(Integer.MAX_VALUE, key >>> 3);
                }
                default -> throw new IOException("a field of a kind that there is none of");
            }
        }
        return 0;
    }

    private long varint() throws IOException {
        long value = 0;
        for (int shift = 0; shift <= MOST_VARINT_BITS; shift += 7) {
            if (!message.hasRemaining()) {
                throw new IOException("a number that is cut short");
            }
            byte part = message.get();
            value |= (part & 0x7fL) << shift;
            if (part >= 0) {
                return value;
            }
        }
        throw new IOException("a number that is too long");
    }

    private ByteBuffer take(long length) throws IOException {
        if (length < 0 || length > message.remaining()) {
            throw new IOException("a field that is longer than its message");
        }
        ByteBuffer taken = message.slice(message.position(), (int) length);
        message.position(message.position() + (int) length);
        return taken;
    }

    /** The field as a message. */
    ProtobufFields message() {
        return new ProtobufFields(bytes);
    }

    /** The field as text. */
    String text() throws IOException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString();
        } catch (CharacterCodingException e) {
            throw new IOException("a text that is not UTF-8", e);
        }
    }
}
