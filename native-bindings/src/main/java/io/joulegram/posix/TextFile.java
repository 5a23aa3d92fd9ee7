package io.joulegram.posix;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A file of the kernel that holds one short text. */
public final class TextFile {
    /** Sysfs gives at most one page. */
    private static final int MAX_BYTES = 4096;

    private TextFile() {}

    /**
     * The text, without the white space around it; the first 4096 bytes at most.
     *
     * @throws PosixException if the file cannot be opened or read
     */
    public static String read(Path file) throws PosixException {
        NativeBuffer buffer = new NativeBuffer(MAX_BYTES);
        try (PosixFile open = PosixFile.openReadOnly(file)) {
            int length = open.readAt(buffer, MAX_BYTES, 0);
            if (length < 0) {
                throw new PosixException("read", file.toString(), -length);
            }
            byte[] bytes = new byte[length];
            buffer.bytes().get(0, bytes);
            return new String(bytes, StandardCharsets.ISO_8859_1).strip();
        }
    }
}
