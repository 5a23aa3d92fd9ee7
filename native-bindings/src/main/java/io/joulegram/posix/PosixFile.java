package io.joulegram.posix;

import java.lang.ref.Reference;
import java.nio.file.Path;

/**
 * An open file descriptor. Unlike a {@link java.nio.channels.FileChannel} it tells error numbers, and survives an
 * interrupt of the thread that reads it. Reading allocates nothing. Not thread-safe.
 */
public final class PosixFile implements AutoCloseable {
    private static final int O_RDONLY = 0;
    private static final int O_NONBLOCK = 04000;
    private static final int O_CLOEXEC = 02000000;
    private static final int CLOSED = -1;

    private int descriptor;

    private PosixFile(int descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Opens a file for reading. Never blocks, not even on a pipe.
     *
     * @throws PosixException if the file cannot be opened
     */
    public static PosixFile openReadOnly(Path path) throws PosixException {
        String name = path.toString();
        int result = (int) Libc.orErrno(Libc.open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
        if (result < 0) {
            throw new PosixException("open", name, -result);
        }
        return new PosixFile(result);
    }

    /** Takes over a descriptor that a system call gave. */
    public static PosixFile adopt(int descriptor) {
        return new PosixFile(descriptor);
    }

    /**
     * Reads from where the last read ended.
     *
     * @param length how many bytes at most
     * @return how many bytes were read, 0 at the end; or the error number below 0
     * @throws IndexOutOfBoundsException if the buffer is shorter than {@code length}
     */
    public int read(NativeBuffer buffer, int length) {
        requireRoom(buffer, length);
        try {
            return (int) Libc.orErrno(Libc.read(descriptor, buffer.address(), length));
        } finally {
            Reference.reachabilityFence(buffer);
        }
    }

    /**
     * Reads from a place in the file.
     *
     * @param length how many bytes at most
     * @param offset where to begin
     * @return how many bytes were read, 0 at the end; or the error number below 0
     * @throws IndexOutOfBoundsException if the buffer is shorter than {@code length}
     */
    public int readAt(NativeBuffer buffer, int length, long offset) {
        requireRoom(buffer, length);
        try {
            return (int) Libc.orErrno(Libc.pread(descriptor, buffer.address(), length, offset));
        } finally {
            Reference.reachabilityFence(buffer);
        }
    }

    private static void requireRoom(NativeBuffer buffer, int length) {
        if (length < 0 || length > buffer.capacity()) {
            throw new IndexOutOfBoundsException(length + " bytes do not fit into " + buffer.capacity());
        }
    }

    /** Closes the descriptor; reads give {@link Errno#EBADF} from then on. Does nothing when called again. */
    @Override
    public void close() {
        if (descriptor != CLOSED) {
            Libc.close(descriptor);
            descriptor = CLOSED;
        }
    }
}
