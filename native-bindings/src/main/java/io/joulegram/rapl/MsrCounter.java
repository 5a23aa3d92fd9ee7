package io.joulegram.rapl;

import io.joulegram.posix.Errno;
import io.joulegram.posix.NativeBuffer;
import io.joulegram.posix.PosixException;
import io.joulegram.posix.PosixFile;
import java.nio.file.Path;

/** A register of one processor, read through {@code msr(4)}: the offset in the file is the register's number. */
final class MsrCounter implements EnergyCounter {
    private final PosixFile file;
    private final long register;
    private final long mask;
    private final NativeBuffer buffer = new NativeBuffer(Long.BYTES);
    private long count;

    private MsrCounter(PosixFile file, long register, long mask) {
        this.file = file;
        this.register = register;
        this.mask = mask;
    }

    /** @param mask the bits of the register that count */
    static MsrCounter open(Path device, long register, long mask) throws RaplException {
        try {
            return new MsrCounter(PosixFile.openReadOnly(device), register, mask);
        } catch (PosixException e) {
            throw RaplException.of(e);
        }
    }

    @Override
    public int read() {
        int length = file.readAt(buffer, Long.BYTES, register);
        if (length != Long.BYTES) {
            return length < 0 ? -length : Errno.ENODATA;
        }
        count = buffer.bytes().getLong(0) & mask;
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
