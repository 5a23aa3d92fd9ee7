package io.joulegram.posix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * A file of the kernel that holds one whole number of 0 or more in decimal digits, kept open and read from its begin
 * each time. Reading allocates nothing. Not thread-safe.
 */
public final class DecimalFile implements AutoCloseable {
    /** The longest unsigned 64-bit number has 20 digits; a line feed follows. */
    private static final int MAX_BYTES = 32;

    private static final long MAX_BEFORE_DIGIT = Long.MAX_VALUE / 10;

    private final PosixFile file;
    private final NativeBuffer buffer = new NativeBuffer(MAX_BYTES);
    private final ByteBuffer bytes = buffer.bytes().duplicate().order(ByteOrder.LITTLE_ENDIAN);
    private long value;

    private DecimalFile(PosixFile file) {
        this.file = file;
    }

    /**
     * Opens the file; reads nothing yet.
     *
     * @throws PosixException if it cannot be opened
     */
    public static DecimalFile open(Path path) throws PosixException {
        return new DecimalFile(PosixFile.openReadOnly(path));
    }

    /**
     * Reads the number.
     *
     * @return 0 if {@link #value()} is new; else the kernel's error number, {@link Errno#ENODATA} if the file is empty,
     *     {@link Errno#EBADMSG} if it holds anything but a number from 0 to {@link Long#MAX_VALUE}
     */
    public int read() {
        int length = file.readAt(buffer, MAX_BYTES, 0);
        if (length <= 0) {
            return length < 0 ? -length : Errno.ENODATA;
        }
        return parse(length);
    }

    private int parse(int length) {
        int end = bytes.get(length - 1) == '\n' ? length - 1 : length;
        if (end == 0 || end == MAX_BYTES) {
            return Errno.EBADMSG;
        }
        long parsed = 0;
        long eight = 0;
        for (int i = 0; i < end; i++) {
            // Eight at a time: this runs a thousand times a second for each counter, and a read of a buffer is dear.
            eight = i % Long.BYTES == 0 ? bytes.getLong(i) : eight >>> Byte.SIZE;
            int digit = (int) (eight & 0xff) - '0';
            if (digit < 0 || digit > 9 || parsed > MAX_BEFORE_DIGIT) {
                return Errno.EBADMSG;
            }
            parsed = parsed * 10 + digit;
        }
        if (parsed < 0) {
            return Errno.EBADMSG;
        }
        value = parsed;
        return 0;
    }

    /** The number at the last {@link #read()} that succeeded; 0 before. */
    public long value() {
        return value;
    }

    /** Closes the file; reads give {@link Errno#EBADF} from then on. Does nothing when called again. */
    @Override
    public void close() {
        file.close();
    }
}
