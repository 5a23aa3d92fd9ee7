package io.joulegram.agent.proxy;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What the data of an event holds, told by a look at its bytes: parsing each event of each stream would cost more than
 * passing it on.
 */
final class EventData {
    /** Members whose text is output, in the APIs of OpenAI, Anthropic, llama.cpp and TGI. */
    private static final List<byte[]> TEXTS = List.of(
            quoted("content"),
            quoted("text"),
            quoted("reasoning_content"),
            quoted("reasoning"),
            quoted("arguments"),
            quoted("delta"));

    private static final byte[] USAGE = quoted("usage");
    private static final byte[] CHOICES = quoted("choices");

    private EventData() {}

    private static byte[] quoted(String name) {
        return ('"' + name + '"').getBytes(StandardCharsets.US_ASCII);
    }

    /** Whether a member that holds output has a text in it. */
    static boolean holdsOutput(byte[] data, int length) {
        for (byte[] name : TEXTS) {
            int value = valueOf(name, data, length, 0);
            while (value >= 0) {
                if (value + 1 < length && data[value] == '"' && data[value + 1] != '"') {
                    return true;
                }
                value = valueOf(name, data, length, value);
            }
        }
        return false;
    }

    /** Whether a member {@code usage} is an object. */
    static boolean holdsUsage(byte[] data, int length) {
        int value = valueOf(USAGE, data, length, 0);
        while (value >= 0) {
            if (value < length && data[value] == '{') {
                return true;
            }
            value = valueOf(USAGE, data, length, value);
        }
        return false;
    }

    /** Whether a list {@code choices} is empty: such an event comes after all output. */
    static boolean holdsNoChoice(byte[] data, int length) {
        int value = valueOf(CHOICES, data, length, 0);
        if (value < 0 || value >= length || data[value] != '[') {
            return false;
        }
        int end = skipSpace(data, length, value + 1);
        return end < length && data[end] == ']';
    }

    /** Where the value of the next member of this name begins; negative if there is none. */
    private static int valueOf(byte[] name, byte[] data, int length, int from) {
        for (int i = from; i + name.length < length; i++) {
            if (data[i] == '"' && matches(name, data, i)) {
                int next = skipSpace(data, length, i + name.length);
                if (next < length && data[next] == ':') {
                    return skipSpace(data, length, next + 1);
                }
            }
        }
        return -1;
    }

    private static boolean matches(byte[] name, byte[] data, int from) {
        for (int i = 1; i < name.length; i++) {
            if (data[from + i] != name[i]) {
                return false;
            }
        }
        return true;
    }

    private static int skipSpace(byte[] data, int length, int from) {
        int next = from;
        while (next < length && (data[next] == ' ' || data[next] == '\t')) {
            next++;
        }
        return next;
    }
}
