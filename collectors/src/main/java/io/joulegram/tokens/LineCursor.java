package io.joulegram.tokens;

import io.joulegram.tokens.ScrapeException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Reads one line of an exposition from left to right. */
final class LineCursor {
    private static final int EXCERPT_BYTES = 80;

    private final byte[] bytes;
    private final int end;
    private final int number;
    private int at;

    LineCursor(byte[] bytes, int end, int number) {
        this.bytes = bytes;
        this.end = end;
        this.number = number;
    }

    int lineNumber() {
        return number;
    }

    boolean atEnd() {
        return at >= end;
    }

    boolean isAt(char c) {
        return at < end && bytes[at] == c;
    }

    boolean isAtBlank() {
        return isAt(' ') || isAt('\t');
    }

    void skipBlanks() {
        while (isAtBlank()) {
            at++;
        }
    }

    /** Steps over {@code c} if it is next. */
    boolean skip(char c) {
        if (!isAt(c)) {
            return false;
        }
        at++;
        return true;
    }

    /** The bytes up to the next blank; empty at the end of the line. */
    String word() {
        int from = at;
        while (!atEnd() && !isAtBlank()) {
            at++;
        }
        return ascii(from, at);
    }

    /** A name of {@code [a-zA-Z_][a-zA-Z0-9_]*}, with colons where they are allowed; empty if there is none. */
    String name(boolean colonsAllowed) {
        int from = at;
        while (!atEnd() && isNameByte(bytes[at], colonsAllowed) && (at > from || !isDigit(bytes[at]))) {
            at++;
        }
        return ascii(from, at);
    }

    private static boolean isNameByte(byte b, boolean colonsAllowed) {
        return (b >= 'a' && b <= 'z')
                || (b >= 'A' && b <= 'Z')
                || b == '_'
                || isDigit(b)
                || (colonsAllowed && b == ':');
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    /** A label set in braces, the cursor being at the first of them. */
    Map<String, String> labels(int maxValueBytes) throws ScrapeException {
        Map<String, String> labels = new HashMap<>();
        skip('{');
        skipBlanks();
        while (!skip('}')) {
            String name = name(false);
            if (name.isEmpty()) {
                throw malformed("a label begins with a name ([a-zA-Z_][a-zA-Z0-9_]*), or '}' ends the labels");
            }
            skipBlanks();
            if (!skip('=')) {
                throw malformed("'=' follows the name of label " + name);
            }
            skipBlanks();
            if (labels.put(name, labelValue(name, maxValueBytes)) != null) {
                throw malformed("label " + name + " appears twice");
            }
            skipBlanks();
            if (!skip(',') && !isAt('}')) {
                throw malformed("',' or '}' follows the value of label " + name);
            }
            skipBlanks();
        }
        return labels;
    }

    private String labelValue(String name, int maxValueBytes) throws ScrapeException {
        if (!skip('"')) {
            throw malformed("the value of label " + name + " is in double quotes");
        }
        int from = at;
        boolean escaped = false;
        while (!isAt('"')) {
            if (isAt('\\')) {
                escaped = true;
                at++;
            }
            at++;
            if (at >= end) {
                throw malformed("the value of label " + name + " ends with a double quote");
            }
        }
        int to = at++;
        if (to - from > maxValueBytes) {
            throw new ScrapeException(
                    Reason.TOO_LARGE,
                    where() + ": the value of label " + name + " has " + (to - from) + " bytes, at most "
                            + maxValueBytes + " are allowed");
        }
        String raw = utf8(from, to);
        return escaped ? unescape(raw) : raw;
    }

    /** Escapes other than those of the format stay as they are: Prometheus reads them so, and writers forget them. */
    private static String unescape(String raw) {
        StringBuilder value = new StringBuilder(raw.length());
        boolean escape = false;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (!escape && c == '\\') {
                escape = true;
                continue;
            }
            if (escape && c == 'n') {
                value.append('\n');
            } else if (escape && c != '\\' && c != '"') {
                value.append('\\').append(c);
            } else {
                value.append(c);
            }
            escape = false;
        }
        return value.toString();
    }

    /** A value: a decimal number, or NaN, or an infinity with or without a sign. */
    double number(String meaning) throws ScrapeException {
        String word = word();
        switch (word.toLowerCase(Locale.ROOT)) {
            case "nan", "+nan", "-nan" -> {
                return Double.NaN;
            }
            case "inf", "+inf", "infinity", "+infinity" -> {
                return Double.POSITIVE_INFINITY;
            }
            case "-inf", "-infinity" -> {
                return Double.NEGATIVE_INFINITY;
            }
            default -> {
                return decimal(word, meaning);
            }
        }
    }

    private double decimal(String word, String meaning) throws ScrapeException {
        boolean decimal = !word.isEmpty() && word.chars().allMatch(c -> "0123456789+-.eE".indexOf(c) >= 0);
        try {
            if (decimal) {
                return Double.parseDouble(word);
            }
        } catch (NumberFormatException notANumber) {
            // The same answer as for a word of other characters.
        }
        throw malformed("a " + meaning + " is a decimal number, NaN, +Inf or -Inf");
    }

    private String ascii(int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    private String utf8(int from, int to) throws ScrapeException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, to - from))
                    .toString();
        } catch (CharacterCodingException e) {
            throw malformed("label values are UTF-8");
        }
    }

    /** @param allowed what would have been right */
    ScrapeException malformed(String allowed) {
        return new ScrapeException(Reason.MALFORMED, where() + ": " + allowed);
    }

    private String where() {
        StringBuilder text = new StringBuilder("line ").append(number).append(": \"");
        for (int i = 0; i < Math.min(end, EXCERPT_BYTES); i++) {
            byte b = bytes[i];
            if (b >= ' ' && b < 0x7f) {
                text.append((char) b);
            } else {
                text.append(String.format(Locale.ROOT, "\\x%02x", b));
            }
        }
        return text.append(end > EXCERPT_BYTES ? "..." : "").append('"').toString();
    }
}
