package io.joulegram.rapl;

import io.joulegram.posix.PosixException;
import io.joulegram.posix.TextFile;
import java.nio.file.Path;

/** A file of sysfs that holds one short text. */
final class SysfsAttribute {
    private static final int MAX_QUOTED_CHARS = 40;

    private SysfsAttribute() {}

    /** The text, without the white space around it. */
    static String text(Path file) throws RaplException {
        try {
            return TextFile.read(file);
        } catch (PosixException e) {
            throw RaplException.of(e);
        }
    }

    /** The text as a decimal number from 0 up to {@code max}. */
    static long number(Path file, long max) throws RaplException {
        String text = text(file);
        try {
            long value = Long.parseLong(text);
            if (value >= 0 && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw notANumber(file, text, max);
        }
        throw notANumber(file, text, max);
    }

    private static RaplException notANumber(Path file, String text, long max) {
        return RaplException.malformed(file, quotable(text), "a number from 0 to " + max);
    }

    /** What a message may hold of a text from outside: its begin, and only printable characters. */
    static String quotable(String text) {
        String begin = text.length() <= MAX_QUOTED_CHARS ? text : text.substring(0, MAX_QUOTED_CHARS) + "...";
        return begin.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
