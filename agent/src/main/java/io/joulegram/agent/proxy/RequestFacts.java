package io.joulegram.agent.proxy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Arrays;

/**
 * What the body of a request asks for, by its first {@value #MAX_BYTES} bytes. A longer one, one that is no JSON, or one that
 * comes while all memory for such is taken passes all the same: then what is not known stays unknown. Not thread-safe.
 */
final class RequestFacts {
    static final int MAX_BYTES = 1 << 16;

    private static final int FIRST_BYTES = 1024;
    private static final int MAX_MODEL_LENGTH = 256;
    private static final JsonFactory JSON = new JsonFactory();

    private final Allowance allowance;
    private byte[] begin = new byte[0];
    private int length;
    private boolean ended;
    private String model = "";
    private boolean stream;

    /** @param allowance what may be kept of the bodies of all requests that are under way */
    RequestFacts(Allowance allowance) {
        this.allowance = allowance;
    }

    /** Looks at bytes of the body, which stay as they are. */
    void see(ByteBuf bytes) {
        int taken = Math.min(bytes.readableBytes(), MAX_BYTES - length);
        if (ended || taken == 0) {
            return;
        }
        if (length + taken > begin.length && !grow(Math.max(length + taken, Math.min(MAX_BYTES, 2 * begin.length)))) {
            close();
            return;
        }
        bytes.getBytes(bytes.readerIndex(), begin, length, taken);
        length += taken;
    }

    private boolean grow(int size) {
        int wanted = Math.max(size, FIRST_BYTES);
        boolean granted = allowance.take(wanted - begin.length);
        if (granted) {
            begin = Arrays.copyOf(begin, wanted);
        }
        return granted;
    }

    /** The body is at its end: reads what it says, and lets go of it. */
    void end() {
        if (!ended) {
            read();
            close();
        }
    }

    /** Lets go of the body, of which no more is looked at. */
    void close() {
        allowance.giveBack(begin.length);
        begin = new byte[0];
        ended = true;
    }

    private void read() {
        try (JsonParser parser = JSON.createParser(begin, 0, length)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                readMembers(parser);
            }
        } catch (IOException malformed) {
            // Or longer than what was looked at; the server judges it.
        }
    }

    private void readMembers(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("model") && value == JsonToken.VALUE_STRING) {
                String text = parser.getText();
                model = text.length() <= MAX_MODEL_LENGTH ? text : "";
            } else if (name.equals("stream")) {
                stream = value == JsonToken.VALUE_TRUE;
            } else {
                parser.skipChildren();
            }
        }
    }

    /** The model that it names; empty if it names none, or not early enough. */
    String model() {
        return model;
    }

    /** Whether it wants a stream, as far as it is known. */
    boolean stream() {
        return stream;
    }
}
