package io.joulegram.posix;

import java.lang.ref.Reference;
import java.nio.file.Path;

/** A device that is spoken to by {@code ioctl(2)}. Calls allocate nothing. Not thread-safe. */
public final class DeviceFile implements AutoCloseable {
    private static final int O_RDWR = 2;
    private static final int O_NONBLOCK = 04000;
    private static final int O_CLOEXEC = 02000000;
    private static final int CLOSED = -1;

    private static final short POLLIN = 1;
    private static final int POLLFD_BYTES = 8;
    private static final int POLLFD_EVENTS = 4;
    private static final int POLLFD_RETURNED = 6;

    private final NativeBuffer poll = new NativeBuffer(POLLFD_BYTES);
    private int descriptor;

    private DeviceFile(int descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Opens a device for reading and writing.
     *
     * @throws PosixException if it cannot be opened
     */
    public static DeviceFile open(Path path) throws PosixException {
        String name = path.toString();
        int result = (int) Libc.orErrno(Libc.open(name, O_RDWR | O_NONBLOCK | O_CLOEXEC));
        if (result < 0) {
            throw new PosixException("open", name, -result);
        }
        return new DeviceFile(result);
    }

    /**
     * Makes the call.
     *
     * @param request its number
     * @param argument what the request reads and writes
     * @return what it gave, or the error number below 0
     */
    public int control(long request, NativeBuffer argument) {
        try {
            return (int) Libc.orErrno(Libc.ioctl(descriptor, request, argument.address()));
        } finally {
            Reference.reachabilityFence(argument);
        }
    }

    /**
     * Waits until there is something to receive.
     *
     * @param timeoutMillis how long at most
     * @return above 0 if there is, 0 if there is not yet, or the error number below 0
     */
    public int awaitReadable(int timeoutMillis) {
        poll.bytes().putInt(0, descriptor);
        poll.bytes().putShort(POLLFD_EVENTS, POLLIN);
        poll.bytes().putShort(POLLFD_RETURNED, (short) 0);
        int ready = (int) Libc.orErrno(Libc.poll(poll.address(), 1, timeoutMillis));
        if (ready > 0 && (poll.bytes().getShort(POLLFD_RETURNED) & POLLIN) == 0) {
            return -Errno.EIO;
        }
        return ready;
    }

    /** Closes the device; calls give {@link Errno#EBADF} from then on. Does nothing when called again. */
    @Override
    public void close() {
        if (descriptor != CLOSED) {
            Libc.close(descriptor);
            descriptor = CLOSED;
        }
    }
}
