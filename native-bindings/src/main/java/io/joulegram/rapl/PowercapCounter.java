package io.joulegram.rapl;

import io.joulegram.posix.Errno;
import io.joulegram.posix.NativeBuffer;
import io.joulegram.posix.PosixException;
import io.joulegram.posix.PosixFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A counter of powercap: a file that holds decimal digits, kept open and read from its begin each time. */
final class PowercapCounter implements EnergyCounter {
    /** The longest unsigned 64-bit number has 20 digits; a line feed follows. */
    private static final int MAX_BYTES = 32;

    private static final long MAX_BEFORE_DIGIT = Long.MAX_VALUE / 10;

    private final PosixFile file;
    private final NativeBuffer buffer = new NativeBuffer(MAX_BYTES);
    private long count;

    private PowercapCounter(PosixFile file) {
        this.file = file;
    }

    static PowercapCounter open(Path path) throws RaplException {
        try {
            return new PowercapCounter(PosixFile.openReadOnly(path));
        } catch (PosixException e) {
            throw RaplException.of(e);
        }
    }

    @Override
    public int read() {
        int length = file.readAt(buffer, MAX_BYTES, 0);
        if (length <= 0) {
            return length < 0 ? -length : Errno.ENODATA;
        }
        return parse(length);
    }

    private int parse(int length) {
        ByteBuffer bytes = buffer.bytes();
        int end = bytes.get(length - 1) == '\n' ? length - 1 : length;
        if (end == 0 || end == MAX_BYTES) {
            return Errno.EBADMSG;
        }
        long value = 0;
        for (int i = 0; i < end; i++) {
            int digit = bytes.get(i) - '0';
            if (digit < 0 || digit > 9 || value > MAX_BEFORE_DIGIT) {
                return Errno.EBADMSG;
            }
            value = value * 10 + digit;
        }
        if (value < 0) {
            return Errno.EBADMSG;
        }
        count = value;
        return 0;
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public void close() {
        file.close();
    }
}
